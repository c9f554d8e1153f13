"""What has changed since a study began, and what no manifest may hold."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.design.manifest_file import ArmEntry, Manifest
from experiments.design.plan import differences
from sim.documents import BadInput, Mark, Problem, Tree, refuse
from sim.documents.problems import printable

_MOST = 6  # changed fields that are named
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# what nobody plays: words about the study, and what was typed to ask for it
_WORDS = ("command", "request", "description")
_NOT_ASKED = ("code", "inputs", "libraries", "sealed")  # the folder's own, not of a plan


def refuse_changes(kept: Manifest, asked: Manifest, mark: Mark) -> None:
    """Raise ``BadInput`` naming the fields in which a plan is not that of the manifest at ``mark``.

    A field that is another one in several arms is named once.
    """
    if kept["kind"] != asked["kind"]:
        raise BadInput([_of_another_verb(kept, asked, mark)])
    changed: dict[str, list[tuple[Any, Any]]] = {}
    for path, old, new in _changes(kept, asked):
        changed.setdefault(path, []).append((old, new))
    if not changed:
        return
    problems = [_problem(mark, path, pairs) for path, pairs in list(changed.items())[:_MOST]]
    if len(changed) > _MOST:
        message = f"{len(changed) - _MOST} more fields have changed"
        problems.append(Problem(mark, "", message=message))
    raise BadInput(problems)


def _of_another_verb(kept: Manifest, asked: Manifest, mark: Mark) -> Problem:
    """What differs between a run and a study is not told field by field."""
    held, wanted = (f"`dmz {each['kind']}` of {printable(each['name'])!r}" for each in (kept, asked))
    return Problem(mark, "", wanted, "a folder of its own", None, f"this folder holds {held}")


def _changes(kept: Manifest, asked: Manifest) -> Iterator[tuple[str, Any, Any]]:
    """(field, old, new); those of arms without the arm's name."""
    own = ("arms", *_WORDS, *_NOT_ASKED)
    before, now = ({key: value for key, value in each.items() if key not in own} for each in (kept, asked))
    yield from differences(before, now)
    old, new = kept["arms"], asked["arms"]
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            yield from differences(_played(old[name]), _played(new[name]))
        else:
            yield "arms", name if name in old else None, name if name in new else None


def _played(arm: ArmEntry) -> Tree:
    """An arm without what follows from the rest, and without words that change no run."""
    case = arm["case"]
    bare = case | {
        "scenario": _without(case["scenario"], "description"),
        "policies": [_without(policy, "description") for policy in case["policies"]],
    }
    return _without(arm, "content_hash") | {"case": bare}


def _without(tree: Mapping[str, Any], key: str) -> Tree:
    return {name: value for name, value in tree.items() if name != key}


def _problem(mark: Mark, path: str, pairs: list[tuple[Any, Any]]) -> Problem:
    old, new = pairs[0]
    more = f" (and {len(pairs) - 1} more like it)" if len(pairs) > 1 else ""
    if path == "arms":
        message = "this arm is new" if old is None else "this arm is asked for no more"
        return Problem(mark, path, _brief(new if old is None else old), "", None, message + more)
    return Problem(
        mark,
        path.removeprefix("case."),
        _brief(new),
        _brief(old),
        None,
        f"changed since the study began{more}",
    )


def _brief(value: Any) -> str:
    return "nothing" if value is None else printable(json.dumps(value, ensure_ascii=False))


def refuse_control_characters(value: Any, mark: Mark) -> None:
    """Raise ``BadInput`` for a text that would steer a terminal, or that no file could hold."""
    for text in _texts(value):
        if _CONTROL.search(text):
            message = "has control characters, or bytes that are no text"
            refuse(mark, message, found=printable(text), allowed="text that can be printed")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
