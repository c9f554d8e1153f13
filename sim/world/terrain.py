"""The ground: ruggedness, vegetation and mines on the grid, and which post overlooks a cell.

Cells carry terrain and nothing else; places of units stay continuous. Everything here is the same
for every world and every luck.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import uint64
from numpy.typing import NDArray

from sim.arithmetic import mean
from sim.compiled import compiled
from sim.parameters.place import Ground
from sim.randomness import fold, uniform
from sim.world.geography import COVERS, cover_shares, ruggedness, sector, stretch

Layer = NDArray[np.float32]

_LATTICE_ORIGIN = 1 << 20  # keeps the lattice rows south of the line positive


@dataclass(frozen=True)
class Terrain:
    """The layers of the grid, (n_s, n_d) from west to east and from south to north.

    The grid is centred on the line; the last column and the outer rows may overhang the strip.
    ``ruggedness`` 0..1; ``evergreen`` and ``deciduous``: vegetation density that stays in winter
    and that comes with the leaf; ``mine_density`` relative, mean 1; ``sector`` (n_s,), 0 west,
    1 centre, 2 east. Shared between callers: read only.
    """

    length_m: float
    cell_m: float
    half_width_m: float
    ruggedness: Layer
    evergreen: Layer
    deciduous: Layer
    mine_density: Layer
    sector: NDArray[np.int8]

    @property
    def shape(self) -> tuple[int, int]:
        """Cells along and across the line."""
        return self.ruggedness.shape


@compiled
def vegetation(evergreen, deciduous, leaf):
    """Vegetation density 0..1 of ground with this growth (see ``Terrain``), at a leaf of 0..1."""
    return np.minimum(1.0, evergreen + deciduous * leaf)


@compiled
def column_of(s, cell_m, n_s):
    """The grid's column at ``s`` metres along the line, the nearest one beyond the ends."""
    return min(max(int(np.floor(s / cell_m)), 0), n_s - 1)


@compiled
def row_of(d, cell_m, n_d):
    """The grid's row at ``d`` metres across the line, the nearest one beyond the edges."""
    return min(max(int(np.floor(d / cell_m + 0.5 * n_d)), 0), n_d - 1)


@compiled
def column_centre(i, cell_m):
    """Metres along the line of the middle of column ``i`` (a number or an array)."""
    return (i + 0.5) * cell_m


@compiled
def row_centre(j, cell_m, n_d):
    """Metres across the line, north positive, of the middle of row ``j`` (number or array)."""
    return (j + 0.5 - 0.5 * n_d) * cell_m


@compiled
def _lattice(i, j):
    return uniform(fold(fold(uint64(0), i), j + _LATTICE_ORIGIN), 0)


@compiled
def _landscape(s, d, patch_m):
    """A smooth surface fixed to the ground, (len(s), len(d)): lattice noise, bilinear."""
    surface = np.empty((len(s), len(d)))
    for i in range(len(s)):
        a = int(np.floor(s[i] / patch_m))
        u = s[i] / patch_m - a
        for j in range(len(d)):
            b = int(np.floor(d[j] / patch_m))
            v = d[j] / patch_m - b
            south = (1.0 - u) * _lattice(a, b) + u * _lattice(a + 1, b)
            north = (1.0 - u) * _lattice(a, b + 1) + u * _lattice(a + 1, b + 1)
            surface[i, j] = (1.0 - v) * south + v * north
    return surface


def _cover(surface: NDArray, stretch_of_column: NDArray) -> NDArray[np.intp]:
    """Index into COVERS of each cell: each stretch is filled by rank, so its shares are met."""
    cover = np.empty(surface.shape, np.intp)
    for k in np.unique(stretch_of_column):
        here = stretch_of_column == k
        order = np.argsort(surface[here], axis=None, kind="stable")
        rank = np.empty(len(order))
        rank[order] = (np.arange(len(order)) + 0.5) / len(order)
        limits = np.cumsum(cover_shares()[k])[:-1]
        cover[here] = np.searchsorted(limits, rank, side="right").reshape(-1, surface.shape[1])
    return cover


