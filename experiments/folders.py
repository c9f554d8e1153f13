"""A study's folder: its manifest, the files that were read, and whether both still say the same.

The manifest is written before the first run; whatever plays on, here or after a crash, reads it.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from experiments.plan import Plan, differences
from experiments.planning import find_study
from experiments.store import write_json, write_whole
from sim.documents import BadInput, Mark, Problem

MANIFEST, INPUTS = "manifest.json", "inputs"
_MOST_DIFFERENCES = 12
_NOT_RESULTS = {"command", "request", "content_hash", "description", "code"}


def plan_in(folder: Path) -> Plan:
    """The plan of a folder of results. Raises ``BadInput`` for one that holds none."""
    manifest = manifest_in(folder)
    try:
        return Plan.of(manifest, folder / INPUTS)
    except (KeyError, ValueError, TypeError) as error:
        message = f"the manifest is damaged: {error}".splitlines()[0]
        raise BadInput([Problem(Mark(str(folder / MANIFEST), 0, 0), "", message=message)]) from None


def manifest_in(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of a study. Raises ``BadInput`` for a folder without one."""
    path = folder / MANIFEST
    message, found = "", str(folder)
    if not folder.is_dir():
        message = "there is no such folder"
    elif not path.is_file():
        message = "no results of `dmz compare` or `dmz study`: it has no manifest.json"
    else:
        try:
            manifest = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            message = f"the manifest is damaged: {error}"
        else:
            if "arms" in manifest:
                return manifest
            message = "the results of a single `dmz run`, not of `dmz compare` or `dmz study`"
    raise BadInput([Problem(Mark(str(path), 0, 0), "", found, message=message)])


def refuse_changes(folder: Path, plan: Plan) -> None:
    """Raise ``BadInput`` naming every field in which a plan is not that of the folder."""
    kept, asked = manifest_in(folder), json.loads(json.dumps(plan.manifest()))
    changed = [(path, old, new) for path, old, new in differences(kept, asked)
               if not _NOT_RESULTS & set(path.split("."))]  # fmt: skip
    if changed:
        mark = Mark(str(folder / MANIFEST), 0, 0)
        raise BadInput([
            Problem(mark, path, _brief(new), _brief(old), None, "changed since the study began")
            for path, old, new in changed[:_MOST_DIFFERENCES]
        ])  # fmt: skip


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def begin(plan: Plan, folder: Path) -> None:
    """Write the files that were read, then the manifest: from now on the folder is the study's."""
    inputs = folder / INPUTS
    inputs.mkdir(parents=True, exist_ok=True)
    for arm in plan.arms.values():
        for key, found in arm.case.fingerprints.items():
            if not (inputs / found).exists():
                source = arm.case.tree["border"][key]
                write_whole(inputs / found, lambda to, source=source: shutil.copyfile(source, to))
    sources = {source for arm in plan.arms.values() for source in arm.case.sources}
    sources |= set(_modules(plan).values())
    if plan.request["verb"] == "study":
        sources.add(find_study(plan.request["name"]))
    for source in sorted(sources, key=lambda path: (path.name, str(path))):
        _copied(source, inputs)
    write_json(folder / MANIFEST, plan.manifest() | {"code": _code(plan)})


def _modules(plan: Plan) -> dict[str, Path]:
    """The files of the modules of custom agents, which are loaded."""
    names = {choice.reference.partition(":")[0]
             for arm in plan.arms.values() for choice in arm.case.agents}  # fmt: skip
    return {name: Path(sys.modules[name].__file__) for name in sorted(names)}


def _code(plan: Plan) -> dict[str, str]:
    """Fingerprints of the code of custom agents: no content hash of a scenario knows it."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in _modules(plan).items()}  # fmt: skip


def refuse_other_code(folder: Path, plan: Plan) -> None:
    """Raise ``BadInput`` where the code of a custom agent, which is loaded, is not that of then."""
    kept, now = manifest_in(folder).get("code", {}), _code(plan)
    if kept != now:
        mark = Mark(str(folder / MANIFEST), 0, 0)
        raise BadInput([Problem(mark, f"code.{path}", _brief(new), _brief(old), None,
                                "changed since the study began")
                        for path, old, new in differences(kept, now)])  # fmt: skip


def _copied(source: Path, inputs: Path) -> None:
    """Copy a file; one of the same name and other bytes gets a number."""
    target, number, content = inputs / source.name, 1, source.read_bytes()
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = inputs / f"{source.stem}-{number}{source.suffix}"
    write_whole(target, lambda to: to.write_bytes(content) and None)
