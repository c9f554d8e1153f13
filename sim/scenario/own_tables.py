"""A scenario's own markers, lines and posts, from CSV files (``sim.scenario.csv_table``)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.constants import KM
from sim.parameters.place import Space
from sim.parameters.whole import MOST_POSTS
from sim.scenario.csv_table import Floats, Table
from sim.sides import SIDES, northward

SITE_FILES = ("markers_file", "lines_file", "posts_file")


@dataclass(frozen=True)
class OwnPosts:
    """Posts, the north's first, each side from west to east: side 0 or 1, metres, each (n,)."""

    side: NDArray[np.int64]
    s: Floats
    d: Floats


def read_markers(path: Path, space: Space) -> Floats:
    """Places of the markers along the line, (n,) metres, as in the file; raises ``BadInput``."""
    table = Table(path, ("s_km",))
    s = table.numbers("s_km", 0.0, space.length_km)
    table.finish()
    return KM * s


def read_lines(path: Path, space: Space) -> tuple[Floats, Floats]:
    """Places along the line, (n,) metres, and the three lines there, (3, n) metres.

    The places increase and reach from one end of the line to the other. Raises ``BadInput``.
    """
    names = ("north_m", "south_m", "commission_m")
    table = Table(path, ("s_km", *names))
    edge = KM * space.half_width_km
    s = table.numbers("s_km", 0.0, space.length_km)
    lines = [table.numbers(name, -edge, edge) for name in names]
    table.check("s_km", np.diff(s, prepend=-1.0) > 0.0, "not east of the line before")
    ends = np.array([0.0, space.length_km])
    if s.size and not np.allclose(s[[0, -1]], ends, atol=1e-3):
        table.refuse(
            1,
            "s_km",
            "the lines do not reach from end to end",
            f"{s[0]:g} to {s[-1]:g}",
            f"0 to {space.length_km:g} km",
        )
    table.finish()
    return KM * s, np.stack(lines)


def read_posts(path: Path, space: Space) -> OwnPosts:
    """The posts of both sides, each on its own side of the line; raises ``BadInput``."""
    table = Table(path, ("side", "s_km", "d_m"))
    side = table.words("side", SIDES)
    edge = KM * space.half_width_km
    s, d = table.numbers("s_km", 0.0, space.length_km), table.numbers("d_m", -edge, edge)
    table.check(
        "d_m",
        d * np.array([northward(each) for each in side.tolist()]) > 0.0,
        "a post on the other side of the line",
        "positive for the north, negative for the south",
    )
    if side.size > MOST_POSTS:
        table.refuse(1, "side", "too many posts", f"{side.size}", f"{MOST_POSTS}")
    table.finish()
    order = np.lexsort((s, side))
    return OwnPosts(side[order], KM * s[order], d[order])


READERS: dict[str, Callable[[Path, Space], Any]] = dict(
    zip(SITE_FILES, (read_markers, read_lines, read_posts), strict=True)
)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
