"""``dmz bundle``: a study in one zip with the same bytes each time, fit for an archive."""

import sys
import zipfile
from pathlib import Path

from rich.console import Console

from experiments.exits import guarded
from experiments.folders import manifest_in
from experiments.parts import Parts
from experiments.session import FILE as SESSION
from experiments.store import write_whole
from sim.documents import BadInput, Mark, Problem

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
_STORED = {".parquet", ".png"}  # compressed already
_README = """\
{name}

{description}

Made by dmz-escalation {version}. Repeat it with

    {command}

in a folder with the files of inputs/, or check it row by row with

    dmz verify {folder} --rows 20

report.html opens in any browser, without a network. runs.parquet has a row for each run,
incidents.parquet one for each incident, manifest.json all that any of them needs to be run again.
"""


def bundle(folder: Path, out: Path | None) -> int:
    """Pack a folder of results, without its timings; the exit code."""

    def do(talk: Console) -> int:
        manifest = manifest_in(folder)
        if not Parts(folder).complete:
            message = "not everything has been played; `dmz resume` goes on"
            raise BadInput([Problem(Mark(str(folder), 0, 0), "", message=message)])
        target = out or folder.resolve().with_suffix(".zip")
        if target.is_dir() or not target.parent.is_dir():
            raise BadInput([Problem(Mark("--out", 0, 0), "", str(target), "a file in a folder that "
                                    "exists", None, "cannot be written")])  # fmt: skip
        name = target.stem
        text = _README.format(**manifest | {"folder": name})
        write_whole(target, lambda to: _pack(folder, to, name, text))
        talk.print(f"{target.stat().st_size / 1e6:.1f} MB", soft_wrap=True)
        print(target, file=sys.stdout)
        return 0

    return guarded(do)


def _pack(folder: Path, target: Path, name: str, text: str) -> None:
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file() and _belongs(path, folder)),
        key=lambda path: path.relative_to(folder).as_posix(),
    )
    with zipfile.ZipFile(target, "w") as archive:
        _put(archive, f"{name}/README.txt", text.encode())
        for path in files:
            _put(archive, f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def _belongs(path: Path, folder: Path) -> bool:
    """Results and what they need: no timings, nothing hidden, no bundle."""
    inside = path.relative_to(folder).parts
    hidden = any(part.startswith(".") for part in inside)
    return not hidden and path.name != SESSION and path.suffix != ".zip"


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    stored = Path(name).suffix in _STORED
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=9)
