"""Whether a manifest is one: what any verb may rely on, wherever the file comes from.

A seal tells that a manifest is what somebody wrote, not that this program did. Its shape is that of
``experiments.design.manifest_file``; what a case holds is checked where it is revived.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from experiments.design.manifest_file import Sealed
from experiments.design.request import Several, Single
from experiments.measures import EVERY
from sim.documents.problems import printable

_SHAPE = TypeAdapter(Sealed)
_ASKED: dict[str, TypeAdapter[Any]] = {"run": TypeAdapter(Single), "compare": TypeAdapter(Several)}


def misshapen(text: str) -> str | None:
    """What in the JSON of a manifest no manifest has, in a line; None if it is sound."""
    try:
        manifest = _SHAPE.validate_json(text)
        request = manifest["request"]
        if request["verb"] != "study":
            _ASKED[request["verb"]].validate_json(json.dumps(request["asked"]), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = printable(".".join(map(str, first["loc"])))
        return f"{place}: {first['msg']}" if place else first["msg"]
    return next(_conflicts(manifest), None)


def _conflicts(manifest: Sealed) -> Iterator[str]:
    """What no plan is: of another kind than its request, arms that are one, no level."""
    arms = manifest["arms"].values()
    if manifest["kind"] != manifest["request"]["verb"] or (manifest["kind"] == "run" and len(arms) > 1):
        yield "kind: is not what was asked"
    if not set(manifest["estimate"]) <= set(EVERY):
        yield "estimate: has a measure that there is not"
    if len({(arm["future"], arm["policy"]) for arm in arms}) < len(arms):
        yield "arms: two have the same future and policy"
    factors = manifest["factors"]
    for arm in arms:
        known = all(label in factors.get(name, ()) for name, label in arm["levels"].items())
        if not known or len(arm["levels"]) != len(factors):
            yield "arms: one has other levels than the factors"
