"""A plan: which arms are played on the same worlds and lucks, how many runs, and what is asked.

An *arm* is a future under a policy, or under none; a *future* is a scenario with one point of a
sweep. A plan is plain values: it is written into the manifest before the first run, and whatever
plays it later, here or after a crash, reads it from there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sim
from experiments.task import LUCKS
from experiments.wording import many
from sim.case import Case

NO_POLICY = "no policy"  # what tables and pictures call an arm that has none
MOST_ARMS = 5_000
TALKS = "What talks cost and bring, and their dates, are assumptions."  # wherever there are any


@dataclass(frozen=True)
class Rule:
    """How many runs an arm gets: ``runs``, or as many as it takes up to ``budget``.

    ``until`` is ``decided`` (each policy stops when its headline is decided) or a relative
    half-width of the first measure to estimate (each arm stops by itself).
    """

    runs: int | None = None
    until: str | float | None = None
    budget: int | None = None

    @property
    def most(self) -> int:
        """Runs that an arm may get at most."""
        return self.runs if self.runs is not None else self.budget

    @property
    def words(self) -> str:
        """What it says, for readers."""
        if self.runs is not None:
            return f"{many(self.runs, 'run')} of each arm"
        until = "it is decided"
        if self.until != "decided":
            until = f"half its interval is {self.until:g} of its rate"
        return f"at most {many(self.budget, 'run')} of each arm, until {until}"

    @property
    def plain(self) -> dict[str, Any]:
        """As the manifest has it."""
        if self.runs is not None:
            return {"runs": self.runs}
        until = self.until
        if until != "decided":
            until = {"relative_half_width": until}
        return {"until": until, "budget": self.budget}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Rule":
        """The rule that the manifest has."""
        if "runs" in plain:
            return cls(plain["runs"])
        until = plain["until"]
        return cls(None, until if until == "decided" else until["relative_half_width"],
                   plain["budget"])  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """One arm: ``levels`` are the labels of the factors that make its future.

    ``policy`` is the name of what it is under; None, and no name, makes it a baseline.
    """

    name: str
    future: str
    policy: str | None
    levels: Mapping[str, str]
    case: Case = field(repr=False)

    @property
    def is_baseline(self) -> bool:
        """Whether it is what the policies of its future are compared with."""
        return self.policy is None


@dataclass(frozen=True)
class Plan:
    """All that defines a study's results; ``request`` is what was typed, to be read anew."""

    kind: str
    name: str
    description: str
    seed: int
    rule: Rule
    estimate: tuple[str, ...]
    factors: Mapping[str, tuple[str, ...]]
    arms: Mapping[str, Arm]
    command: str
    request: Mapping[str, Any]

    @cached_property
    def futures(self) -> dict[str, dict[str | None, Arm]]:
        """The arms by future and policy, in their order; that of None is the baseline."""
        found: dict[str, dict[str | None, Arm]] = {}
        for arm in self.arms.values():
            found.setdefault(arm.future, {})[arm.policy] = arm
        return found

    @property
    def pairs(self) -> int:
        """How many policies are compared with the baseline of their future."""
        return sum(len(arms) - 1 for arms in self.futures.values() if None in arms)

    @property
    def clipped(self) -> list[str]:
        """Where relative changes of sampled values were clipped to their range, in words."""
        found: dict[tuple[str, str, float], dict[str, float]] = {}
        for arm in self.arms.values():
            for clip in sorted(arm.case.clipped, key=lambda clip: abs(clip.came_out - clip.kept)):
                by_arm = found.setdefault((clip.overlay, clip.path, clip.kept), {})
                by_arm[arm.name] = clip.came_out  # the farthest is the last
        return [
            f"{overlay} takes {path} out of its range in {len(came):,} of {len(self.arms):,} arms, "
            f"as far as {max(came.values(), key=lambda x: abs(x - kept)):g}: there it is {kept:g}"
            for (overlay, path, kept), came in found.items()
        ]  # fmt: skip

    def manifest(self) -> dict[str, Any]:
        """The plan as plain values, all that ``Plan.of`` needs."""
        return {
            "kind": self.kind, "name": self.name, "description": self.description,
            "version": sim.__version__, "seed": self.seed, "command": self.command,
            "request": dict(self.request), "lucks_per_world": LUCKS, "rule": self.rule.plain,
            "estimate": list(self.estimate), "clipped": self.clipped,
            "factors": {name: list(labels) for name, labels in self.factors.items()},
            "arms": {
                arm.name: {
                    "future": arm.future, "policy": arm.policy, "levels": dict(arm.levels),
                    "content_hash": arm.case.content_hash, "case": arm.case.saved,
                }
                for arm in self.arms.values()
            },
        }  # fmt: skip

    @classmethod
    def of(cls, manifest: Mapping[str, Any], files: Path) -> "Plan":
        """The plan of a manifest; files of cases lie in ``files``.

        Raises ``ValueError`` or ``KeyError`` for a manifest that was damaged.
        """
        arms = {
            name: Arm(name, each["future"], each["policy"], each["levels"],
                      Case.revived(each["case"], files))
            for name, each in manifest["arms"].items()
        }  # fmt: skip
        for name, each in manifest["arms"].items():
            if arms[name].case.content_hash != each["content_hash"]:
                raise ValueError(f"arm {name!r} is not what its content_hash says")
        bare = {arm.future for arm in arms.values() if arm.is_baseline}
        lost = [arm.name for arm in arms.values() if arm.future not in bare]
        if lost and len(arms) > 1:  # a single arm is compared with nothing
            raise ValueError(f"arm {lost[0]!r} has no arm without a policy beside it")
        return cls(
            manifest["kind"], manifest["name"], manifest["description"], manifest["seed"],
            Rule.of(manifest["rule"]), tuple(manifest["estimate"]),
            {name: tuple(labels) for name, labels in manifest["factors"].items()}, arms,
            manifest["command"], manifest["request"],
        )  # fmt: skip


def policy_words(policy: str | None) -> str:
    """A policy as readers are told of it, and the lack of one."""
    return NO_POLICY if policy is None else policy


def has_talks(scenario: Mapping[str, Any]) -> bool:
    """Whether a scenario, as plain values, has any offer of talks."""
    talks = scenario["talks"]
    return talks["outcome"] != "none" or talks["decided_by"] != "scenario"


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(dotted field, old, new) wherever two nests of plain values differ; None where missing."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f"{path}.{i}".lstrip("."))
    elif old != new:
        yield path, old, new
