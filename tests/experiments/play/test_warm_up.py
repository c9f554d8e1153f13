"""The warm-up: once, all of it, and mended where the cache is damaged."""

import os
import shutil
import subprocess
import sys
from collections import Counter

import sim.compiled

WARM = """\
import gc
from numba.core.dispatcher import Dispatcher
from experiments.play.warm_up import compile_once
from experiments.play.task import play
from sim.scenario.library import shipped
from sim.scenario.loading import load_case

def compiled():
    found = [each for each in gc.get_objects() if isinstance(each, Dispatcher)]
    return {(each.py_func.__qualname__, str(sig)) for each in found for sig in each.signatures
            if each.py_func.__module__.startswith("sim.")}

compile_once(lambda _: None)
before = compiled()
assert len(before) > 20, len(before)
for name in shipped():
    play(load_case(name, days=20), 0, 5)
for name in shipped("policies"):
    play(load_case("declared", [name], days=20, assignments=["talks.outcome=accepted"]), 0, 5)
print(sorted(compiled() - before))
"""


def test_the_warm_up_compiles_all_that_runs_need():
    """Else each worker would compile the rest again, unannounced."""
    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, timeout=500)
    assert done.stdout == "[]\n", done.stderr


AHEAD = (
    "begin_shifts",
    "begin_day",
    "draw_strays",
    "walk_on",
    "meets_mine",
    "wake_up",
    "look_again",
    "rouse_all",
)


def test_what_is_compiled_ahead_has_the_types_of_a_run():
    """Else it would be compiled for nothing, and once more."""
    kept = Counter(path.name.rpartition("-")[0] for path in sim.compiled.CACHE.glob("*.nbc"))
    assert {name: kept[name] for name in AHEAD} == dict.fromkeys(AHEAD, 1)


def test_a_damaged_cache_is_mended_before_workers_start(tmp_path):
    """End to end: without it every run of every worker failed, and counted as played."""
    cache = tmp_path / "dmz-escalation" / sim.compiled.CACHE.name
    shutil.copytree(sim.compiled.CACHE, cache)
    cache.chmod(0o700)
    cache.parent.chmod(0o700)
    spoilt = sorted(cache.glob("advance-*.nbc"))
    for path in spoilt:
        path.write_bytes(path.read_bytes()[:1000])
    code = "from experiments.play.warm_up import compile_once; compile_once(print)"
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=500,
            check=True,
            env=os.environ | {"DMZ_CACHE_DIR": str(tmp_path)},
        ).stdout
        for _ in range(2)
    ]
    assert spoilt and "could not be used" in said[0] and str(cache) in said[0]
    assert said[1] == "", "what was damaged has been compiled and kept again"
