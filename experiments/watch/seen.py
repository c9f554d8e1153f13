"""What the page shows of a model, as what travels to it: bytes for places and lines, plain values for the rest.

What stays the same object has not changed, and is not sent again.
"""

from dataclasses import replace
from typing import Any

from experiments.live.frames import Border, Daily, Frame, Ground, Incident, Story, climb
from experiments.live.packing import packed_border, packed_frames, plain_ground, plain_incident
from experiments.watch.watched import Watched
from experiments.worlds import luck_of, world_of
from sim.codes import TalksState
from sim.constants import DAY
from sim.documents import Tree
from sim.outcome.outcome import RUNGS

_TOLD = 40  # incidents whose stories are in the page, the newest


class Eye:
    """One who looks at a model again and again, and keeps what does not change."""

    def __init__(self, model: Watched) -> None:
        self.model = model
        self._ground = Ground.of(model)
        self._kept: dict[str, Any] = {
            "ground": plain_ground(self._ground) | {"tick": self._ground.tick, "rungs": list(RUNGS)},
            "played": played(model),
            "border": b"",
            "told": [],
            "dots": [],
            "daily": {},
        }
        self._courses: object = None
        self._days = self._lines = -1
        self._first: dict[int, Incident] = {}  # as they were first seen: where, and by which lines
        self._over: dict[int, Tree] = {}  # those that can change no more
        self._km2 = 0.0

    def look(self) -> dict[str, Any]:
        """All that there is to see now, by the names of the page's traits."""
        model = self.model
        with model.turn:
            scene, frame = model.scene, Frame.of(model)
            if scene.courses is not self._courses:
                border = Border.of(scene)
                self._courses, self._km2 = scene.courses, border.contested_km2
                self._kept["border"] = packed_border(border)
            if (days := int(model.minute // DAY)) != self._days:
                self._days = days
                daily = Daily.of(scene)
                self._kept["daily"] = {
                    "tension": daily.tension.round(4).tolist(),
                    "talks": [TalksState(int(code)).word for code in daily.talks],
                }
            if (lines := len(scene.state.log)) != self._lines:
                self._lines = lines
                self._tell()
            return self._kept | {"units": packed_frames([frame]), "now": self._now(frame)}

    def _now(self, frame: Frame) -> Tree:
        model = self.model
        return {
            "minute": frame.minute,
            "units": len(frame.units),
            "open": [each.row for each in frame.incidents],
            "incidents": len(model.state.incidents),
            "tension": [round(each, 3) for each in frame.tension],
            "talks": frame.talks.word.replace("_", " "),
            "km2": round(self._km2, 2),
            "running": model.running,
        }

    def _tell(self) -> None:
        """Tell all incidents that may have changed; those that are closed stay as they are."""
        scene, told = self.model.scene, list[Tree]()
        for row in range(len(scene.state.incidents)):
            if row not in self._over:
                plain = self._plain(row)
                if plain["closed"] is None:
                    told.append(plain)
                    continue
                self._over[row] = plain
            told.append(self._over[row])
        self._kept["told"] = told[-_TOLD:]
        self._kept["dots"] = [[each["row"], each["opened"], each["rung"], round(each["s"])] for each in told]

    def _plain(self, row: int) -> Tree:
        scene = self.model.scene
        incident = Incident.of(scene, row)
        first = self._first.setdefault(row, incident)
        seen = replace(incident, d=first.d, misjudged=first.misjudged)
        story = Story.of(scene, row)
        return plain_incident(seen) | {
            "climbed": [[minute, int(rung)] for minute, rung in climb(scene, row)],
            "head": story.head,
            "steps": [list(step) for step in story.steps],
        }


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
