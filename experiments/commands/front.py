"""The pictures of ``README.md``, all of them: ``python -m experiments.commands.front [--into docs]``.

Each is what a command makes that stands beside it. Some five minutes on two cores; it needs the extra
``test`` (Playwright) and a Chromium that is installed, for the map.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import dmz
from experiments.live.gallery import gallery
from sim.documents import BadInput

_MAP, _FILM = "replay-line-1280.png", "replay.gif"  # of ``experiments.live.gallery``


def front(into: Path) -> Iterator[Path]:
    """Make all pictures in a folder; their paths as they come."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run = dmz.run("baseline", out=folder / "run")
        yield _kept(run.picture("summary").path, into / "summary.png")
        over_draws = dmz.compare("baseline", policies="short", runs=300, out=folder / "draws")
        yield _kept(over_draws.picture("strips").path, into / "strips.png")
        fixed = dmz.compare("misjudged", policies="short", runs=400, out=folder / "fixed")
        yield _kept(fixed.picture("forest").path, into / "forest.png")
        sample = dmz.run("baseline", runs=200, out=folder / "sample")
        anatomy = dmz.explain(sample.folder, runs=200)
        yield _kept(anatomy.picture().path, into / "anatomy" / "anatomy.png")
        made = {path.name: path for path in gallery(folder / "seeing")}
        for name in (_MAP, _FILM):
            yield _kept(made[name], into / "seeing" / name)


def _kept(made: Path, picture: Path) -> Path:
    picture.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(made, picture))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures."""
    parser = argparse.ArgumentParser(prog="python -m experiments.commands.front", description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("docs"))
    asked = parser.parse_args(arguments)
    try:
        for path in front(asked.into):
            print(path)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
