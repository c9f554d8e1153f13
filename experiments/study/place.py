"""Places of results: folders that are made, had alone, and refused in a sentence wherever they cannot be."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.store.files import unfinished
from sim.documents import BadInput, Mark, Problem, refuse

_LOCK = ".lock"
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_OUT = "--out"


@contextmanager
def own_folder(out: Path, holds: str, *beside: str, option: str = _OUT) -> Iterator[None]:
    """A folder, had alone, for what is no study: a new or empty one, or one that has a folder ``holds``.

    Raises ``BadInput`` for a place that cannot be one, that holds something else, or that another
    process is filling, and where a folder ``beside`` that one cannot be. ``option``: by which it was named.
    """
    make(out, lambda: (out / holds).is_dir(), option=option)
    with locked(out):
        refuse_no_room(*(out / name for name in beside))
        yield


def make(out: Path, is_own: Callable[[], bool], *kept: str, option: str = _OUT) -> None:
    """Make a folder that was named, unless ``is_own`` or nothing is in it but names that are ``kept``."""
    with _refused_in_words(out, option):
        if out.is_file():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
        if out.is_dir() and not is_own():
            refuse_strangers(out, *kept, option=option)
        out.mkdir(parents=True, exist_ok=True)
        (out / _LOCK).touch()


def make_new(first: Path) -> Path:
    """A folder that nobody else has: ``first``, or with a number behind its name."""
    folder, number = first, 1
    with _refused_in_words(first, _OUT):
        first.parent.mkdir(exist_ok=True)
        while True:
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
                folder = first.with_name(f"{first.name}-{number}")
            else:
                return folder


def refuse_no_room(*places: Path) -> None:
    """Refuse places that are to be folders, within one that is had, and are something else.

    It is asked before the work: what is found out after it is found out too late.
    """
    problems = [
        Problem(Mark(str(place), 0, 0), "", "a file", "a folder, or nothing yet", None, "is to be a folder")
        for place in places
        if os.path.lexists(place) and not place.is_dir()
    ]
    if problems:
        raise BadInput(problems)


def refuse_strangers(folder: Path, *kept: str, option: str = _OUT) -> None:
    """Refuse a folder with anything but a lock, what was being written, and names that are ``kept``."""
    if not all(path.name in (*kept, _LOCK) or unfinished(path) for path in folder.iterdir()):
        problem = Problem(Mark(option, 0, 0), "", str(folder), "a new or empty folder", None, "is not empty")
        raise BadInput([problem])


@contextmanager
def _refused_in_words(out: Path, option: str) -> Iterator[None]:
    """Say of a place that cannot be a folder of results that it cannot: ``BadInput`` for ``OSError``."""
    try:
        yield
    except OSError as error:
        message, allowed = (
            f"cannot be a folder of results: {error.strerror}",
            "a place that can be written to",
        )
        refuse(option, message, found=str(out), allowed=allowed)


# -- having it alone ------------------------------------------------------------------------------


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder alone; the lock goes with the process.

    Raises ``BadInput`` if another process has it, or the place cannot be locked.
    """
    with contextlib.ExitStack() as opened:
        try:
            stream = opened.enter_context(open(folder / _LOCK, "w", opener=_own))
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse(folder, "another process is filling this folder")
        except OSError as error:
            what = "nothing can be written here" if error.errno in _CLOSED else "files here cannot be locked"
            refuse(folder, f"{what}: {error.strerror}; take a folder on another disk, or copy it there")
        yield


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Have nobody fill the folder meanwhile; others may read it too.

    Raises ``BadInput`` if a process is filling it. What cannot be locked for reading, such as an
    archive on a disk that nobody writes to, is read as it is.
    """
    with contextlib.ExitStack() as opened:
        try:
            handle = _own(str(folder / _LOCK), os.O_RDONLY)
            opened.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse(folder, "another process is filling this folder")
        except OSError:
            pass
        yield


def _own(path: str, flags: int) -> int:
    """Open a lock, and never what a link of that name leads to: that would be emptied."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)
