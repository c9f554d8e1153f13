"""A case that remembers how it was asked for, so that it can be played, and asked again, as it stands."""

from dataclasses import dataclass, fields
from html import escape

from experiments.design.request import Single, case_of
from sim.documents import Mark, refuse
from sim.documents.problems import show
from sim.scenario.case import Case


@dataclass(frozen=True, eq=False, repr=False)
class LoadedCase(Case):
    """A case, and the scenario, policies, assignments and days of which it was loaded."""

    asked: Single | None = None

    def __repr__(self) -> str:
        scenario, policies = self.scenario, ", ".join(policy.name for policy in self.policies)
        told = [
            f"{scenario.name}: {scenario.days:,} days from {scenario.start}",
            scenario.description.strip(),
            policies and f"policies: {policies}",
            *(f"set: {each}" for each in (self.asked.assignments if self.asked else ())),
        ]
        return "\n".join(line for line in told if line)

    def _repr_html_(self) -> str:
        return f"<p>{'<br>'.join(map(escape, repr(self).splitlines()))}</p>"


def loaded(asked: Single) -> LoadedCase:
    """Read and check what was asked. Raises ``BadInput`` with everything wrong with its files."""
    case = case_of(asked)
    return LoadedCase(**{field.name: getattr(case, field.name) for field in fields(case)}, asked=asked)


def asked_of(case: Case, *, bare: bool = False) -> Single:
    """What the case was loaded of; ``bare``: it may have no policies.

    Raises ``BadInput`` for a case that was not loaded of files, or whose files say something else now.
    """
    asked, mark = case.asked if isinstance(case, LoadedCase) else None, Mark("scenario", 0, 0)
    if asked is None:
        refuse(
            mark,
            "nobody knows of which files it was loaded",
            found=show(case.scenario.name),
            allowed="one of dmz.load",
        )
    if bare and asked.policies:
        found, allowed = ", ".join(asked.policies), "a case without; policies are what is compared"
        refuse(mark, "the case has policies", found=found, allowed=allowed)
    if loaded(asked).content_hash != case.content_hash:
        message = "its files say something else by now: load it anew"
        refuse(mark, message, found=show(case.scenario.name))
    return asked
