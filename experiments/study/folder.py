"""A study's folder: had alone, begun with its manifest and the files that were read, never mixed.

The manifest is written before the first run; whatever plays on, here or after a crash, reads it.
It is sealed by its own digest, which also owns the parts: results of another manifest never count.
"""

import datetime as dt
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import sim
from experiments.design.arms import find_study
from experiments.design.manifest_file import Manifest, Request, Sealed
from experiments.design.plan import Plan
from experiments.store.files import digest_of, write_json, write_whole
from experiments.store.parts import Parts
from experiments.store.session import libraries
from experiments.store.tables import ArmColumns
from experiments.study.changes import refuse_changes, refuse_control_characters
from experiments.study.code import code_digests, sources
from experiments.study.manifest import misshapen
from experiments.study.place import locked, make, make_new, refuse_strangers
from sim.documents import BadInput, Mark, Problem, refuse
from sim.documents.problems import nearest
from sim.scenario.case import digest
from sim.scenario.library import is_file

MANIFEST, INPUTS = "manifest.json", "inputs"
CODE: Final = "code"
_RESULTS = Path("results")  # where a folder goes that nobody named
_SEAL: Final = "sealed"
_LONGEST_NAME = 160  # bytes of a folder's or a copy's name that are taken from a name
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
            refuse(self.path / MANIFEST, f"is damaged: {error}".splitlines()[0])
        for name in sorted({name for arm in plan.arms.values() for name in arm.case.fingerprints.values()}):
            self._refuse_changed(name, name)
        return plan

    @cached_property
    def parts(self) -> Parts:
        """What was played."""
        return Parts(self.path, self.manifest[_SEAL], ArmColumns.of(self.plan))

    def refuse_changed_inputs(self) -> None:
        """Refuse a copy of a file that was read and is not what it was, or that no run could read."""
        _ = self.plan
        for name, kept in self.manifest["inputs"].items():
            self._refuse_changed(name, kept)

    def mend_inputs(self, now: Plan) -> list[Path]:
        """Copy anew what is no more what was read, out of the files of the same plan; return these."""
        here = {digest_of(source): source for source in _sources(now)}
        mended = []
        for name, kept in self.manifest["inputs"].items():
            path = self.path / INPUTS / name
            if Path(name).name == name and kept in here and not _holds(path, kept):
                path.parent.mkdir(exist_ok=True)
                write_whole(path, _writing(here[kept].read_bytes()))
                mended.append(path)
        return mended

    def _refuse_changed(self, name: str, kept: str) -> None:
        path = self.path / INPUTS / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            refuse(self.path / MANIFEST, "is damaged: it names a file outside its folder")
        if not path.is_file():
            refuse(path, "is missing")
        if digest_of(path) != kept:
            refuse(path, "is not what was read: its digest is another")

    def refuse_other_code(self) -> None:
        """Refuse code of a custom agent, which is loaded, that is not that of then."""
        kept, now = self.manifest[CODE], code_digests(self.plan)
        problems = [
            Problem(self.mark, name, "other code", "the code of then", None, "changed since the study began")
            for name in sorted(kept.keys() | now.keys())
            if kept.get(name) != now.get(name)
        ]
        if problems:
            raise BadInput(problems)


def _holds(path: Path, kept: str) -> bool:
    return path.is_file() and digest_of(path) == kept


# -- the manifest ---------------------------------------------------------------------------------


def _manifest(folder: Path) -> Sealed:
    _refuse_no_study(folder)
    path = folder / MANIFEST
    try:
        text = path.read_text("utf-8")
        manifest: Sealed = json.loads(text)
        sound = manifest.get(_SEAL) == _seal(manifest)
        refuse_control_characters(manifest, Mark(str(path), 0, 0))
        strange, version = misshapen(text), manifest["version"]
        series = _series(version)
    except _DAMAGED:
        refuse(path, "is damaged")
    if series != _series(sim.__version__):
        refuse(
            path,
            f"made by version {version}: that one reads it (pip install 'dmz-escalation=={series}'), "
            f"this one ({sim.__version__}) does not",
        )
    if not sound:
        refuse(path, "is damaged: it is not what was written")
    if strange:
        refuse(path, f"is damaged: {strange}")
    return manifest


def _refuse_no_study(folder: Path) -> None:
    if is_file(folder / MANIFEST):
        return
    message = "there is no such folder"
    if os.path.isdir(folder):
        message = "no results of dmz run, compare or study: it has no manifest.json"
    elif is_file(folder):
        message = "this is a file, not the folder of results"
    refuse(folder, message, near=_meant(folder))


def _meant(folder: Path) -> str | None:
    """The folder of results that was probably meant: around it, in it, beside it, or in ``results``."""
    around = (each for each in folder.parents if is_file(each / MANIFEST))
    if (found := next(around, None)) is not None:
        return str(found)
    if within := _studies_in(folder):
        return str(within[-1])  # of those without a name of their own the newest
    beside = {each.name: each for each in (*_studies_in(_RESULTS), *_studies_in(folder.parent))}
    near = nearest(folder.name, beside)
    return str(beside[near]) if near else None


