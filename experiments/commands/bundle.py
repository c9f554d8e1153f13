"""``dmz bundle``: a study in one zip with the same bytes each time, fit for an archive."""

import os
import shlex
import shutil
import zipfile
from pathlib import Path

from experiments.commands.verify import astray
from experiments.report.own_files import LIST, altered_in
from experiments.report.publish import FIGURES, PICTURES, REPORT
from experiments.report.run_files import PICTURE, PLACES
from experiments.store.files import write_whole
from experiments.store.parts import COMPLETE, FAILURES, TABLES
from experiments.study.draws import FILE as DRAWS
from experiments.study.folder import CODE, INPUTS, MANIFEST, StudyFolder
from experiments.study.place import undisturbed
from sim.documents import BadInput, Mark, Problem, refuse

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
_STORED = {".parquet", ".png"}  # compressed already
_OURS = {
    MANIFEST,
    COMPLETE,
    FAILURES,
    FIGURES,
    REPORT,
    PICTURE,
    PLACES,
    LIST,
    DRAWS,
    *(f"{name}.parquet" for name in TABLES),
}
_README = """\
{name}

{description}

Made by dmz-escalation {version}; manifest.json names the versions of the libraries. It was asked by

    {command}

Play all of it again, from what is here alone, beside this folder:

    mkdir again && cp -r {folder}/{manifest} {folder}/{inputs} again/
    {resume}

or check it row by row:

    dmz verify {folder} --rows 20{code}

report.html opens in any browser, without a network. runs.parquet has a row for each run,
incidents.parquet one for each incident, manifest.json all that any of them needs to be run again.
"""


def bundle(folder: Path, out: Path | None) -> Path:
    """Pack a folder of results, without its timings, into a new file; where that is."""
    target = out or folder.resolve().with_name(f"{folder.resolve().name}.zip")
    with undisturbed(folder):
        study = StudyFolder(folder)
        _refuse_place(target)
        _refuse_unsound(study)
        name = target.stem.encode(errors="replace").decode()  # of the folder inside, in UTF-8
        write_whole(target, lambda to: _pack(study, to, name))
    return target


def _refuse_unsound(study: StudyFolder) -> None:
    """Refuse results that are not all there, or not what was written."""
    study.refuse_changed_inputs()
    if not study.parts.complete:
        message = "not everything has been played; dmz resume goes on"
        refuse(study.path, message)
    study.parts.check()
    if not any((study.path / name).exists() for name in (LIST, REPORT)):
        refuse(study.path, "has no report; dmz report makes it")
    wrong = [Problem(study.mark, "", message=line) for line in astray(study)]
    for place in (study.path, study.path / PICTURES):
        wrong += [
            Problem(
                Mark(str(place / name), 0, 0), "", message="is not what was written; dmz report makes it anew"
            )
            for name in altered_in(place)
        ]
    if wrong:
        raise BadInput(wrong)


def _refuse_place(target: Path) -> None:
    try:
        target.lstat()
        message = "is there already"
    except FileNotFoundError:
        message = "" if os.access(target.parent, os.W_OK) else "cannot be written"
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
    if message:
        refuse("--out", message, found=str(target), allowed="a new file in a folder that exists")


def _readme(study: StudyFolder, name: str) -> str:
    manifest, coded = study.manifest, bool(study.manifest[CODE])
    path = f"PYTHONPATH=again/{INPUTS}/{CODE} " if coded else ""
    allow = " --allow-code" if coded else ""
    said = {key: manifest[key] for key in ("name", "description", "version", "command")}
    return _README.format(
        **said,
        code=allow,
        folder=shlex.quote(name),
        manifest=MANIFEST,
        inputs=INPUTS,
        resume=f"{path}dmz resume again{allow}",
    )


def _pack(study: StudyFolder, target: Path, name: str) -> None:
    folder = study.path
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file() and _belongs(path, folder)),
        key=lambda path: path.relative_to(folder).as_posix(),
    )
    with zipfile.ZipFile(target, "w") as archive:
        with archive.open(_entry(f"{name}/README.txt"), "w") as entry:
            entry.write(_readme(study, name).encode())
        for path in files:
            inside = _entry(f"{name}/{path.relative_to(folder).as_posix()}")
            with archive.open(inside, "w", force_zip64=True) as entry, path.open("rb") as stream:
                shutil.copyfileobj(stream, entry)


def _entry(name: str) -> zipfile.ZipInfo:
    """A file's place in the zip, without anything that tells when or where it was made."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    stored = Path(name).suffix in _STORED
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _belongs(path: Path, folder: Path) -> bool:
    """Results and what they need: no timings, nothing hidden, nobody's notes."""
    inside = path.relative_to(folder).parts
    ours = len(inside) > 1 if inside[0] in (INPUTS, PICTURES) else inside[0] in _OURS
    return ours and not any(part.startswith(".") for part in inside) and not path.is_symlink()
