"""The loop over ticks, half of it compiled by a process of its own: ``python -m experiments.play.ahead``.

It is most of all that is compiled. A second processor compiles how shifts begin while this process compiles
what builds a world, and then the rest of the loop: numba asks for the types of that, and for no values.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self

import numpy as np

from experiments.play.workers import cores
from sim.compiled import CACHE, cache_variables, compile_for
from sim.field.advance import Scratch, meets_mine, scratch, walk_on
from sim.field.courses import courses
from sim.field.days import Days, begin_day
from sim.field.land import CELL, Land, Sky, growth_at
from sim.field.looks import look_again
from sim.field.path import where_in
from sim.field.rules import SIDE_RECORD
from sim.field.setting import Setting
from sim.field.shifts import begin_shifts, rouse_all
from sim.field.sleep import wake_up
from sim.field.strays import draw_strays
from sim.state import GOVERNMENT, POST, PROJECT, RUN, TALLY, UNIT


class _Field(NamedTuple):
    """A field with one of everything that the loop reads, of which only the types matter."""

    units: np.ndarray
    tallies: np.ndarray
    setting: Setting
    days: Days
    scratch: Scratch

    @classmethod
    def made_up(cls) -> Self:
        """One in which nothing happens."""
        units = np.zeros(1, UNIT)
        setting = Setting(
            Land(1.0, 1.0, 1.0, 0.0, 0.0, np.zeros((1, 1), CELL)),
            Sky(1, np.zeros((1, 2)), np.zeros((1, 4, 1), np.uint8), np.zeros((1, 1))),
            courses(1.0, 1.0, np.zeros((3, 2)), np.zeros((2, 2))),
            np.zeros(1, POST),
            np.zeros(1, PROJECT),
            np.zeros(2, SIDE_RECORD),
            np.uint64(0),
            1.0,
            0.0,
        )
        days = Days(np.zeros(1, RUN), np.zeros(2, GOVERNMENT), np.zeros((1, 2)), np.zeros(1, np.int8))
        return cls(units, np.zeros(2, TALLY), setting, days, scratch(units, 1))


def compile_shifts() -> None:
    """Compile how shifts begin: the larger half of the loop."""
    units, tallies, setting, _, scratch = _Field.made_up()
    compile_for(begin_shifts, units, 0.0, setting, tallies, True, scratch.roll)


def compile_ticks() -> None:
    """Compile what becomes of units that are awake, and of days: the other half."""
    units, tallies, setting, days, (events, walks, _) = _Field.made_up()
    unit, walk, event = units[0], walks[0], events[0]
    compile_for(begin_day, days, setting.records, 0.0)
    compile_for(draw_strays, setting.posts, setting.records, setting.luck, 0.0)
    compile_for(walk_on, unit, walk, 0.0, setting, tallies, event)
    compile_for(meets_mine, unit, 0, 0.0, setting, event)
    compile_for(wake_up, unit, 0.0, setting, tallies)
    compile_for(look_again, units, 0, 0.0, 0, setting, tallies)
    compile_for(growth_at, setting.land, setting.sky, 0.0, 0.0, 0.0)
    compile_for(where_in, units, 0, setting.courses)
    compile_for(rouse_all, units, 0.0, setting, tallies)  # last: the other process has most of it by then


@contextmanager
def compiled_ahead() -> Iterator[None]:
    """Have another process compile one half meanwhile, where there is a processor for it and a cache.

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
    compile_shifts()
