"""Positions and lines as compact bytes for a page; ``map.js`` reads them.

All numbers are little-endian. A matrix of metres is kept in tenths as whole numbers, each as its difference
to the one before in its row, by byte planes: first the low bytes of all, then the next ones. So what changes
little, or steadily, is nearly all zeros, which gzip takes away.
"""

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from experiments.live.frames import Border, Frame, Ground, Incident
from sim.documents import Tree

QUANTUM_M = 0.1  # what is seen of a place close by, and of a line, is rounded to this
_ROUGHLY_M = 1.0  # and of a place of which nothing else is told
ABSENT = 255  # in place of what a unit does: it is not on shift
_PLANES = 4
_ABOUT = np.dtype([("row", "<i4"), ("watcher", "<i4"), ("margin", "<f4"), ("what", "u1", 3)])
_CLOSELY, _ROUGHLY = ("s", "d", "thought", "fixed"), ("s", "d")


def packed_frames(frames: Sequence[Frame]) -> bytes:
    """The units of some frames, a tick or so apart: ``map.js``'s ``readFrames``.

    Three counts (u32), of outings, of frames, and of matrices; the quantum (f32); the minutes (f64); of each
    outing its unit's row (i32), its watcher's (i32), the margin that this one lets pass (f32, nan), side,
    kind, and persons (u8 each); then by outing and frame what it does (u8), and the matrices of ``s``, ``d``,
    ``thought`` and ``fixed``. An *outing* is one unit on one shift.
    """
    keys = [list(zip(f.units["row"].tolist(), f.units["shift"].tolist(), strict=True)) for f in frames]
    return _packed(frames, keys, _CLOSELY, QUANTUM_M)


def packed_places(frames: Sequence[Frame]) -> bytes:
    """The same of frames days apart: by unit, not by outing, and no more than where each is, to a metre."""
    return _packed(frames, [frame.units["row"].tolist() for frame in frames], _ROUGHLY, _ROUGHLY_M)


def _packed(
    frames: Sequence[Frame], keys: Sequence[Sequence[Hashable]], names: Sequence[str], quantum_m: float
) -> bytes:
    """Frames by the ``keys`` of their units, with these matrices."""
    outings: dict[Hashable, int] = {}
    for key in itertools.chain.from_iterable(keys):
        outings.setdefault(key, len(outings))
    n, ticks = len(outings), len(frames)
    about = np.zeros(n, _ABOUT)
    about["margin"] = np.nan
    doing = np.full((n, ticks), ABSENT, np.uint8)
    metres = np.full((len(names), n, ticks), np.nan)
    for tick, (frame, its) in enumerate(zip(frames, keys, strict=True)):
        units, at = frame.units, [outings[key] for key in its]
        about["row"][at], about["watcher"][at] = units["row"], units["watcher"]
        about["margin"][at] = np.where(np.isnan(units["margin"]), about["margin"][at], units["margin"])
        about["what"][at] = np.stack([units["side"], units["kind"], np.minimum(units["persons"], 255)], 1)
        doing[at, tick] = units["doing"]
        for matrix, name in zip(metres, names, strict=True):
            matrix[at, tick] = np.where(np.isnan(units[name]), units["d"], units[name])
    head = np.array([n, ticks, len(names)], "<u4").tobytes() + np.array([quantum_m], "<f4").tobytes()
    minutes = np.array([frame.minute for frame in frames], "<f8").tobytes()
    table = b"".join(about[name].tobytes() for name in _ABOUT.names or ())
    return head + minutes + table + doing.tobytes() + b"".join(_planes(each, quantum_m) for each in metres)


def packed_border(border: Border, before: Border | None = None) -> bytes:
    """The lines of a border, and its markers: ``map.js``'s ``readBorder``.

    Two counts (u32), of nodes and of markers; whether each marker stands (u8); the matrix (5, nodes) of the
    north's, the south's and the commission's line, and of what the north and the south act on, or of what
    they differ by from those of the border ``before``.
    """
    lines = _lines(border) if before is None else _lines(border) - _lines(before)
    head = np.array([lines.shape[1], border.standing.size], "<u4").tobytes()
    return head + border.standing.astype(np.uint8).tobytes() + _planes(lines)


def _lines(border: Border) -> NDArray[np.float64]:
    """All lines of a border, (5, nodes), as a page has them: rounded, so that differences add up."""
    return np.rint(np.concatenate([border.lines, border.responses]) / QUANTUM_M) * QUANTUM_M


def _planes(metres: NDArray[np.float64], quantum_m: float = QUANTUM_M) -> bytes:
    """A matrix (rows, columns) as differences along its rows, by byte planes; nan repeats what was before."""
    whole = np.rint(metres / quantum_m)
    last = np.where(np.isnan(whole), 0, np.arange(whole.shape[1]))
    np.maximum.accumulate(last, axis=1, out=last)
    held = np.nan_to_num(np.take_along_axis(whole, last, axis=1)).astype(np.int32)
    steps = np.diff(held, axis=1, prepend=np.int32(0)).astype("<i4")
    return np.ascontiguousarray(steps.view(np.uint8).reshape(-1, _PLANES).T).tobytes()


# -- as JSON has it -------------------------------------------------------------------------------


def plain_ground(ground: Ground) -> Tree:
    """The ground as ``map.js`` reads it: ``LineMap``'s ``ground``."""
    return {
        "length": ground.length_m,
        "half": ground.half_width_m,
        "step": ground.line_step_m,
        "first": ground.first.isoformat(),
        "begins": ground.begins,
        "horizon": ground.horizon,
        "course": np.round(_in_metres_of_the_model(ground), 1).tolist(),
        "counties": [list(each) for each in ground.counties],
        "ends": list(ground.ends),
        "posts": plain_posts(ground),
        "markers": np.round(ground.marker_m, 1).tolist(),
        "attribution": ground.attribution,
    }


def _in_metres_of_the_model(ground: Ground) -> NDArray[np.float64]:
    """The real course, made as long as the scenario's line is: a ruler beside it tells metres along that."""
    ground_m = np.hypot(*np.diff(ground.course[:, 1:], axis=0).T).sum()
    return ground.course * [1.0, *[ground.length_m / ground_m] * 2]


def plain_posts(ground: Ground) -> list[list[float]]:
    """Side, ``s`` and ``d`` of each post."""
    return [[each.side, round(each.s, 1), round(each.d, 1)] for each in ground.posts]


def plain_incident(incident: Incident) -> Tree:
    """An incident as ``map.js`` draws it; codes as numbers for its rung, as words for what is told."""
    found = asdict(incident) | {
        "rung": int(incident.rung),
        "trigger": incident.trigger.word,
        "cause": incident.cause.word,
    }
    look = incident.misjudged
    return found | {"misjudged": None if look is None else look._asdict()}
