"""Where scenario and policy files are: the shipped ones, and what a name means."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Literal

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


def shipped(kind: Kind = "scenarios") -> list[str]:
    """Names of the shipped scenarios or policies."""
    return [path.stem for path in documents_in(shipped_folder(kind))]


def documents_in(folder: Path) -> list[Path]:
    """The YAML files of a folder by their names; hidden ones and what editors leave are none."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS
                  and not path.name.startswith((".", "#", "~")) and path.is_file())  # fmt: skip


def first_file(name: str, folders: Iterable[Path]) -> Path | None:
    """The first file of one of these folders that ``name``, with or without its ending, means."""
    candidates = (folder / f"{name}{ending}" for folder in folders for ending in ("", *ENDINGS))
    return next((path for path in candidates if path.is_file()), None)


def find(name: str, kind: Kind, beside: Path | None = None) -> Path:
    """The file that ``name``, with or without ``.yaml`` or ``.yml``, means.

    A name in a file (``beside``) is looked for beside that file, a policy's also in ``policies``
    there; any other as a path as it stands. Else it is a shipped one. If there is none, the name
    itself comes back as a path, which then cannot be read.
    """
    own = beside.parent if beside else Path()
    folders = [own, *([own / "policies"] if beside and kind == "policies" else [])]
    return first_file(name, [*folders, shipped_folder(kind)]) or Path(name)
