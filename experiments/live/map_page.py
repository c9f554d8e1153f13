"""The page of a replay: one file that works offline, with the runs that it shows inside.

Names come from files and are text that the template escapes; the data is JSON in which no letter can end its
element, and scripts put it in as text.
"""

import base64
import datetime as dt
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from experiments.live.frames import Ground
from experiments.live.packing import (
    packed_border,
    packed_frames,
    packed_places,
    plain_ground,
    plain_incident,
    plain_posts,
)
from experiments.live.recording import Parting, Recorded, Recording
from experiments.pictures.fonts import embedded
from experiments.templating import data_in_page, templates
from experiments.wording import capital, many
from sim.constants import KM
from sim.outcome.outcome import RUNGS


@dataclass(frozen=True, eq=False)
class Shown:
    """A recording under the name of its arm; ``checked`` says against what its bits were held."""

    name: str
    checked: str
    recording: Recording


def replay_html(title: str, about: str, made: str, shown: Sequence[Shown], parts: Sequence[Parting]) -> str:
    """The page of one run, or of two of the same luck with where they part; equal input, equal bytes.

    ``about``: which run it is, in a sentence; ``made``: by what.
    """
    ground = shown[0].recording.ground
    data = {
        "ground": plain_ground(ground) | {"tick": ground.tick},
        "rungs": list(RUNGS),
        "runs": [_plain(each.recording) for each in shown],
        "parts": [{"minute": part.minute} for part in parts],
    }
    arms = [
        {
            "name": each.name,
            "checked": each.checked,
            "ended": None if each.recording.ended is None else clock(ground, each.recording.ended),
            "left_out": each.recording.left_out,
            "incidents": [_told(ground, incident) for incident in each.recording.incidents],
        }
        for each in shown
    ]
    return (
        templates({"many": many, "capital": capital})
        .get_template("replay.html")
        .render(
            title=title,
            about=about,
            made=made,
            letters=Markup(embedded("".join([title, about, *(each.name for each in shown)]))),
            arms=arms,
            parts=[
                {"minute": part.minute, "s": part.s, "said": part.said, "when": clock(ground, part.minute)}
                for part in parts
            ],
            rungs=list(RUNGS),
            attribution=ground.attribution,
            tick=f"{ground.tick:g}",
            data=data_in_page(data),
            map_script=Markup(script("map.js")),
            page_script=Markup(script("replay.js")),
        )
    )


def script(name: str) -> str:
    """A script of this room, to be put into a page or handed to a widget."""
    return (files("experiments.live") / name).read_text("utf-8")


def clock(ground: Ground, minute: float) -> str:
    """A minute of the run as date and time of day."""
    first = dt.datetime.combine(ground.first, dt.time())
    return f"{first + dt.timedelta(minutes=round(minute)):%Y-%m-%d %H:%M}"


def _plain(recording: Recording) -> dict[str, Any]:
    borders = [None, *recording.borders]
    return {
        "windows": [_zipped(packed_frames(frames)) for frames in recording.windows],
        "noons": _zipped(packed_places(recording.noons)),
        "borders": [
            {"since": each.since, "km2": each.contested_km2, "packed": _zipped(packed_border(each, before))}
            for before, each in zip(borders, recording.borders, strict=False)
        ],
        "told": [
            plain_incident(each.seen) | {"climbed": [(m, int(rung)) for m, rung in each.climbed]}
            for each in recording.incidents
        ],
        "tension": recording.daily.tension.round(4).tolist(),
        "talks": recording.talks,
        "posts": plain_posts(recording.ground),
        "ended": recording.ended,
    }


def _zipped(packed: bytes) -> str:
    return base64.b64encode(gzip.compress(packed, 9, mtime=0)).decode()


def _told(ground: Ground, incident: Recorded) -> dict[str, Any]:
    """An incident as the template writes it."""
    seen = incident.seen
    return {
        "row": seen.row,
        "rung": int(seen.rung),
        "when": clock(ground, seen.opened),
        "km": f"{seen.s / KM:.1f}",
        "county": seen.county,
        "trigger": seen.trigger.word.replace("_", " "),
        "reached": RUNGS[seen.rung],
        "head": incident.story.head,
        "steps": [
            {"minute": step.minute, "when": clock(ground, step.minute)[-5:], "said": step.said}
            for step in incident.story.steps
        ],
    }
