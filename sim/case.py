"""A case: a scenario under its policies, checked; all that a run needs beside its luck."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.documents import Mark
from sim.overlays import Overlay, laid_over
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
    in force, for every set of them that a run may meet.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    overlays: tuple[Overlay, ...]
    tree: Mapping[str, Any]
    lineage: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[AgentChoice, ...] = ()
    checked: dict[tuple[int, ...], Parameters] = field(default_factory=dict, repr=False)

    def parameters(self, active: tuple[int, ...]) -> Parameters:
        """The parameters with the overlays of these indices in force."""
        if active not in self.checked:
            tree: Any = self.tree
            for i in active:
                tree = laid_over(tree, self.overlays[i].changes)
            self.checked[active] = Parameters.model_validate(tree, strict=False)
        return self.checked[active]

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
    def policy_name(self) -> str:
        """The names of its policies, or ``none``."""
        return " + ".join(policy.name for policy in self.policies) or "none"


def digest(resolved: Any) -> str:
    """SHA-256 of plain values in canonical JSON."""
    return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()
