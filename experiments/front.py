"""The pictures of ``README.md``, all of them: ``python -m experiments.front [--into docs]``.

Each is what a command makes that stands beside it. Some five minutes on two cores; it needs the extra
``test`` (Playwright) and a Chromium that is installed, for the map.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dmz
from experiments.live.gallery import gallery, made

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
        seeing = {path.name: path for path in gallery(folder / "seeing")}
        for name in (_MAP, _FILM):
            yield _kept(seeing[name], into / "seeing" / name)


def _kept(made: Path, picture: Path) -> Path:
    picture.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(made, picture))


if __name__ == "__main__":
    sys.exit(made(__doc__, front, "docs"))
