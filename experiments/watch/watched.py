"""The run that is watched: a model that Mesa's page can build anew from what a viewer has chosen.

All values are data of ``controls``; what they come to is a case of the scenario as any other.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from experiments.design.request import Single, consistent_case_of
from experiments.live.frames import Incident
from experiments.study.code import agents_of
from experiments.watch.controls import (
    AS_IT_IS,
    NO_POLICY,
    Moved,
    Slider,
    moved,
    policies_to_pick,
    sliders_of,
    talks_to_pick,
)
from experiments.worlds import luck_of, world_of
from sim.constants import DAY
from sim.documents import BadInput
from sim.incidents.incident import Incident as Record
from sim.model import DmzModel
from sim.scenario.case import Case
from sim.start import DatedShot
from sim.state import State

_PATIENCE_S = 5.0  # for a page that may be gone
_RESPITE_S = 0.01
_POLL_S = 0.005  # between two looks at whether it has
_HELD_S = 0.05
_SLOW = 12.0  # minutes of the run a second while an incident is open, as in a replay


@dataclass(frozen=True)
class Asked:
    """What was typed: a scenario under policies, ``run`` of ``seed``, and what is set beside."""

    scenario: str
    policies: tuple[str, ...] = ()
    days: int | None = None
    seed: int = 1
    run: int = 0
    assignments: tuple[str, ...] = ()
    allow_code: bool = False

    def case(self, policies: tuple[str, ...], assignments: Mapping[str, str]) -> Case:
        """The scenario under other policies and with more set; raises ``BadInput``."""
        kept = (each for each in self.assignments if each.partition("=")[0] not in assignments)
        given = (*kept, *(f"{path}={value}" for path, value in assignments.items()))
        return consistent_case_of(Single(self.scenario, policies, days=self.days, assignments=given))


@dataclass
class Show:
    """What is on show: the scenario as asked, what can be changed of it, and how fast it is played.

    ``stride``: minutes that a frame spans; ``slow``: a tick while an incident is open; ``stopping``: set once
    nothing is to be played any more. Raises ``BadInput`` where the scenario or a policy cannot be read.
    """

    asked: Asked
    stride: float = DAY
    slow: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)
    case: Case = field(init=False)
    sliders: list[Slider] = field(init=False)
    policies: dict[str, tuple[str, ...]] = field(init=False)
    talks: list[str] = field(init=False)

    def __post_init__(self) -> None:
        asked = self.asked
        self.case = asked.case(asked.policies, {})
        agents_of(self.case, asked.allow_code)  # refused before a page opens
        bare = asked.case((), {}).in_world(world_of(asked.run))
        self.sliders = sliders_of(bare)
        self.policies = policies_to_pick(asked.policies)
        self.talks = talks_to_pick(self.case)

    def chosen(self, values: Mapping[str, Any]) -> "Chosen":
        """What the values of Mesa's controls choose, by their names; what is missing stands as asked."""
        policy = values.get("policy", next(iter(self.policies)))
        talks = values.get("talks", AS_IT_IS)
        return Chosen(policy, talks, tuple(moved(self.sliders, values)))

    def case_under(self, chosen: "Chosen") -> Case:
        """The case that was chosen; raises ``BadInput`` where its parts do not go together."""
        given = {each.slider.path: str(each.value) for each in chosen.moved}
        if chosen.talks != AS_IT_IS:
            given["talks.outcome"] = chosen.talks
        return self.asked.case(self.policies[chosen.policy], given)


@dataclass(frozen=True)
class Chosen:
    """What a viewer has chosen: a policy and an outcome of talks by their names, and sliders that moved."""

    policy: str
    talks: str = AS_IT_IS
    moved: tuple[Moved, ...] = ()

    def said(self, show: Show) -> list[str]:
        """What differs from what was asked for, a line each; nothing where nothing does."""
        lines = [str(each) for each in self.moved]
        if self.policy != next(iter(show.policies)):
            lines.append(
                "without the policies asked for" if self.policy == NO_POLICY else f"policy: {self.policy}"
            )
        if self.talks != AS_IT_IS:
            lines.append(f"talks: {self.talks} (in the scenario: {show.case.value_of('talks.outcome')})")
        return lines


