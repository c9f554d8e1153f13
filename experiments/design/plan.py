"""A plan: which arms are played on the same worlds and lucks, how many runs, and what is asked.

An *arm* is a future under a policy, or under none; a *future* is a scenario with one point of a
sweep. A plan is plain values: it is written into the manifest before the first run, and whatever
plays it later, here or after a crash, reads it from there.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import sim
from experiments.design.columns import AskedColumn
from experiments.design.levels import replaced_words, setting_words
from experiments.design.manifest_file import FixedRule, HalfWidth, Manifest, Request, UntilRule, Values, Verb
from experiments.measures import CLONED, counted_of
from experiments.wording import many
from experiments.worlds import LUCKS
from sim.codes import Rung
from sim.outcome.outcome import CLASH_RUNG
from sim.scenario.case import Case
from sim.scenario.scenario_file import Outcome
from sim.scenario.sections import Sections

NO_POLICY = "no policy"  # what tables and pictures call an arm that has none
TALKS = "What talks cost and bring, and their dates, are assumptions."  # wherever there are any


Until = Literal["decided"] | float


@dataclass(frozen=True)
class StoppingRule:
    """How many runs an arm gets: ``runs``, or as many as it takes up to ``budget``.

    ``until`` is ``decided`` (each policy stops when its headline is decided) or a relative
    half-width of the first measure to estimate (each arm stops by itself).
    """

    runs: int | None = None
    until: Until | None = None
    budget: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet how many runs: no plan is played so."""
        return self.runs is None and self.budget is None

    @property
    def most(self) -> int:
        """Runs that an arm may get at most. Raises ValueError while the rule is open."""
        most = self.runs if self.runs is not None else self.budget
        if most is None:
            raise ValueError("the rule is open: a budget of runs is wanted")
        return most

    @property
    def words(self) -> str:
        """What it says, for readers."""
        if self.runs is not None:
            return f"{many(self.runs, 'run')} of each arm"
        until = "it is decided"
        if self.until != "decided":
            until = f"half its interval is {self.until:g} of its rate"
        return f"at most {many(self.most, 'run')} of each arm, until {until}"

    @property
    def plain(self) -> FixedRule | UntilRule:
        """As the manifest has it. Raises ValueError while the rule is open."""
        if self.runs is not None:
            return FixedRule(runs=self.runs)
        if self.until is None or self.until == "decided":
            return UntilRule(until="decided", budget=self.most)
        return UntilRule(until=HalfWidth(relative_half_width=self.until), budget=self.most)

    @classmethod
    def of(cls, plain: FixedRule | UntilRule) -> "StoppingRule":
        """The rule that the manifest has."""
        if "runs" in plain:
            return cls(plain["runs"])
        until = plain["until"]
        return cls(None, until if until == "decided" else until["relative_half_width"], plain["budget"])


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

    def expects(self, measure: str = "expected_clashes") -> bool:
        """Whether what is expected of its runs is known: of the model's own agents, and where no run ends
        between a draw and what it decided (docs/ODD.md 7.24): fire, or fire from another area.
        """
        if measure in CLONED:
            return bool(self.case.scenario.clones.number)
        last = self.case.scenario.ends_at_rung
        decided = Rung.OTHER_AREA if measure == "expected_with_another_area" else CLASH_RUNG
        return not self.case.agents and (last is None or last >= decided)


