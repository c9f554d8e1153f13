"""The loop over ticks compiled ahead, in a process of its own: ``python -m experiments.play.ahead``.

It is the larger half of all that is compiled. A second processor can do it while this process compiles what
builds a world, since numba asks for the types of what the loop reads, and for no values.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from experiments.play.workers import cores
from sim.compiled import CACHE, cache_variables
from sim.field.advance import advance, scratch
from sim.field.courses import courses
from sim.field.days import Days
from sim.field.land import CELL, Land, Sky
from sim.field.rules import SIDE_RECORD
from sim.field.setting import Setting
from sim.state import GOVERNMENT, POST, PROJECT, RUN, TALLY, UNIT


def compile_field() -> None:
    """Compile the loop over ticks by playing none of them in a field where there is nothing."""
    nodes = 2
    setting = Setting(
        Land(1.0, 1.0, 1.0, 0.0, 0.0, np.zeros((1, 1), CELL)),
        Sky(1, np.zeros((1, 2)), np.zeros((1, 4, 1), np.uint8), np.zeros((1, 1))),
        courses(1.0, 1.0, np.zeros((3, nodes)), np.zeros((2, nodes))),
        np.zeros(0, POST),
        np.zeros(0, PROJECT),
        np.zeros(2, SIDE_RECORD),
        np.uint64(0),
        1.0,
        0.0,
    )
    days = Days(np.zeros(1, RUN), np.zeros(2, GOVERNMENT), np.zeros((1, 2)), np.zeros(1, np.int8))
    units = np.zeros(0, UNIT)
    advance(units, np.zeros(2, TALLY), setting, days, 0.0, 0, True, scratch(units, 0))


@contextmanager
def compiled_ahead() -> Iterator[None]:
    """Have another process compile the loop meanwhile, where there is a processor for it and a cache.

    It is waited for at the end, and no harm is done if it fails: what is not kept is compiled again.
    """
    if CACHE is None or cores() < 2:
        yield
        return
    command = [sys.executable, "-m", __name__]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | cache_variables(), stdout=quiet, stderr=quiet)
    try:
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    compile_field()
