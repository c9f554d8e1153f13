"""Where scenario and policy files are: the shipped ones, and what a name means."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Literal

from sim.documents import Mark, refuse
from sim.documents.problems import nearest, show

Kind = Literal["scenarios", "policies"]
ENDINGS = (".yaml", ".yml")


def scenario_folder() -> Path:
    """Where the shipped scenarios are: in the wheel, or beside the package in a checkout."""
    package = Path(str(files("sim")))
    packaged = package / "_scenarios"
    return packaged if packaged.is_dir() else package.parent / "scenarios"


def shipped_folder(kind: Kind) -> Path:
    """The folder of the shipped scenarios or of the shipped policies."""
    return scenario_folder() / ("policies" if kind == "policies" else "")


def region_folder() -> Path:
    """The folder of scenarios over those draws of the baseline that are like a situation of fixed values."""
    return scenario_folder() / "regions"


def shipped(kind: Kind = "scenarios") -> list[str]:
    """Names of the shipped scenarios or policies."""
    return [path.stem for path in documents_in(shipped_folder(kind))]


def nameable(kind: Kind) -> str:
    """What may be named where a file of this kind is wanted, and how to see the shipped names."""
    return f"a file, or a shipped name (`dmz list {kind}`)"


def documents_in(folder: Path) -> list[Path]:
    """The YAML files of a folder by their names; hidden ones and what editors leave are none."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ENDINGS and not path.name.startswith((".", "#", "~")) and is_file(path)
    )


def first_file(name: str, folders: Iterable[Path]) -> Path | None:
    """The first file of one of these folders that ``name``, with or without its ending, means."""
    candidates = (folder / f"{name}{ending}" for folder in folders for ending in ("", *ENDINGS))
    return next((path for path in candidates if is_file(path)), None)


def named_file(name: str, folder: Path, allowed: str) -> Path:
    """The file that a name means: one at that path, or a shipped one of ``folder``.

    Raises ``BadInput`` where there is none; ``allowed`` says what may be named.
    """
    if found := first_file(name, (Path(), folder)):
        return found
    near = nearest(name, [path.stem for path in documents_in(folder)])
    mark, message = Mark(name or "''", 0, 0), "there is no such file" if name else "no file is named"
    refuse(mark, message, found=show(name), allowed=allowed, near=near, absent=True)


def find(name: str, kind: Kind, beside: Path | None = None) -> Path:
    """The file that ``name``, with or without ``.yaml`` or ``.yml``, means.

    A name in a file (``beside``) is looked for beside that file, a policy's also in ``policies``
    there; any other as a path as it stands. Else it is a shipped one. If there is none, the first
    place looked at comes back, where there is no file to be read.
    """
    own = beside.parent if beside else Path()
    folders = [own, *([own / "policies"] if beside and kind == "policies" else [])]
    return first_file(name, [*folders, shipped_folder(kind)]) or own / name


def is_file(path: Path) -> bool:
    """Whether an ordinary file can be reached at a path, which may be no path at all."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, a folder that is closed to us, a NUL
        return False


def is_utf_8(path: Path) -> bool:
    """Whether all names on the way to a file are UTF-8, as JSON and models ask of a text."""
    return not any("\ud800" <= sign <= "\udfff" for sign in str(path))
