"""One run as Python has it in its hands: played by hand, looked into, told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.commands.arguments import Names, Values, flag, loaded_case, refuse_beside_case, whole
from experiments.commands.exits import Halted
from experiments.commands.story import Story, clash_in, story_of
from experiments.measures import CLASHES, LADDER, noun, with_totals
from experiments.store.tables import INCIDENTS
from sim.agents.loading import fit_agents, load_agents
from sim.model import DmzModel
from sim.outcome.outcome import Outcome, outcome
from sim.scenario.case import Case
from sim.scenario.reading import Name
from sim.sides import SIDES


@dataclass(frozen=True)
class RunTables:
    """The outcome of one run: its ``row``, its ``incidents``, ``tension`` at the start of each day."""

    row: "pd.Series[Any]"
    incidents: pd.DataFrame
    tension: pd.DataFrame

    def __str__(self) -> str:
        counts = self._counts
        return "\n".join(f"{what:50} {count:g}" for what, count in counts.items())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return str(self._counts.rename("in this run").to_frame().to_html(border=0))

    @property
    def _counts(self) -> "pd.Series[Any]":
        return self.row[[*CLASHES, *LADDER]].rename(noun).astype(float)


class Model(DmzModel):
    """One run of a case in one world with one luck: of what ``dmz.load`` returned, or takes.

    Run ``k`` of ``dmz.run`` with the same seed is luck ``k % 2`` in world ``k // 2``. ``agents``
    replaces agent classes; those that a policy names are loaded with ``allow_code``. It is a Mesa
    model: ``more`` is what ``sim.model.DmzModel`` takes beside. Without a ``seed`` it is that of the
    command, 1, but for models that ``collect`` for ``mesa.batch_run``: these take a fresh one each.
    """

    def __init__(
        self,
        scenario: Name | Case = "baseline",
        *,
        policies: Names = (),
        set: Values = None,
        days: int | None = None,
        seed: int | None = None,
        world: int = 0,
        luck: int = 0,
        agents: Mapping[str, type] | None = None,
        allow_code: bool = False,
        **more: Any,
    ) -> None:
        if isinstance(scenario, Case):
            refuse_beside_case(policies=policies, set=set, days=days)
        case = scenario if isinstance(scenario, Case) else loaded_case(scenario, policies, set, days)
        if seed is None and not more.get("collect"):
            seed = 1  # else no two replicates of a batch are alike
        loaded = load_agents(case, flag("allow_code", allow_code)) | fit_agents(agents)
        super().__init__(case, seed=seed, world=world, luck=luck, agents=loaded, **more)

    def outcome(self) -> RunTables:
        """The run so far, as tables; raises ``Halted`` before anything that counts has been played."""
        found = self._found
        incidents = pd.DataFrame(found.incidents, columns=[*INCIDENTS.names[3:]])
        tension = pd.DataFrame(found.tension, columns=list(SIDES)).rename_axis("day")
        return RunTables(with_totals([found.row]).iloc[0], incidents, tension)

    def story(self, k: int = 1) -> Story:
        """The story of the ``k``-th accidental clash of the run so far; raises ``BadInput`` for none."""
        return story_of(self, *clash_in(self._found, whole("why", k)))

    @property
    def _found(self) -> Outcome:
        if self.minute <= self.scene.exposure.begins:
            raise Halted("nothing that counts has been played: call run(), or step() beyond the warm-up")
        return outcome(self.scene)