def _studies_in(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if is_file(each / MANIFEST))
    except (OSError, ValueError):
        return []


def _series(version: str) -> str:
    """The versions that read each other's folders: 0.4.* of 0.4.1. Tables of 0.3.0 had other columns."""
    return version if version == "0.3.0" else ".".join([*version.split(".")[:2], "*"])


def _seal(manifest: Mapping[str, Any]) -> str:
    return digest({key: value for key, value in manifest.items() if key != _SEAL})


def _begin(plan: Plan, folder: Path) -> None:
    """Write the files that were read, then the manifest: from now on the folder is the study's."""
    inputs = folder / INPUTS
    inputs.mkdir(exist_ok=True)
    copies = {name: source.read_bytes() for name, source in _own_files(plan)} | {
        (Path(CODE) / Path(*name.split("."))).with_suffix(".py").as_posix(): source
        for name, source in sources(plan).items()
    }
    for name, content in copies.items():
        (inputs / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(inputs / name, _writing(content))
    names = [*copies, *(_copy(source, inputs) for source in _sources(plan))]
    manifest = {
        **plan.manifest(),
        "code": code_digests(plan),
        "libraries": libraries(),
        "inputs": {name: digest_of(inputs / name) for name in names},
    }
    write_json(folder / MANIFEST, manifest | {_SEAL: _seal(manifest)})


def _own_files(plan: Plan) -> Iterator[tuple[str, Path]]:
    """Files that runs read, such as a course of the line, by the digest that names them."""
    for arm in plan.arms.values():
        for key, found in arm.case.fingerprints.items():
            yield found, Path(arm.case.files[key])


def _sources(plan: Plan) -> list[Path]:
    """Scenario, policy and study files, in an order that does not hang on where they lie."""
    sources = {source for arm in plan.arms.values() for source in arm.case.sources}
    if plan.request["verb"] == "study":
        sources.add(find_study(plan.request["name"]))
    return sorted(sources, key=lambda path: (path.name, str(path)))


def _copy(source: Path, inputs: Path) -> str:
    """Copy a file, under which name; one of the same name and other bytes gets a number."""
    content, number = source.read_bytes(), 1
    stem = _shortened(source.stem)
    target = inputs / f"{stem}{source.suffix}"
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = inputs / f"{stem}-{number}{source.suffix}"
    write_whole(target, _writing(content))
    return target.name


def _writing(content: bytes) -> Callable[[Path], None]:
    def write(to: Path) -> None:
        to.write_bytes(content)

    return write


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
    asked = plan.manifest()
    refuse_control_characters(asked, Mark(f"dmz {plan.kind}", 0, 0))
    folder = _made(out) if out is not None else _new_folder(plan)
    with locked(folder):
        if (folder / MANIFEST).is_file():
            study = StudyFolder(folder)
            _refuse_another(study, asked)
        else:
            refuse_strangers(folder, INPUTS)
            _begin(plan, folder)
            study = StudyFolder(folder)
        yield study


def _refuse_another(study: StudyFolder, asked: Manifest) -> None:
    """Refuse a folder that holds something else than what was asked, and say what would do."""
    try:
        refuse_changes(study.manifest, asked, study.mark)
    except BadInput as bad:
        message = f"take another --out, or go on with what it holds: {study.manifest['command']}"
        raise BadInput([*bad.problems, Problem(study.mark, "", message=message)]) from None


@contextmanager
def had_alone(path: Path) -> Iterator[StudyFolder]:
    """The study in a folder, had alone. Raises ``BadInput`` as ``StudyFolder`` and ``locked`` do."""
    _refuse_no_study(path)  # where none is, no lock is left
    with locked(path):
        yield StudyFolder(path)


def left_undone(plan: Plan, same: Callable[[Request], bool] | None = None) -> Path | None:
    """The newest folder in ``results`` that holds the same study unfinished, and that nobody is filling.

    ``same`` says so of a request, of a plan that may still become another one.
    """
    asked = plan.manifest() if same is None else None

    def is_undone(folder: Path) -> bool:
        try:
            with had_alone(folder) as study:
                if asked is not None:
                    refuse_changes(study.manifest, asked, study.mark)
                elif same is not None and not same(study.manifest["request"]):
                    return False
                return not study.parts.complete
        except BadInput:
            return False

    return next(filter(is_undone, sorted(_RESULTS.glob(f"{_stem(plan)}-*"), reverse=True)), None)


def _stem(plan: Plan) -> str:
    """What the name of a study's folder begins with."""
    return _shortened(re.sub(r"[^\w-]+", "_", f"{plan.kind}-{plan.name}").rstrip("_"))


def _new_folder(plan: Plan) -> Path:
    """A folder in ``results`` that nobody else has, named by the time."""
    stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S")
    return make_new(_RESULTS / f"{_stem(plan)}-{stamp}")


def _made(out: Path) -> Path:
    make(out, lambda: (out / MANIFEST).is_file(), INPUTS)
    return out
