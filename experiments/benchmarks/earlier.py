"""An earlier version beside this one: the same worlds, year by year in turn, so that their ratio holds."""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_HERE = Path(__file__).parents[2]
# Plays the worlds that it reads, a year of the baseline each; prints CPU seconds and the incidents.
_PLAYER = """
import sys, time
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case

case = load_case("baseline")
DmzModel(case, world=99, seed=1).run()
print("ready", flush=True)
for line in sys.stdin:
    model = DmzModel(case, world=int(line), seed=1)
    before = time.process_time()
    model.run()
    print(time.process_time() - before, outcome(model.scene).row["incidents"], flush=True)
"""


def years(revision: str, worlds: int) -> Iterator[tuple[float, float]]:
    """CPU seconds of a year of the baseline at a revision of git, and now, in each of so many worlds.

    Raises ``ValueError`` where the two do not find the same incidents: they play different baselines.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        packed = subprocess.run(["git", "archive", revision], cwd=_HERE, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        then, now = (stack.enter_context(_player(Path(place))) for place in (folder, _HERE))
        for world in range(worlds):
            (before, found), (after, again) = _played(then, world), _played(now, world)
            if found != again:
                raise ValueError(f"world {world} has {found} incidents at {revision}, and {again} now")
            yield before, after


@contextmanager
def _player(tree: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _PLAYER],
        env=os.environ | {"PYTHONPATH": str(tree)},
        cwd=tree,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as player:
        assert player.stdout is not None
        while player.stdout.readline().strip() != "ready":  # it may compile first, and say so
            if player.poll() is not None:
                raise RuntimeError(f"{tree}: its years cannot be played")
        yield player
        assert player.stdin is not None
        player.stdin.close()


def _played(player: subprocess.Popen[str], world: int) -> tuple[float, int]:
    assert player.stdin is not None and player.stdout is not None
    print(world, file=player.stdin, flush=True)
    seconds, incidents = player.stdout.readline().split()
    return float(seconds), int(incidents)