class Watched(DmzModel):
    """One run under what was chosen, played a stride at a time.

    ``kwargs``: the values of Mesa's controls, by their names (Mesa looks for this word). What cannot be
    played is told in ``refused``, and the run is then that which was asked for.
    """

    def __init__(self, show: Show, **kwargs: Any) -> None:
        self.show, self.chosen, self.refused = show, show.chosen(kwargs), ""
        self.turn = threading.RLock()  # Mesa steps in one thread, a jump comes in another
        self.asked: Callable[[], int] = int  # of a page: how often it has been asked to draw, nobody's never
        self._drawn = 0  # the number of the last drawing that it has done
        self._slowed = 0.0  # when the last slow step was taken
        self.begun: dict[int, Incident] = {}  # each incident as it was when it opened, by its row
        try:
            case = show.case_under(self.chosen)
            agents = self.agents_in(case)
        except BadInput as bad:
            self.refused, self.chosen = str(bad), show.chosen({})
            case, agents = show.case, self.agents_in(show.case)
        run = show.asked.run
        super().__init__(case, seed=show.asked.seed, world=world_of(run), luck=luck_of(run), agents=agents)

    def agents_in(self, case: Case) -> dict[str, type]:
        """The classes that take part beside the shipped ones; raises ``BadInput``."""
        return dict(agents_of(case, self.show.asked.allow_code))

    def open(self, minute: float, event: np.void | DatedShot) -> Record | None:
        """The same, and keep what there is to see of it: later its unit is elsewhere, and so may lines be."""
        opened = super().open(minute, event)
        if opened is not None:
            self.begun[opened.row] = Incident.of(self.scene, opened.row)
        return opened

    def incident(self, row: int) -> Incident:
        """An incident as far as it has come, with where it was at first, by the lines of then."""
        first = self.begun[row]
        return replace(Incident.of(self.scene, row), d=first.d, misjudged=first.misjudged)

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end, and has not only been stopped."""
        exposure = self.scene.exposure
        return self.minute >= exposure.horizon or exposure.ended

    @property
    def held(self) -> bool:
        """Whether it cannot go on before somebody says how."""
        return False

    def step(self) -> None:
        """Play a stride; no further than to the tick in which an incident opens, if that is wished.

        It waits for a page that has been asked to draw and has not yet: who plays on while another thread
        renders has that one render for ever, which Mesa's page answers by an error in its place. Of steps
        between which nobody asks it to draw (Mesa's render interval) none waits.
        """
        self._wait_for_the_page()
        if self._is_slow and self._drawn:
            self._keep_slow()
        with self.turn:
            self.play_on(self.minute + self._span)
            self.running = self._may_go_on  # Mesa's thread plays as long as it is running

    def _wait_for_the_page(self) -> None:
        if self.held:
            time.sleep(_HELD_S)  # Mesa asks on and on, and there is nothing new to show
        if self._drawn >= self.asked():
            return
        gone = time.monotonic() + _PATIENCE_S
        while self._drawn < self.asked() and time.monotonic() < gone and not self.show.stopping.is_set():
            time.sleep(_POLL_S)
        time.sleep(_RESPITE_S)  # so that the render that was waited for comes to its end

    def _keep_slow(self) -> None:
        """Wait until the last slow step has been seen for as long as its minutes are to take."""
        seen = time.monotonic() - self._slowed
        self.show.stopping.wait(max(0.0, self.scene.tick / _SLOW - seen))
        self._slowed = time.monotonic()

    @property
    def _may_go_on(self) -> bool:
        return self.running and not self.show.stopping.is_set()

    def restore(self, snapshot: State) -> None:
        """The same; what was stopped for good stays so."""
        super().restore(snapshot)
        self.running = self._may_go_on

    def has_been_shown(self, asked: int) -> None:
        """The page has drawn what it was ``asked`` for by then."""
        self._drawn = asked

    @property
    def _is_slow(self) -> bool:
        return self.show.slow and bool(self.open_incidents)

    @property
    def _span(self) -> float:
        return self.scene.tick if self._is_slow else max(self.scene.tick, self.show.stride)

    def play_on(self, until: float) -> None:
        """Play to a minute, or to the tick in which an incident opens where the viewer wants to see that."""
        until = min(until, self.scene.exposure.horizon)
        told = len(self.state.incidents)
        while self._may_go_on and not self.held and self.minute < until:
            self._go_on(until)
            if self.show.slow and len(self.state.incidents) > told:
                return

    def to_next(self) -> None:
        """Play to the tick in which the next incident opens, or to the end."""
        with self.turn:
            told = len(self.state.incidents)
            while self._may_go_on and not self.held and len(self.state.incidents) == told:
                self._go_on(self.scene.exposure.horizon)
