"""Positions and lines as compact bytes for a page; ``map.js`` reads them.

All numbers are little-endian. A matrix of metres is kept in tenths as whole numbers, each as its difference
to the one before in its row, by byte planes: first the low bytes of all, then the next ones. So what changes
little, or steadily, is nearly all zeros, which gzip takes away.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.live.frames import Border, Frame

QUANTUM_M = 0.1  # what is seen of a place is rounded to this
ABSENT = 255  # in place of what a unit does: it is not on shift
_PLANES = 4


def packed_frames(frames: Sequence[Frame]) -> bytes:
    """The units of some frames in a row: ``map.js``'s ``readFrames``.

    Two counts (u32), of outings and of frames; the minutes (f64); of each outing its unit's row (i32), its
    watcher's (i32), the margin that this one lets pass (f32, nan), side, kind, and persons (u8 each); then by
    outing and frame what it does (u8), and the matrices of ``s``, ``d``, ``thought`` and ``fixed``. An
    *outing* is one unit on one shift.
    """
    outings: dict[tuple[int, int], int] = {}
    for frame in frames:
        for row, shift in zip(frame.units["row"].tolist(), frame.units["shift"].tolist(), strict=True):
            outings.setdefault((row, shift), len(outings))
    n, ticks = len(outings), len(frames)
    about = np.zeros(n, [("row", "<i4"), ("watcher", "<i4"), ("margin", "<f4"), ("what", "u1", 3)])
    about["margin"] = np.nan
    doing = np.full((n, ticks), ABSENT, np.uint8)
    metres = np.full((4, n, ticks), np.nan)
    for tick, frame in enumerate(frames):
        units = frame.units
        at = [outings[key] for key in zip(units["row"].tolist(), units["shift"].tolist(), strict=True)]
        about["row"][at], about["watcher"][at] = units["row"], units["watcher"]
        about["margin"][at] = np.where(np.isnan(units["margin"]), about["margin"][at], units["margin"])
        about["what"][at] = np.stack([units["side"], units["kind"], np.minimum(units["persons"], 255)], 1)
        doing[at, tick] = units["doing"]
        fixed = np.where(np.isnan(units["fixed"]), units["d"], units["fixed"])
        metres[:, at, tick] = units["s"], units["d"], units["thought"], fixed
    head = np.array([n, ticks], "<u4").tobytes() + np.array([f.minute for f in frames], "<f8").tobytes()
    table = b"".join(about[name].tobytes() for name in ("row", "watcher", "margin", "what"))
    return head + table + doing.tobytes() + b"".join(map(_planes, metres))


def packed_border(border: Border) -> bytes:
    """The lines of a border, and its markers: ``map.js``'s ``readBorder``.

    Two counts (u32), of nodes and of markers; whether each marker stands (u8); the matrix (5, nodes) of the
    north's, the south's and the commission's line, and of what the north and the south act on.
    """
    lines = np.concatenate([border.lines, border.responses])
    head = np.array([lines.shape[1], border.standing.size], "<u4").tobytes()
    return head + border.standing.astype(np.uint8).tobytes() + _planes(lines)


def _planes(metres: NDArray[np.float64]) -> bytes:
    """A matrix (rows, columns) as differences along its rows, by byte planes; nan repeats what was before."""
    whole = np.rint(metres / QUANTUM_M)
    last = np.where(np.isnan(whole), 0, np.arange(whole.shape[1]))
    np.maximum.accumulate(last, axis=1, out=last)
    held = np.nan_to_num(np.take_along_axis(whole, last, axis=1)).astype(np.int32)
    steps = np.diff(held, axis=1, prepend=np.int32(0)).astype("<i4")
    return np.ascontiguousarray(steps.view(np.uint8).reshape(-1, _PLANES).T).tobytes()