@dataclass(frozen=True)
class Plan:
    """All that defines a study's results; ``request`` is what was typed, to be read anew.

    ``columns``: those of the runs that tell what was swept and set, by name.
    """

    kind: Verb
    name: str
    description: str
    seed: int
    rule: StoppingRule
    estimate: tuple[str, ...]
    factors: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, AskedColumn]
    arms: Mapping[str, Arm]
    command: str
    request: Request

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
    def rated(self) -> str:
        """The measure whose rates are told and kept precise: what decides, counted."""
        return counted_of(self.estimate[0])

    @property
    def stops_by(self) -> str:
        """The measure by which arms stop: what decides, or its rate."""
        return self.estimate[0] if self.rule.until == "decided" else self.rated

    @property
    def cloned(self) -> tuple[str, ...]:
        """The measures of clones, where all arms have some."""
        return tuple(CLONED) if all(arm.case.scenario.clones.number for arm in self.arms.values()) else ()

    @property
    def draws(self) -> bool:
        """Whether any arm plays draws of a posterior."""
        return any(arm.case.posterior is not None for arm in self.arms.values())

    def asked(self, arm: Arm) -> Values:
        """What was swept and set, as it is in an arm: exact values of parameters, labels of levels."""
        values = {each.of: arm.case.value_of(each.of) for each in self.columns.values() if each.kind == "set"}
        return {
            name: each.cell(values if each.kind == "set" else arm.levels)
            for name, each in self.columns.items()
        }

    @property
    def notes(self) -> list[str]:
        """What of this is not as it was asked for, in words."""
        return [*self._drawn(), *self._clipped(), *self._clipped_draws(), *self._replaced(), *self._counted()]

    def _drawn(self) -> Iterator[str]:
        """Whose parameters each world draws, and which of them are held."""
        found: dict[tuple[str, int, int, tuple[str, ...]], dict[str, None]] = {}
        for arm in self.arms.values():
            if (its := arm.case.posterior) is not None:
                kind = (
                    str(arm.case.scenario.posterior),
                    len(its.values),
                    len(its.differing - arm.case.held),
                    tuple(sorted(arm.case.held)),
                )
                found.setdefault(kind, {})[arm.name] = None
        for (name, draws, parameters, held), arms in found.items():
            drawn = f"{many(parameters, 'parameter')} of {name} ({many(draws, 'draw')})"
            words = f"each world plays a draw of {drawn}, in {self._share(arms)}"
            yield f"{words}; held by what lies above: {', '.join(held)}" if held else words

    def _clipped(self) -> Iterator[str]:
        """Where relative changes of sampled values were clipped to their range."""
        found: dict[tuple[str, str, float], dict[str, float]] = {}
        for arm in self.arms.values():
            for clip in sorted(arm.case.clipped, key=lambda clip: abs(clip.came_out - clip.kept)):
                by_arm = found.setdefault((clip.overlay, clip.path, clip.kept), {})
                by_arm[arm.name] = clip.came_out  # the farthest is the last
        for (overlay, path, kept), came in found.items():
            yield (
                f"{overlay} takes {path} out of its range in {self._share(came)}, "
                f"as far as {max(came.values(), key=lambda x: abs(x - kept)):g}: there it is {kept:g}"
            )

    def _clipped_draws(self) -> Iterator[str]:
        """Where relative changes of values that a posterior draws were clipped to their range."""
        found: dict[tuple[str, str, float, int, int], dict[str, float]] = {}
        for arm in self.arms.values():
            came: dict[tuple[str, str, float], list[float]] = {}
            for clips in arm.case.clipped_by_draw:
                farthest = {(each.overlay, each.path, each.kept): each.came_out for each in clips}
                for clip, came_out in farthest.items():
                    came.setdefault(clip, []).append(came_out)
            for (overlay, path, kept), outs in came.items():
                key = overlay, path, kept, len(outs), len(arm.case.clipped_by_draw)
                found.setdefault(key, {})[arm.name] = max(outs, key=lambda x: abs(x - kept))
        for (overlay, path, kept, some, draws), arms in found.items():
            farthest_of_all = max(arms.values(), key=lambda x: abs(x - kept))
            yield (
                f"{overlay} takes {path} out of its range in {some:,} of {many(draws, 'draw')}, as far as "
                f"{farthest_of_all:g}: there it is {kept:g}, in {self._share(arms)}"
            )

    def _replaced(self) -> Iterator[str]:
        """Where something else holds than what was asked for."""
        found: dict[str, dict[str, None]] = {}
        for arm in self.arms.values():
            for each in arm.case.replaced:
                what = setting_words(each.asked.path, each.instead.value)
                words = f"{each.instead.by} sets {what} in the place of what {each.asked.by} sets"
                found.setdefault(words, {})[arm.name] = None
        for words, arms in found.items():
            yield f"{words}, in {self._share(arms)}"

    def _counted(self) -> Iterator[str]:
        """Where clashes can only be counted."""
        if unknown := [arm for arm in self.arms.values() if not arm.expects()]:
            why = "code of one's own plays, or runs end below aimed fire"
            yield f"clashes are counted, for none is known to be expected where {why}: {self._share(unknown)}"

    def _share(self, arms: Sized) -> str:
        return f"{len(arms):,} of {many(len(self.arms), 'arm')}"

    def manifest(self) -> Manifest:
        """The plan as plain values, as JSON gives them back; all that ``Plan.of`` needs."""
        plain: Manifest = {
            "kind": self.kind,
            "name": self.name,
            "description": self.description,
            "version": sim.__version__,
            "seed": self.seed,
            "command": self.command,
            "request": self.request,
            "lucks_per_world": LUCKS,
            "rule": self.rule.plain,
            "estimate": list(self.estimate),
            "notes": self.notes,
            "factors": {name: list(labels) for name, labels in self.factors.items()},
            "columns": {name: column.entry for name, column in self.columns.items()},
            "arms": {
                arm.name: {
                    "future": arm.future,
                    "policy": arm.policy,
                    "levels": dict(arm.levels),
                    "values": self.asked(arm),
                    "content_hash": arm.case.content_hash,
                    "case": arm.case.saved,
                }
                for arm in self.arms.values()
            },
        }
        read_back: Manifest = json.loads(json.dumps(plain))
        return read_back

    @classmethod
    def of(cls, manifest: Manifest, files: Path) -> "Plan":
        """The plan of a manifest; files of cases lie in ``files``.

        Raises ``ValueError`` or ``KeyError`` for a manifest that was damaged.
        """
        arms, sections = {}, Sections()
        for name, each in manifest["arms"].items():
            case = sections.shared(Case.revived(each["case"], files))
            if case.content_hash != each["content_hash"]:
                raise ValueError(f"arm {name!r} is not what its content_hash says")
            arms[name] = Arm(name, each["future"], each["policy"], each["levels"], case)
        bare = {arm.future for arm in arms.values() if arm.is_baseline}
        lost = [arm.name for arm in arms.values() if arm.future not in bare]
        if lost and len(arms) > 1:  # a single arm is compared with nothing
            raise ValueError(f"arm {lost[0]!r} has no arm without a policy beside it")
        return cls(
            manifest["kind"],
            manifest["name"],
            manifest["description"],
            manifest["seed"],
            StoppingRule.of(manifest["rule"]),
            tuple(manifest["estimate"]),
            {name: tuple(labels) for name, labels in manifest["factors"].items()},
            {name: AskedColumn(**column) for name, column in manifest["columns"].items()},
            arms,
            manifest["command"],
            manifest["request"],
        )


