"""A run in which a viewer is on duty: it stops before every decision of the post, and goes on from there.

A decision that nobody has taken yet stops the playing in its middle (``DecisionWanted``). The run is then set
back to the copy of the state that was made before that stretch, played again to the tick of the decision, and
waits; once it is decided the stretch is played once more, and this time the officer knows. Nothing ever waits
in the middle of an act, no thread holds half a run, and a run of decisions has the bits of the same run
played again, because all it goes by are the state and the decisions.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.duty.beside import Verdict, verdict_on
from experiments.duty.kept import Kept, kept_in
from experiments.duty.knowledge import Question, question_of
from experiments.duty.officer import Choice, DecisionWanted, Orders, officer_under
from experiments.study.code import agents_of
from experiments.watch.controls import AS_IT_IS
from experiments.watch.watched import Asked, Show, Watched
from experiments.worlds import luck_of, world_of
from sim.constants import DAY
from sim.documents import BadInput, refuse
from sim.model import DmzModel
from sim.scenario.case import Case
from sim.sides import SIDES

_WHILE = 28.0  # days of the twin's that are played before it is asked whether anybody still waits


@dataclass
class DutyShow(Show):
    """A show in which a side's command post of ``area`` (None: whichever decides next) is the viewer's.

    Nothing else can be changed: the run and its twin by the rules are to have the same luck. ``out``: where
    decisions are kept; a run that is begun anew has a folder of its own.
    """

    side: int = 0
    area: int | None = None
    out: Path = field(default_factory=Path)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sliders, self.talks = [], [AS_IT_IS]
        self.policies = dict([next(iter(self.policies.items()))])


def refuse_what_cannot_be_played(asked: Asked, area: int | None) -> None:
    """Raise ``BadInput`` for what cannot be read, foreign command posts, areas there are not."""
    case = asked.case(asked.policies, {})
    if "CommandPost" in agents_of(case, asked.allow_code):
        refuse("--policy", "it replaces the command posts, for one of which you are to decide")
    areas = case.parameters(()).space.areas
    if area is not None and area > areas:
        refuse("--area", "there is no such area", found=str(area), allowed=f"1 to {areas}, from the west")


def duty_of(asked: Asked, side: str, area: int | None, place: Path) -> Callable[[], DutyShow]:
    """How a duty begins, once for each page; ``area`` counts from 1 in the west."""
    number = None if area is None else area - 1
    return lambda: DutyShow(asked, side=SIDES.index(side), area=number, out=place)


class OnDuty(Watched):
    """One run with the viewer on duty; ``question`` is what is to be decided now, if anything."""

    show: DutyShow
    orders: Orders

    def __init__(self, show: DutyShow, **kwargs: Any) -> None:
        self.question: Question | None = None
        self.verdict: Verdict | None = None
        self.place: Path | None = None  # it has one once something was decided
        self.unkept = ""  # why the last decision could not be kept, if so
        super().__init__(show, **kwargs)
        begins = self.scene.exposure.begins
        while not self.held and self.minute < begins:  # by the rules
            self._go_on(begins)

    def agents_in(self, case: Case) -> dict[str, type]:
        """The same with command posts that ask."""
        since = DAY * float(case.value_of("clock.warmup_days"))
        self.orders = Orders(self.show.side, self.show.area, since)
        return super().agents_in(case) | {"CommandPost": officer_under(self.orders)}

    @property
    def held(self) -> bool:
        """Whether a decision is to be taken first."""
        return self.question is not None

    def decide(self, choice: str) -> None:
        """Decide what is asked, and go on; ignored where nothing is asked, or that cannot be chosen."""
        with self.turn:
            if self.question is None:
                return
            options = {each.choice.value: each for each in self.question.options if not each.why_not}
            if choice not in options:
                return
            self.orders.decided[self.question.incident, self.question.minute] = Choice(choice)
            self.question = None
            self.keep()
            self.play_on(self.minute + self.scene.tick)

    def to_next(self) -> None:
        """Play to the next decision, or to the end."""
        with self.turn:
            while self._may_go_on and not self.held:
                self._go_on(self.scene.exposure.horizon)

    def _go_on(self, until: float) -> None:
        before = self.snapshot()
        try:
            super()._go_on(until)
        except DecisionWanted as wanted:
            seen = self.incident(wanted.incident.row)  # while all is as it is at that moment
            question = question_of(wanted.officer, wanted.incident, seen)
            self.restore(before)
            before_it = (math.ceil(question.minute / self.scene.tick) - 1) * self.scene.tick
            while self.minute < before_it:  # what falls due at the end of a tick belongs to it
                super()._go_on(before_it)
            self.question = question
        if self.is_over:
            twin = self.twin()
            while twin.running and not self.show.stopping.is_set():
                twin.run(_WHILE)
            if not twin.running:
                self.verdict = verdict_on(self, twin)
                self.keep()
            twin.dismiss()

    def twin(self) -> DmzModel:
        """The same run by the rules, before its first minute."""
        asked = self.show.asked
        world, luck = world_of(asked.run), luck_of(asked.run)
        agents = Watched.agents_in(self, self.case)
        return DmzModel(self.show.case, seed=asked.seed, world=world, luck=luck, agents=agents)

    def keep(self) -> None:
        """Keep the decisions so far, that nothing is lost with the page; where it fails, say so and go on."""
        show = self.show
        ended = None if self.verdict is None else self.verdict.ended
        try:
            self.place = self.place or kept_in(show.out)
            Kept(show.asked, show.case.content_hash, self.orders, ended).write(self.place)
        except (OSError, BadInput) as error:
            self.unkept = getattr(error, "strerror", None) or str(error)
        else:
            self.unkept = ""
