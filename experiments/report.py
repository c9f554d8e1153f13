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
from experiments.measures import HEADLINE, LADDER
from experiments.pictures import Picture, svg_text
from experiments.plan import BASELINE, TALKS, differences, has_talks
from experiments.tables import figure, ratio_figure, ratio_span, share_figure, signed, span
from sim.parameters import SIDES

_MOST_FAILURES = 20
_FINGERPRINT = 12  # characters of a content hash that are shown


def report_html(
    manifest: Mapping[str, Any], figures: Mapping[str, Any], pictures: Sequence[Picture],
    failures: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    """The page, of a study in which at least one run succeeded; equal input gives equal bytes."""
    return _environment().get_template("report.html").render(
        manifest=manifest, figures=figures, answer=answer(manifest, figures),
        futures=list(_futures(manifest, figures)), regret=_regret(figures),
        pictures=[_shown(picture) for picture in pictures],
        assumptions=assumptions(manifest), failures=failures[:_MOST_FAILURES],
        failed=len(failures), runs=sum(figures["runs"].values()),
        talks=any(has_talks(arm["case"]["scenario"]) for arm in manifest["arms"].values()),
        about_talks=TALKS,
        manifest_text=_manifest_text(manifest),
        baseline=BASELINE, fingerprint=_FINGERPRINT, parts=_parts(),
    )  # fmt: skip


def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("experiments"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    found.filters |= {"figure": figure, "signed": signed, "span": span,
                      "ratio": ratio_figure, "ratio_span": ratio_span, "signed_span": _signed_span,
                      "value": _value, "percent": share_figure}  # fmt: skip
    return found


def _signed_span(interval: Mapping[str, Any]) -> str:
    return f"{signed(interval['low'])} to {signed(interval['high'])}"


def _value(value: Any) -> str:
    """A parameter's value as files write it."""
    if value is None:
        return "none"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, Mapping):  # an operation on the value below
        return ", ".join(f"{name} {_value(by)}" for name, by in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parts() -> dict[str, str]:
    """The measures that a verdict is given on, and those that are shown unadjusted."""
    names = {name: HEADLINE[name].strip() for name in FAMILY}
    return names | {name: title.strip() for name, title in LADDER.items() if name not in names}


def _futures(
    manifest: Mapping[str, Any], figures: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Each future that has a comparison: its baseline's rate, policies by their estimate."""
    arms = {(arm["future"], arm["policy"]): name for name, arm in manifest["arms"].items()}
    for future, policies in figures["comparisons"].items():
        baseline = arms[future, BASELINE]
        order = sorted(policies, key=lambda name: _estimate(policies[name]))
        yield {
            "name": future, "rate": figures["rates"][baseline]["clashes"],
            "any_clash": figures["any_clash"][baseline],
            "policies": {name: policies[name] | {"deepest": _deepest(policies[name]["costs"])}
                         for name in order},
        }  # fmt: skip


def _estimate(policy: Mapping[str, Any]) -> float:
    return policy["measures"]["clashes"]["difference"]["estimate"] or 0.0


def _deepest(costs: Mapping[str, float]) -> tuple[float, float]:
    """The deepest crossing nobody responded to, m: under the policy, and without it."""
    names = [f"deepest_unanswered_{side}" for side in SIDES]
    return max(costs[name] for name in names), max(costs[f"{name}_baseline"] for name in names)


def _regret(figures: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    regret = figures["regret"] or {}
    return sorted(regret.items(), key=lambda pair: pair[1]["regret"]["estimate"])


def _shown(picture: Picture) -> dict[str, Any]:
    data = picture.data.to_csv(index=False, lineterminator="\n").encode()
    return {
        "name": picture.name, "title": picture.title, "caption": picture.caption,
        "svg": Markup(svg_text(picture)),  # every name in it was escaped where the tree was built
        "csv": f"data:text/csv;base64,{base64.b64encode(data).decode()}",
    }  # fmt: skip


def _manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest, each case but the first as what differs from the first."""
    arms = dict(manifest["arms"])
    first = next(iter(arms.values()), None)
    for name, arm in arms.items():
        if arm is not first:
            found = differences(first["case"], arm["case"])
            arms[name] = arm | {"case": {path: new for path, _, new in found}}
    said = {key: value for key, value in manifest.items() if key != "request"}  # the command
    return json.dumps(said | {"arms": arms}, indent=1, ensure_ascii=False)