def estimated(asked: Sequence[str], arms: Iterable[Arm]) -> tuple[str, ...]:
    """The measures that a study of these arms can estimate: counted ones for those that are expected, where
    that is not known of all arms.
    """
    arms = list(arms)
    known = {name: all(arm.expects(name) for arm in arms) for name in asked}
    return tuple(dict.fromkeys(name if known[name] else counted_of(name) for name in asked))


def arm_name(future: str, case: Case) -> str:
    """What an arm is called: its future, its policies, and what holds instead of what was asked for."""
    name = future if case.policy_name is None else f"{future} + {case.policy_name}"
    instead = replaced_words(case)
    return f"{name} ({'; '.join(instead)})" if instead else name


def policy_words(policy: str | None) -> str:
    """A policy as readers are told of it, and the lack of one."""
    return NO_POLICY if policy is None else policy


def has_talks(scenario: Mapping[str, Any]) -> bool:
    """Whether a scenario, as plain values, has any offer of talks."""
    talks = scenario["talks"]
    return talks["outcome"] != "none" or talks["decided_by"] != "scenario"


def outcome_of_talks(scenario: Mapping[str, Any]) -> Outcome | None:
    """The outcome that a scenario, as plain values, fixes of its offer of talks; None where it fixes none."""
    talks = scenario["talks"]
    return talks["outcome"] if talks["decided_by"] == "scenario" else None


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
