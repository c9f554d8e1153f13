"""A case: a scenario under its policies, checked; all that a run needs beside its luck."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from sim.documents import Document, Mark, Tree, laid_over, validate
from sim.documents.laying import at_path, nested
from sim.parameters.whole import Parameters
from sim.scenario.entry import CaseEntry, Content, OverlayEntry
from sim.scenario.operations import Clip
from sim.scenario.overlays import Overlay, regimes, trees
from sim.scenario.posterior import KEY, Draw, Posterior, read_posterior
from sim.scenario.scenario_file import AgentKind, Policy, Scenario
from sim.scenario.settings import Replaced


@dataclass(frozen=True)
class AgentChoice:
    """An agent class that a policy names, ``package.module:Class``, and where it does."""

    kind: AgentKind
    reference: str
    mark: Mark


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario under its policies.

    ``overlays`` are laid over the scenario in their order; clauses come into force when talks say
    so, the others by their days. ``tree`` is the scenario's parameters as nested dicts, its files
    as absolute paths; ``fingerprints`` the SHA-256 of these files by key. ``lineage`` names the
    shipped scenarios that it is or extends, nearest first. ``checked``: the parameters by overlays
    in force, for every set of them that a run may meet. ``sources``: the files that were read.
    ``drawn``: the dotted paths of parameters whose values in ``tree`` were drawn from a range.
    ``assigned``: those of parameters that ``--set`` set. ``replaced``: what was asked for beside the
    files, or by a policy, and does not hold because something above it does. ``posterior``: of which each
    world plays a draw, but for the parameters that are ``held``, since something above it sets them.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    overlays: tuple[Overlay, ...]
    tree: Mapping[str, Any]
    lineage: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[AgentChoice, ...] = ()
    checked: dict[tuple[int, ...], Parameters] = field(default_factory=dict, repr=False)
    sources: tuple[Path, ...] = ()
    drawn: frozenset[str] = frozenset()
    assigned: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    posterior: Posterior | None = None
    held: frozenset[str] = frozenset()

    @classmethod
    def revived(cls, saved: CaseEntry, files: Path) -> "Case":
        """The case that ``saved`` describes; its own files lie in ``files``, named by their hash.

        Plays to the same bits as the case that was saved. Raises pydantic's ``ValidationError`` for
        values that no case has.
        """
        scenario = Scenario.model_validate(saved["scenario"], strict=False)
        tree = {name: saved["scenario"][name] for name in Parameters.model_fields}
        own = {key: str((files / found).resolve()) for key, found in saved["files"].items()}
        posterior = own.pop(KEY, None)
        mark = Mark("manifest.json", 0, 0)
        return cls(
            scenario,
            tuple(Policy.model_validate(p, strict=False) for p in saved["policies"]),
            tuple(Overlay(**each) for each in saved["overlays"]),
            laid_over(tree, {"border": own}),
            tuple(saved["lineage"]),
            dict(saved["files"]),
            tuple(AgentChoice(kind, name, mark) for kind, name in saved["agents"]),
            drawn=frozenset(saved["drawn"]),
            assigned=tuple(saved["assigned"]),
            replaced=tuple(Replaced.revived(each, mark) for each in saved["replaced"]),
            posterior=read_posterior(Path(posterior)) if posterior else None,
            held=frozenset(saved["held"]),
        )

    @cached_property
    def saved(self) -> CaseEntry:
        """``resolved`` and what else ``revived`` needs, as plain values."""
        return CaseEntry(
            **self.resolved,
            overlays=[_entry(overlay) for overlay in self.overlays],
            lineage=list(self.lineage),
            agents=[(choice.kind, choice.reference) for choice in self.agents],
            drawn=sorted(self.drawn),
            assigned=list(self.assigned),
            replaced=[each.saved for each in self.replaced],
        )

    def with_values(self, values: Mapping[str, Any]) -> "Case":
        """This case with other values of its scenario, by dotted path, checked and hashed.

        They count as drawn: what a policy's relative change makes of one is clipped to the declared
        range. Raises ``BadInput`` for paths that there are not and values that cannot be.
        """
        changes = nested(values)
        whole = laid_over(self.resolved["scenario"], changes)
        scenario = validate(Document(whole, {}, "values"), Scenario)
        return replace(
            self,
            scenario=scenario,
            tree=laid_over(self.tree, {key: changes[key] for key in changes.keys() & self.tree.keys()}),
            checked={},
            drawn=self.drawn | values.keys(),
            posterior=None,
        )

    def in_world(self, world: int) -> "Case":
        """This case as a world plays it: under its draw of the posterior, where there is one."""
        number = self.draw_of(world)
        return self if number is None else _under_draw(self, number)

    def of_worlds(self, worlds: Iterable[int]) -> "Case":
        """This case with no more than these worlds play, so that it travels light: their draws, no caches."""
        if self.posterior is None:
            return replace(self)
        numbers = map(self.posterior.of_world, worlds)
        return replace(self, checked={}, posterior=self.posterior.only(numbers))

    def draw_of(self, world: int) -> int | None:
        """The number of the draw of its posterior that a world plays."""
        return None if self.posterior is None else self.posterior.of_world(world)

    def worlds_of(self, draw: int, worlds: int) -> range:
        """The first worlds that play a draw of the posterior, its own before all others."""
        assert self.posterior is not None
        every = self.posterior.size
        return range(draw, draw + worlds * every, every)

    def draw(self, number: int) -> Draw:
        """What a draw of the posterior sets, by dotted path; nothing without one."""
        values = self.posterior.draw(number) if self.posterior else {}
        return {path: value for path, value in values.items() if path not in self.held}

    @property
    def files(self) -> dict[str, str]:
        """Where the files lie that runs read, by key, as ``fingerprints``."""
        found = {key: str(self.tree["border"][key]) for key in self.fingerprints if key != KEY}
        return found | ({KEY: str(self.posterior.path)} if self.posterior else {})

    def value_of(self, path: str) -> Any:
        """The scenario's value at a dotted path, as plain as JSON has it; None where nothing stands."""
        return at_path(self.resolved["scenario"], tuple(path.split(".")))

    def parameters(self, active: tuple[int, ...]) -> Parameters:
        """The parameters with the overlays of these indices in force."""
        if active not in self.checked:
            tree, _ = trees(self.tree, self.overlays, self.drawn).under(active)
            self.checked[active] = Parameters.model_validate(tree, strict=False)
        return self.checked[active]

    @cached_property
    def clipped(self) -> tuple[Clip, ...]:
        """What relative changes of drawn values came to outside their range, in any regime."""
        return self._clips(self.tree, self.drawn) if self.drawn else ()

    @cached_property
    def clipped_by_draw(self) -> tuple[tuple[Clip, ...], ...]:
        """The same of the values of each draw of the posterior, by number; nothing where none is clipped."""
        if self.posterior is None:
            return ()
        changed = frozenset(
            path
            for path in self.posterior.paths
            if path not in self.held
            and any(
                isinstance(at_path(each.changes, tuple(path.split("."))), Mapping) for each in self.overlays
            )
        )

        def clips(draw: Draw) -> tuple[Clip, ...]:
            return self._clips(nested({path: draw[path] for path in changed}), changed)

        if not any(map(clips, self.posterior.ends())):  # every operation is monotone
            return ()
        return tuple(clips(self.posterior.draw(number)) for number in range(self.posterior.size))

    def _clips(self, tree: Mapping[str, Any], drawn: frozenset[str]) -> tuple[Clip, ...]:
        layered = trees(tree, self.overlays, drawn)
        met = regimes(self.overlays, self.scenario.talks.may_agree)
        return tuple(dict.fromkeys(clip for active in met for clip in layered.under(active)[1]))

    @cached_property
    def resolved(self) -> Content:
        """Everything that defines the case, as plain values for a manifest."""
        clauses = [each for each in self.overlays if each.kind != "policy" and each.policy]
        return Content(
            scenario=_written(self.scenario),
            policies=[policy.model_dump(mode="json") for policy in self.policies],
            clauses=[(each.kind, each.name, each.changes) for each in clauses],
            files=dict(self.fingerprints),
            held=sorted(self.held),
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``resolved``: the same for the same content, wherever its files lie."""
        return digest(self.resolved)

    @property
    def policy_name(self) -> str | None:
        """The names of its policies, each once; None, which no policy can be called, without any."""
        once: list[Policy] = []
        once += (policy for policy in self.policies if policy not in once)
        return " + ".join(policy.name for policy in once) or None


def _written(scenario: Scenario) -> Tree:
    """A scenario as plain values, without clones where there are none: no run hangs on them."""
    found = scenario.model_dump(mode="json")
    if not scenario.clones.number:
        del found["clones"]
    return found


@lru_cache(maxsize=8)  # both lucks of a world, and arms that take turns
def _under_draw(case: Case, number: int) -> Case:
    return case.with_values(case.draw(number))


def _entry(overlay: Overlay) -> OverlayEntry:
    """An overlay without the day that never comes, which JSON cannot write."""
    entry = OverlayEntry(
        name=overlay.name,
        kind=overlay.kind,
        changes=overlay.changes,
        from_day=overlay.from_day,
        until_day=overlay.until_day,
        policy=overlay.policy,
    )
    if overlay.until_day == float("inf"):
        del entry["until_day"]
    return entry


def digest(resolved: Any) -> str:
    """SHA-256 of plain values in canonical JSON."""
    return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()
