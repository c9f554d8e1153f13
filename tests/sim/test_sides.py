"""The two sides: which way each lies, in Python and in the kernel alike."""

import subprocess
import sys

import numpy as np

from sim.compiled import compiled
from sim.sides import NORTH, SIDES, SOUTH, northward, other


def test_north_is_up():
    assert (northward(NORTH), northward(SOUTH)) == (1.0, -1.0)
    assert (northward(np.array([NORTH, SOUTH])) == [1.0, -1.0]).all()
    assert [SIDES[side] for side in (NORTH, SOUTH)] == ["north", "south"]


def test_each_side_is_the_others_other():
    assert (other(NORTH), other(SOUTH)) == (SOUTH, NORTH)


@compiled
def _both(side):
    return northward(side), other(side)


def test_the_kernel_reads_the_same_rule():
    for side in (NORTH, SOUTH):
        assert _both(np.int32(side)) == (northward(side), other(side))


def test_what_reads_only_sides_does_not_wait_for_numba():
    script = "import sys, sim.parameters.whole, sim.codes, sim.acts; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
