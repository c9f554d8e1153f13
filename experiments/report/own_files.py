"""The files that this program made in a folder: only these may it remove from there again.

A list of them, with the SHA-256 of each, lies beside them. What is not on it, or has changed since,
is somebody's own.
"""

from collections.abc import Iterable
from pathlib import Path

from experiments.store.files import digest_of, read_json, write_json

LIST = "made.json"


def keep_only(folder: Path, names: Iterable[str]) -> None:
    """Note that these files in ``folder`` were made just now; those made before that are not among
    them are removed, unless somebody has changed them.
    """
    names = set(names)
    for name, digest in _made(folder).items():
        path = folder / name
        if name not in names and path.is_file() and digest_of(path) == digest:
            path.unlink()
    write_json(folder / LIST, {"made": {name: digest_of(folder / name) for name in sorted(names)}})


def others_in(folder: Path) -> list[str]:
    """What lies in ``folder`` and was not made by this program; sorted."""
    if not folder.is_dir():
        return []
    made = _made(folder)
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.name != LIST and (not path.is_file() or made.get(path.name) != digest_of(path))
    )


def altered_in(folder: Path) -> list[str]:
    """What this program made in ``folder`` and is no more what it was, or gone; sorted.

    The list itself stands for it where it is missing or damaged.
    """
    made = _made(folder) or {LIST: ""}
    return sorted(
        name
        for name, digest in made.items()
        if not (folder / name).is_file() or digest_of(folder / name) != digest
    )


def _made(folder: Path) -> dict[str, str]:
    """The list; empty where there is none, or one that names anything but files of the folder."""
    try:
        made = read_json(folder / LIST)["made"]
        sound = all(Path(name).name == name and isinstance(digest, str) for name, digest in made.items())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return made if sound else {}
