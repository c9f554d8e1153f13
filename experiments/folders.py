"""A study's folder: had alone, begun with its manifest and the files that were read, never mixed.

The manifest is written before the first run; whatever plays on, here or after a crash, reads it.
It is sealed by its own digest, which also owns the parts: results of another manifest never count.
"""

import contextlib
import datetime as dt
import errno
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sim
from experiments.changes import refuse_changes, refuse_control_characters
from experiments.files import digest_of, unfinished, write_json, write_whole
from experiments.manifest import misshapen
from experiments.parts import Parts
from experiments.plan import Plan
from experiments.planning import find_study
from experiments.session import libraries
from sim.case import digest
from sim.documents import BadInput, Mark, Problem
from sim.library import is_file

MANIFEST, INPUTS, CODE = "manifest.json", "inputs", "code"
_LOCK, _SEAL = ".lock", "sealed"
_LONGEST_NAME = 80  # bytes of a folder's or a copy's name that are taken from a name
_DAMAGED = (KeyError, ValueError, TypeError, AttributeError, RecursionError)


class StudyFolder:
    """A folder that holds a study: its manifest, the plan that it asks for, and what was played.

    Raises ``BadInput`` where there is none, where another version made it, and wherever something
    in it is not what was written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = _manifest(path)

    @property
    def mark(self) -> Mark:
        """The manifest, as the place of a problem."""
        return Mark(str(self.path / MANIFEST), 0, 0)

    @cached_property
    def plan(self) -> Plan:
        """The plan of the manifest; every file that a run reads has the digest that names it."""
        try:
            plan = Plan.of(self.manifest, self.path / INPUTS)
        except _DAMAGED as error:
            _refuse(self.path / MANIFEST, f"is damaged: {error}".splitlines()[0])
        for name in sorted({name for arm in plan.arms.values()
                            for name in arm.case.fingerprints.values()}):  # fmt: skip
            self._refuse_changed(name, name)
        return plan

    @cached_property
    def parts(self) -> Parts:
        """What was played."""
        return Parts(self.path, self.manifest[_SEAL])

    def refuse_changed_inputs(self) -> None:
        """Refuse a copy of a file that was read and is not what it was, or that no run could read.
        """
        _ = self.plan
        for name, kept in self.manifest["inputs"].items():
            self._refuse_changed(name, kept)

    def mend_inputs(self, now: Plan) -> list[Path]:
        """Copy anew what is no more what was read, out of the files of the same plan; return these.
        """
        here = {digest_of(source): source for source in _sources(now)}
        mended = []
        for name, kept in self.manifest["inputs"].items():
            path = self.path / INPUTS / name
            if Path(name).name == name and kept in here and not _holds(path, kept):
                write_whole(path, lambda to, kept=kept: shutil.copyfile(here[kept], to))
                mended.append(path)
        return mended

    def _refuse_changed(self, name: str, kept: str) -> None:
        path = self.path / INPUTS / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            _refuse(self.path / MANIFEST, "is damaged: it names a file outside its folder")
        if not path.is_file():
            _refuse(path, "is missing")
        if digest_of(path) != kept:
            _refuse(path, "is not what was read: its digest is another")

    def refuse_other_code(self) -> None:
        """Refuse code of a custom agent, which is loaded, that is not that of then."""
        kept, now = self.manifest[CODE], _code(self.plan)
        problems = [
            Problem(self.mark, name, "other code", "the code of then", None,
                    "changed since the study began")
            for name in sorted(kept.keys() | now.keys()) if kept.get(name) != now.get(name)
        ]  # fmt: skip
        if problems:
            raise BadInput(problems)


def _holds(path: Path, kept: str) -> bool:
    return path.is_file() and digest_of(path) == kept


def _refuse(path: Path, message: str) -> None:
    raise BadInput([Problem(Mark(str(path), 0, 0), "", message=message)])


# -- the manifest ---------------------------------------------------------------------------------


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not is_file(path):
        if os.path.isdir(folder):
            _refuse(folder, "no results of dmz run, compare or study: it has no manifest.json")
        _refuse(folder, "this is a file, not the folder of results" if is_file(folder)
                else "there is no such folder")  # fmt: skip
    try:
        text = path.read_text("utf-8")
        manifest = json.loads(text)
        sound = manifest.get(_SEAL) == _seal(manifest)
        refuse_control_characters(manifest, Mark(str(path), 0, 0))
        strange, version = misshapen(text), manifest["version"]
    except _DAMAGED:
        _refuse(path, "is damaged")
    foreign = _SEAL not in manifest or (sound and strange)
    if foreign and version != sim.__version__:
        _refuse(path, f"made by version {version}, whose folders this one cannot go on with; its "
                "tables can be read with pandas")  # fmt: skip
    if not sound:
        _refuse(path, "is damaged: it is not what was written")
    if strange:
        _refuse(path, f"is damaged: {strange}")
    return manifest


def _seal(manifest: Mapping[str, Any]) -> str:
    return digest({key: value for key, value in manifest.items() if key != _SEAL})


def _begin(plan: Plan, folder: Path) -> None:
    """Write the files that were read, then the manifest: from now on the folder is the study's."""
    inputs = folder / INPUTS
    inputs.mkdir(exist_ok=True)
    copies = dict(_own_files(plan)) | {
        (Path(CODE) / Path(*name.split("."))).with_suffix(".py").as_posix(): source
        for name, source in _modules(plan).items()
    }
    for name, source in copies.items():
        (inputs / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(inputs / name, lambda to, source=source: shutil.copyfile(source, to))
    names = [*copies, *(_copy(source, inputs) for source in _sources(plan))]
    manifest = json.loads(json.dumps(plan.manifest())) | {
        "code": _code(plan), "libraries": libraries(),
        "inputs": {name: digest_of(inputs / name) for name in names},
    }
    write_json(folder / MANIFEST, manifest | {_SEAL: _seal(manifest)})


def _own_files(plan: Plan) -> Iterator[tuple[str, Path]]:
    """Files that runs read, such as a course of the line, by the digest that names them."""
    for arm in plan.arms.values():
        for key, found in arm.case.fingerprints.items():
            yield found, Path(arm.case.tree["border"][key])


def _sources(plan: Plan) -> list[Path]:
    """Scenario, policy and study files, in an order that does not hang on where they lie."""
    sources = {source for arm in plan.arms.values() for source in arm.case.sources}
    sources |= {find_study(plan.request["name"])} if plan.kind == "study" else set()
    return sorted(sources, key=lambda path: (path.name, str(path)))


def _modules(plan: Plan) -> dict[str, Path]:
    """The files of the modules of custom agents, which are loaded."""
    names = {choice.reference.partition(":")[0]
             for arm in plan.arms.values() for choice in arm.case.agents}  # fmt: skip
    return {name: Path(sys.modules[name].__file__) for name in sorted(names)}


def _code(plan: Plan) -> dict[str, str]:
    """Fingerprints of the code of custom agents: no content hash of a scenario knows it."""
    return {name: digest_of(path) for name, path in _modules(plan).items()}


def _copy(source: Path, inputs: Path) -> str:
    """Copy a file, under which name; one of the same name and other bytes gets a number."""
    content, number = source.read_bytes(), 1
    stem = _shortened(source.stem)
    target = inputs / f"{stem}{source.suffix}"
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = inputs / f"{stem}-{number}{source.suffix}"
    write_whole(target, lambda to: to.write_bytes(content) and None)
    return target.name


def _shortened(name: str) -> str:
    """A name of so many bytes that a file system takes it with a number and an ending."""
    return name.encode(errors="replace")[:_LONGEST_NAME].decode(errors="ignore")


# -- having a folder alone ------------------------------------------------------------------------


@contextmanager
def claimed(plan: Plan, out: Path | None) -> Iterator[StudyFolder]:
    """The folder of a plan, had alone: a new one, or ``out``, which may hold the same study.

    Raises ``BadInput`` for a place that cannot be one, that holds something else or another study,
    or that another process is filling.
    """
    refuse_control_characters(plan.manifest(), Mark(f"dmz {plan.kind}", 0, 0))
    folder = _made(out) if out is not None else _new_folder(f"{plan.kind}-{plan.name}")
    with locked(folder):
        if (folder / MANIFEST).is_file():
            study = StudyFolder(folder)
            refuse_changes(study.manifest, json.loads(json.dumps(plan.manifest())), study.mark)
        else:
            _refuse_strangers(folder)
            _begin(plan, folder)
            study = StudyFolder(folder)
        yield study


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
            _refuse(folder, "another process is filling this folder")
        except OSError as error:
            _refuse(folder, f"files here cannot be locked: {error.strerror}; take a folder on "
                    "another disk")  # fmt: skip
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
            _refuse(folder, "another process is filling this folder")
        except OSError:
            pass
        yield


def _own(path: str, flags: int) -> int:
    """Open a lock, and never what a link of that name leads to: that would be emptied."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def _new_folder(name: str) -> Path:
    """A folder in ``results`` that nobody else has, named by the time."""
    stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S")
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    first = Path("results") / f"{_shortened(safe)}-{stamp}"
    folder, number = first, 1
    with _refused_in_words(first):
        first.parent.mkdir(exist_ok=True)
        while True:
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
                folder = first.with_name(f"{first.name}-{number}")
            else:
                return folder


def _made(out: Path) -> Path:
    with _refused_in_words(out):
        if out.is_file():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
        if out.is_dir() and not (out / MANIFEST).is_file():
            _refuse_strangers(out)
        out.mkdir(parents=True, exist_ok=True)
        (out / _LOCK).touch()
    return out


@contextmanager
def _refused_in_words(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot be a folder of results: {error.strerror}"
        raise BadInput([Problem(Mark("--out", 0, 0), "", str(out), message=message)]) from None


def _refuse_strangers(folder: Path) -> None:
    """Refuse a folder with anything that a study killed before its manifest cannot have left."""
    if not all(path.name in (INPUTS, _LOCK) or unfinished(path) for path in folder.iterdir()):
        raise BadInput([Problem(Mark("--out", 0, 0), "", str(folder), "a new or empty folder", None,
                                "is not empty")])  # fmt: skip
