"""A case: a scenario under its policies, checked; all that a run needs beside its luck."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.documents import Mark
from sim.operations import Clip
from sim.overlays import Overlay, laid_over, regimes, trees
from sim.parameters import Parameters
from sim.situation import AgentKind, Policy, Scenario


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

    @classmethod
    def revived(cls, saved: Mapping[str, Any], files: Path) -> "Case":
        """The case that ``saved`` describes; its own files lie in ``files``, named by their hash.

        Plays to the same bits as the case that was saved. Raises pydantic's ``ValidationError`` for
        values that no case has.
        """
        scenario = Scenario.model_validate(saved["scenario"], strict=False)
        tree = {name: saved["scenario"][name] for name in Parameters.model_fields}
        own = {key: str((files / found).resolve()) for key, found in saved["files"].items()}
        mark = Mark("manifest.json", 0, 0)
        return cls(
            scenario, tuple(Policy.model_validate(p, strict=False) for p in saved["policies"]),
            tuple(Overlay(**each) for each in saved["overlays"]),
            laid_over(tree, {"border": own}), tuple(saved["lineage"]), dict(saved["files"]),
            tuple(AgentChoice(kind, name, mark) for kind, name in saved["agents"]),
            drawn=frozenset(saved["drawn"]),
        )  # fmt: skip

    @cached_property
    def saved(self) -> dict[str, Any]:
        """``resolved`` and what else ``revived`` needs, as plain values."""
        return self.resolved | {
            "overlays": [_plain(overlay) for overlay in self.overlays],
            "lineage": list(self.lineage),
            "agents": [[choice.kind, choice.reference] for choice in self.agents],
            "drawn": sorted(self.drawn),
        }

    def parameters(self, active: tuple[int, ...]) -> Parameters:
        """The parameters with the overlays of these indices in force."""
        if active not in self.checked:
            tree, _ = trees(self.tree, self.overlays, self.drawn).under(active)
            self.checked[active] = Parameters.model_validate(tree, strict=False)
        return self.checked[active]

    @cached_property
    def clipped(self) -> tuple[Clip, ...]:
        """What relative changes of drawn values came to outside their range, in any regime."""
        met = regimes(self.overlays, self.scenario.talks.may_agree) if self.drawn else ()
        layered = trees(self.tree, self.overlays, self.drawn)
        return tuple(dict.fromkeys(clip for active in met for clip in layered.under(active)[1]))

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """Everything that defines the case, as plain values for a manifest."""
        clauses = [each for each in self.overlays if each.kind in ("agreed", "implemented")]
        return {
            "scenario": self.scenario.model_dump(mode="json"),
            "policies": [policy.model_dump(mode="json") for policy in self.policies],
            "clauses": [[each.kind, each.name, each.changes] for each in clauses],
            "files": dict(self.fingerprints),
        }

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``resolved``: the same for the same content, wherever its files lie."""
        return digest(self.resolved)

    @property
    def policy_name(self) -> str | None:
        """The names of its policies, each once; None, which no policy can be called, without any.
        """
        once: list[Policy] = []
        once += (policy for policy in self.policies if policy not in once)
        return " + ".join(policy.name for policy in once) or None


def _plain(overlay: Overlay) -> dict[str, Any]:
    """An overlay without the day that never comes, which JSON cannot write."""
    values = asdict(overlay)
    return {key: value for key, value in values.items() if value != float("inf")}


def digest(resolved: Any) -> str:
    """SHA-256 of plain values in canonical JSON."""
    return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()
