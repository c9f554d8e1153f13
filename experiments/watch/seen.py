"""What the page shows of a model, as it travels there: bytes for places and lines, plain values for the rest.

What stays the same object has not changed, and is not sent again.
"""

import math
from typing import Any

from experiments.live.frames import Border, Daily, Frame, Ground, Incident, Story, climb
from experiments.live.packing import packed_border, packed_frames, plain_ground, plain_incident
from experiments.watch.watched import Watched
from experiments.worlds import luck_of, world_of
from sim.codes import Rung, TalksState
from sim.constants import DAY
from sim.documents import Tree
from sim.outcome.outcome import RUNGS

_TOLD = 40  # incidents whose stories are in the page, the newest


class Eye:
    """One who looks at a model again and again, and keeps what does not change."""

    only: int | None = None  # the side of whose knowledge no more is shown

    def __init__(self, model: Watched) -> None:
        self.model = model
        self._ground = Ground.of(model)
        self._kept: dict[str, Any] = {
            "ground": plain_ground(self._ground)
            | {"tick": self._ground.tick, "rungs": list(RUNGS), "talks": TalksState.words()},
            "played": played(model),
            "border": b"",
            "told": [],
            "dots": [],
            "daily": b"",
        }
        self._courses: object = None
        self._days = -1
        self._acts: object = None
        self._over: dict[int, Tree] = {}  # those that can change no more
        self._km2 = 0.0

    def look(self) -> dict[str, Any]:
        """All that there is to see now, by the names of the page's traits."""
        model = self.model
        with model.turn:
            scene, frame = model.scene, self.frame()
            if scene.courses is not self._courses:
                border = self.border()
                self._courses, self._km2 = scene.courses, border.contested_km2
                self._kept["border"] = packed_border(border)
            if (days := math.ceil(model.minute / DAY)) != self._days:
                self._days = days
                self._kept["daily"] = packed_days(self.daily(Daily.of(scene)))
            if (acts := self._happened()) != self._acts:
                self._acts = acts
                self._tell()
            return self._kept | {"units": packed_frames([frame]), "now": self._now(frame)}

    def decide(self, choice: str, number: int, minute: float) -> None:
        """What the viewer decides of what is asked of an incident, by its number; nobody is asked here."""

    def frame(self) -> Frame:
        """What there is to see of this minute."""
        return Frame.of(self.model)

    def border(self) -> Border:
        """The lines as they are shown."""
        return Border.of(self.model.scene)

    def shows(self, row: int) -> bool:
        """Whether an incident is told at all."""
        return True

    def number(self, row: int) -> int:
        """By which number the page has an incident."""
        return row

    def daily(self, daily: Daily) -> Daily:
        """Tension and talks by day, as they are shown."""
        return daily

    def forget(self) -> None:
        """Have everything looked at afresh, because more may be shown from now on."""
        self._courses = self._acts = None
        self._days = -1
        self._over.clear()

    def _happened(self) -> object:
        """What stories hang on: acts, and looks of which nothing is noted but how deep they saw a unit."""
        looks = [(each.record.depth, each.record.true_depth) for each in self.model.open_incidents]
        return len(self.model.state.log), looks

    def _now(self, frame: Frame) -> Tree:
        model = self.model
        return {
            "minute": frame.minute,
            "units": len(frame.units),
            "open": [self.number(each.row) for each in frame.incidents if self.shows(each.row)],
            "incidents": len(self._kept["dots"]),
            "tension": [None if math.isnan(each) else round(each, 3) for each in frame.tension],
            "talks": frame.talks.word.replace("_", " "),
            "km2": round(self._km2, 2),
            "running": not model.is_over,
            "only": self.only,
        }

    def _tell(self) -> None:
        """Tell all incidents that may have changed; those that are closed stay as they are."""
        scene, told = self.model.scene, list[Tree]()
        for row in filter(self.shows, range(len(scene.state.incidents))):
            if row not in self._over:
                plain = self.plain(row)
                if plain["closed"] is None:
                    told.append(plain)
                    continue
                self._over[row] = plain
            told.append(self._over[row])
        self._kept["told"] = told[-_TOLD:]
        self._kept["dots"] = [dot_of(each) for each in told]

    def plain(self, row: int) -> Tree:
        """An incident and its story, as they are shown."""
        scene = self.model.scene
        return told_of(self.model.incident(row), climb(scene, row), Story.of(scene, row))


def told_of(incident: Incident, climbed: list[tuple[float, Rung]], story: Story) -> Tree:
    """An incident as the page has it."""
    return plain_incident(incident) | {
        "climbed": [[minute, int(rung)] for minute, rung in climbed],
        "head": story.head,
        "steps": [list(step) for step in story.steps],
    }


def packed_days(daily: Daily) -> bytes:
    """Days as the page has them: tension of north and south of each day (f32, nan), then talks (u8)."""
    return daily.tension.astype("<f4").tobytes() + daily.talks.astype("u1").tobytes()


def dot_of(told: Tree) -> list[float]:
    """What the timeline needs of an incident: its row, when it opened, its rung, where."""
    return [told["row"], told["opened"], told["rung"], round(told["s"])]


def played(model: Watched) -> Tree:
    """What is played, in words, and what is no longer as the scenario was shipped."""
    show, scenario = model.show, model.case.scenario
    run, draw = show.asked.run, model.scene.draw
    policy = model.case.policy_name
    return {
        "title": f"{scenario.name}{f' + {policy}' if policy else ''}",
        "about": (
            f"Run {run:,}: luck {luck_of(run)} of world {world_of(run):,}, seed {show.asked.seed}"
            f"{'' if draw is None else f', draw {draw:,} of the posterior'}; {scenario.days:,} days from "
            f"{scenario.start}."
        ),
        "moved": model.chosen.said(show),
        "set": list(show.asked.assignments),
        "refused": model.refused,
    }
