"""What a duty officer sees of the run: what its side knows, and all of it once it is over."""

from dataclasses import asdict
from typing import Any

import numpy as np

from experiments.duty.knowledge import Question, border_of, frame_of, known_story, knows_of
from experiments.duty.on_duty import OnDuty
from experiments.live.frames import Border, Daily, Frame
from experiments.watch.seen import Eye, dot_of
from experiments.watch.watched import Watched
from sim.documents import Tree
from sim.sides import SIDES, other


class DutyEye(Eye):
    """The eye of one side; it opens when the run is over."""

    model: OnDuty

    def __init__(self, model: Watched) -> None:
        assert isinstance(model, OnDuty)
        super().__init__(model)
        self.side = model.show.side
        self.only = self.side
        self._numbers: dict[int, int] = {}  # rows would tell how many there are of which it knows not

    def look(self) -> dict[str, Any]:
        """The same, and what is to be decided, or what came of it."""
        if self.model.is_over and self.only is not None:
            self.only = None
            self.forget()
        with self.model.turn:
            seen = super().look() | {"duty": self._duty()}
            return seen if self.model.question is None else seen | self._with(self.model.question)

    def _with(self, question: Question) -> dict[str, Any]:
        """The incidents with the one of which is asked, which may have opened after what the map shows."""
        number = self.number(question.incident)
        its = question.told | {"row": number}
        told = [each for each in self._kept["told"] if each["row"] != number]
        dots = [each for each in self._kept["dots"] if each[0] != number]
        return {"told": [*told, its], "dots": [*dots, dot_of(its)]}

    def decide(self, choice: str, number: int, minute: float) -> None:
        """Decide, if that is still what is asked: a second press may come when another question is there."""
        question = self.model.question
        if question and (self.number(question.incident), question.minute) == (number, minute):
            self.model.decide(choice)

    def frame(self) -> Frame:
        """A minute as the side knows it."""
        frame = super().frame()
        return frame if self.only is None else frame_of(self.side, frame, self.model.scene)

    def border(self) -> Border:
        """The side's own line."""
        return super().border() if self.only is None else border_of(self.side, super().border())

    def shows(self, row: int) -> bool:
        """Whether the side knows of it."""
        return self.only is None or knows_of(self.side, self.model.state.incidents[row])

    def number(self, row: int) -> int:
        """In the order in which the side came to know of them."""
        return row if self.only is None else self._numbers.setdefault(row, len(self._numbers))

    def daily(self, daily: Daily) -> Daily:
        """Its own tension by day."""
        if self.only is None:
            return daily
        tension = daily.tension.copy()
        tension[:, other(self.side)] = np.nan
        return daily._replace(tension=tension)

    def plain(self, row: int) -> Tree:
        """An incident as far as the side knows it."""
        if self.only is None:
            return super().plain(row)
        known = known_story(self.side, self.model.scene, self.model.incident(row))
        return known | {"row": self.number(row)}

    def _asked(self, question: Question) -> Tree:
        found = asdict(question) | {"incident": self.number(question.incident)}
        del found["told"]  # it stands among the others
        return found

    def _duty(self) -> Tree:
        model = self.model
        question, verdict = model.question, model.verdict
        return {
            "side": SIDES[self.side],
            "area": None if model.show.area is None else model.show.area + 1,
            "decisions": len(model.orders.decided),
            "question": None if question is None else self._asked(question),
            "verdict": None if verdict is None else verdict.ended,
            "place": str(model.place or ""),
            "unkept": model.unkept,
        }