def _belt(d: NDArray, cell_m: float, middle_m: float, half_m: float) -> NDArray[np.float64]:
    """Share of each row that lies within ``half_m`` of ``middle_m``."""
    low = np.maximum(d - 0.5 * cell_m, middle_m - half_m)
    high = np.minimum(d + 0.5 * cell_m, middle_m + half_m)
    return np.maximum(high - low, 0.0) / cell_m


def _vegetation(cover: NDArray, cleared: NDArray, ground: Ground) -> tuple[NDArray, NDArray]:
    full = np.array([getattr(ground, f"{name}_density") for name in COVERS])[cover]
    stays = np.where(cover == COVERS.index("forest"), ground.evergreen_share, ground.standing_share)
    in_belt = cleared * ground.cleared_density
    evergreen = (1.0 - cleared) * full * stays + in_belt * ground.standing_share
    deciduous = (1.0 - cleared) * full * (1.0 - stays) + in_belt * (1.0 - ground.standing_share)
    return evergreen, deciduous


def _mines(d: NDArray, cell_m: float, ground: Ground) -> NDArray[np.float64]:
    density = np.ones(len(d))
    belts = (
        (0.0, ground.mine_line),
        (ground.fence_m, ground.mine_north),
        (-ground.fence_m, ground.mine_south),
    )
    for middle, times in belts:
        density *= 1.0 + (times - 1.0) * _belt(d, cell_m, middle, ground.mine_belt_m)
    return density / mean(density) if density.any() else density


@lru_cache(maxsize=8)
def build_terrain(length_m: float, cell_m: float, half_width_m: float, ground: Ground = Ground()) -> Terrain:
    """The terrain of a strip of ``length_m`` by twice ``half_width_m`` in cells of ``cell_m``.

    Inside a stretch the covers are laid out by a fixed surface with hills of ``patch_m``: wetland
    fills its lowest part, then crops, grass and shrub, and forest, each to the stretch's own share
    (to one cell). The surface belongs to the ground, not to the cells: other cells see the same
    landscape, and no luck enters. Cleared belts then thin what grows beside the fences; belts
    count by the share of a cell that they cover. Ruggedness (relief within 2 km) and sectors vary
    along the line only, mines across it only. Raises ValueError for a size that is not positive.
    """
    if not (length_m > 0.0 and cell_m > 0.0 and half_width_m > 0.0 and ground.patch_m > 0.0):
        raise ValueError("length_m, cell_m, half_width_m and patch_m must be positive")
    length_m, cell_m, half_width_m = float(length_m), float(cell_m), float(half_width_m)
    n_s, n_d = int(np.ceil(length_m / cell_m)), int(np.ceil(2.0 * half_width_m / cell_m))
    s = np.minimum(column_centre(np.arange(n_s), cell_m), length_m)
    d = row_centre(np.arange(n_d), cell_m, n_d)
    cover = _cover(_landscape(s, d, ground.patch_m), stretch(s, length_m))
    north, south = (
        _belt(d, cell_m, fence, ground.cleared_belt_m) for fence in (ground.fence_m, -ground.fence_m)
    )
    cleared = north + south
    evergreen, deciduous = _vegetation(cover, np.minimum(cleared, 1.0), ground)
    return Terrain(
        length_m,
        cell_m,
        half_width_m,
        np.repeat(ruggedness(s, length_m)[:, None], n_d, axis=1).astype(np.float32),
        evergreen.astype(np.float32),
        deciduous.astype(np.float32),
        np.tile(_mines(d, cell_m, ground), (n_s, 1)).astype(np.float32),
        sector(s, length_m),
    )


@compiled
def overlooking_post(posts, side, i, j, cell_m, n_d):
    """Row of the post of ``side`` nearest to the middle of cell ``i``, ``j``, or -1 where it has none.

    Of several it is the first. ``posts`` (n,), dtype ``POST``; ``n_d`` is how many rows of cells there are.
    """
    s, d = column_centre(i, cell_m), row_centre(j, cell_m, n_d)
    nearest, best = -1, np.inf
    for row in range(posts.shape[0]):
        post = posts[row]
        if post.side != side:
            continue
        distance = (post.s - s) ** 2 + (post.d - d) ** 2
        if distance < best:
            nearest, best = row, distance
    return nearest
