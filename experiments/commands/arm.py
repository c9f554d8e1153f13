"""Which arm of some results is meant by a name, or by none."""

from collections.abc import Mapping, Sequence

from experiments.design.plan import Arm
from experiments.study.folder import StudyFolder
from sim.documents import refuse
from sim.documents.problems import escaped, nearest, show


def arm_named(study: StudyFolder, name: str | None) -> Arm:
    """The arm of this name, which may be None where there is one alone; raises ``BadInput`` for no such."""
    arms = study.plan.arms
    if name is None and len(arms) == 1:
        return next(iter(arms.values()))
    if name is None or name not in arms:
        message = "there is no such arm" if name is not None else "say which"
        found, near = (show(name), _near(name, arms)) if name is not None else ("", None)
        refuse("--arm", message, found=found, allowed=some_of(list(arms)), near=near)
    return arms[name]


def _near(name: str, arms: Mapping[str, Arm]) -> str | None:
    """The arm that may be meant: of a name like this, or the first under a policy of a name like this."""
    of_policy = {arm.policy: label for label, arm in reversed([*arms.items()]) if arm.policy}
    return nearest(name, arms) or of_policy.get(nearest(name, of_policy) or "")


def some_of(names: Sequence[str], most: int = 8) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"'{escaped(name)}'" for name in names[:most]) + more
