"""``report.html``: one file that works offline and can be sent by mail.

Everything that comes from files, names above all, is text that the template escapes; pictures are
drawn inside the page, and their data hang on its links.
"""

import base64
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.answer import answer
from experiments.assumptions import assumptions
from experiments.judging import FAMILY
from experiments.measures import LADDER, noun
from experiments.pictures import Picture, svg_text
from experiments.plan import TALKS, differences, has_talks, policy_words
from experiments.wording import (
    capital,
    effect,
    figure,
    limits,
    many,
    number,
    share_figure,
    signed,
    span,
)
from sim.parameters import SIDES

_MOST_FAILURES = 20
_FINGERPRINT = 12  # characters of a content hash that are shown


def report_html(
    manifest: Mapping[str, Any], figures: Mapping[str, Any], pictures: Sequence[Picture],
    failures: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    """The page, of a study in which at least one run succeeded; equal input gives equal bytes."""
    family = figures["family"]["measures"]
    return _environment().get_template("report.html").render(
        manifest=manifest, figures=figures, answer=answer(manifest, figures),
        futures=list(_futures(manifest, figures)), regret=_regret(figures),
        pictures=[_shown(picture) for picture in pictures],
        assumptions=assumptions(manifest), failures=failures[:_MOST_FAILURES],
        failed=len(failures), runs=sum(figures["runs"].values()),
        talks=any(has_talks(arm["case"]["scenario"]) for arm in manifest["arms"].values()),
        about_talks=TALKS,
        manifest_text=_manifest_text(manifest),
        fingerprint=_FINGERPRINT, decides=manifest["estimate"][0],
        beside=[name for name in family if name not in manifest["estimate"]],
        rungs=[name for name in LADDER if name not in (*family, *manifest["estimate"])],
        rated=list(dict.fromkeys((*manifest["estimate"], *FAMILY))),
    )  # fmt: skip


def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("experiments"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    found.filters |= {"figure": figure, "signed": signed, "span": span, "number": number,
                      "many": many, "limits": limits, "noun": noun, "capital": capital,
                      "effect": effect, "value": _value, "percent": share_figure,
                      "policy": policy_words}  # fmt: skip
    return found


def _value(value: Any) -> str:
    """A parameter's value as files write it."""
    if value is None:
        return "none"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, Mapping):  # an operation on the value below
        return ", ".join(f"{name} {_value(by)}" for name, by in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _futures(
    manifest: Mapping[str, Any], figures: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Each future that has a comparison: its baseline's rate, policies by their estimate."""
    decides = manifest["estimate"][0]
    arms = {(arm["future"], arm["policy"]): name for name, arm in manifest["arms"].items()}
    for future, policies in figures["comparisons"].items():
        baseline = arms[future, None]
        order = sorted(policies, key=lambda name: _estimate(policies[name], decides))
        yield {
            "name": future, "rate": figures["rates"][baseline][decides],
            "any_clash": figures["any_clash"][baseline],
            "policies": {name: policies[name] | {"deepest": _deepest(policies[name]["costs"])}
                         for name in order},
        }  # fmt: skip


def _estimate(policy: Mapping[str, Any], measure: str) -> float:
    return policy["measures"][measure]["difference"]["estimate"] or 0.0


def _deepest(costs: Mapping[str, float]) -> tuple[float, float]:
    """The deepest crossing nobody responded to, m: under the policy, and without it."""
    names = [f"deepest_unanswered_{side}" for side in SIDES]
    return max(costs[name] for name in names), max(costs[f"{name}_baseline"] for name in names)


def _regret(figures: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(figures["regret"] or [], key=lambda each: each["regret"]["estimate"])


def _shown(picture: Picture) -> dict[str, Any]:
    return {
        "name": picture.name, "title": picture.title, "caption": picture.caption,
        "svg": Markup(svg_text(picture)),  # every name in it was escaped where the tree was built
        "csv": f"data:text/csv;base64,{base64.b64encode(picture.csv.encode()).decode()}",
    }  # fmt: skip


def _manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest, each case but the first as what differs from the first."""
    arms = dict(manifest["arms"])
    first = next(iter(arms.values()), None)
    for name, arm in arms.items():
        if arm is not first:
            found = differences(first["case"], arm["case"])
            arms[name] = arm | {"case": {path: new for path, _, new in found}}
    # the command says what was asked; the seal hangs on the place from which it was
    said = {key: value for key, value in manifest.items() if key not in ("request", "sealed")}
    return json.dumps(said | {"arms": arms}, indent=1, ensure_ascii=False)
