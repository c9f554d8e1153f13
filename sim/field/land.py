"""What units walk on and under: cells of the ground, light, fog and leaf."""

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.constants import DAY
from sim.world.seasons import fog_block, is_dark
from sim.world.terrain import Terrain, column_of, row_of, vegetation

# One cell of the ground.
CELL = np.dtype(
    [("ruggedness", "f4"), ("evergreen", "f4"), ("deciduous", "f4"), ("mines", "f4"), ("sector", "i2")],
    align=True,
)


class Land(NamedTuple):
    """What does not move: ``cells`` (n_s, n_d), dtype ``CELL``.

    None of them has more mines than ``most_mines``, or more rugged ground than ``most_rugged``.
    """

    cell_m: float
    length_m: float
    line_step_m: float
    most_mines: float
    most_rugged: float
    cells: np.ndarray


def cells(terrain: Terrain) -> np.ndarray:
    """The layers of the ground side by side, for what one unit reads of one cell at a time.

    Returns (n_s, n_d), dtype ``CELL``.
    """
    layers = np.zeros(terrain.shape, CELL)
    layers["ruggedness"], layers["mines"] = terrain.ruggedness, terrain.mine_density
    layers["evergreen"], layers["deciduous"] = terrain.evergreen, terrain.deciduous
    layers["sector"] = terrain.sector[:, None]
    return layers


class Sky(NamedTuple):
    """Light, fog and leaf by day of the run; ``epoch`` numbers the first day in the calendar."""

    epoch: int
    light: np.ndarray
    fog: np.ndarray
    leaf: np.ndarray


@compiled
def cell_of(land, s, d):
    """Indices of the cell at ``s``, ``d`` metres, clamped to the grid."""
    return (column_of(s, land.cell_m, land.cells.shape[0]), row_of(d, land.cell_m, land.cells.shape[1]))


@compiled
def growth(land, sky, i, j, t):
    """Vegetation density 0..1 of cell ``i``, ``j`` at minute ``t``."""
    cell = land.cells[i, j]
    return vegetation(cell.evergreen, cell.deciduous, sky.leaf[int(t // DAY), cell.sector])


@compiled
def growth_at(land, sky, s, d, t):
    """The same where ``s``, ``d`` metres lie."""
    i, j = cell_of(land, s, d)
    return growth(land, sky, i, j, t)


@compiled
def in_fog(land, sky, i, t):
    """Whether there is fog in the sector of column ``i`` at minute ``t``."""
    day = int(t // DAY)
    return sky.fog[day, fog_block(t - day * DAY), land.cells[i, 0].sector] != 0


@compiled
def fog_anywhere(sky, t):
    """Whether there is fog in any sector at minute ``t``."""
    day = int(t // DAY)
    return sky.fog[day, fog_block(t - day * DAY)].max() != 0


@compiled
def in_dark(sky, t):
    """Whether minute ``t`` lies before civil dawn or after civil dusk."""
    day = int(t // DAY)
    return is_dark(t - day * DAY, sky.light[day, 0], sky.light[day, 1])
