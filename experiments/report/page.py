"""``report.html``: one file that works offline and can be sent by mail.

Everything that comes from files, names above all, is text that the template escapes; pictures are
drawn inside the page, and their data hang on its links.
"""

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from jinja2 import Environment
from markupsafe import Markup

from experiments.design.manifest_file import Manifest
from experiments.design.plan import TALKS, differences, has_talks, policy_words
from experiments.findings.alike import again_words, distinct_futures, firsts, joined, with_own_costs
from experiments.findings.costs import deepest, deepest_without
from experiments.findings.counting_words import counting_rows, range_words
from experiments.findings.definitions import definitions
from experiments.findings.draw_words import HEADS, about, alone, draws_rows, likeness
from experiments.findings.figures_file import Figures, PolicyFound, RegretFound, by_difference
from experiments.findings.ground_words import HEADS as GROUNDS_HEADS
from experiments.findings.ground_words import TOGETHER, grounds_rows, left_words
from experiments.findings.mixture_words import HEADS as MIXTURE_HEADS
from experiments.findings.mixture_words import mixture_rows
from experiments.findings.over_draws import OverDraws
from experiments.findings.summary import AMBIGUITY
from experiments.findings.verdict_words import counted_words
from experiments.measures import CLONED, counted_of, noun, rated, told
from experiments.pictures import Picture, svg_text
from experiments.pictures.fonts import embedded
from experiments.report.answer import answer
from experiments.report.assumptions import assumptions
from experiments.report.clashes import STRETCH_KM, ClashMap
from experiments.report.notes import notes
from experiments.report.numbers import numbers, script, script_digest
from experiments.report.run_tables import sentences
from experiments.report.sources import sources
from experiments.report.words import anchor, words
from experiments.store.rows import FailedRun
from experiments.templating import templates
from experiments.wording import (
    Rate,
    Ratio,
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
from sim.world.geography import ATTRIBUTION

_MOST_FAILURES = 20
_FINGERPRINT = 12  # characters of a content hash that are shown


class _Priced(PolicyFound):
    """A policy with its deepest rung, of the arm with it and of that without."""

    deepest: tuple[float, float]


class _Told(PolicyFound):
    """A policy, and what stands beside a verdict that is that of an earlier future."""

    again: str


class _Future(TypedDict):
    """A future that has a comparison, those that are alike as one (``key`` is the first of them): its
    baseline's rate, policies by their estimate, and the costs by the futures in which they differ.
    """

    name: str
    key: str
    draws: OverDraws | None
    rate: Rate
    any_clash: Ratio
    policies: dict[str, _Told]
    costs: dict[str, dict[str, _Priced]]


class Drawn(TypedDict):
    """A picture as the page has it: drawn inside it, its data a link."""

    name: str
    title: str
    caption: str
    svg: Markup
    csv: str


def report_html(
    manifest: Manifest,
    figures: Figures,
    pictures: Sequence[Picture],
    failures: Sequence[FailedRun],
    clashes: ClashMap | None = None,
) -> str:
    """The page, of a study in which at least one run succeeded; equal input gives equal bytes."""
    shown = [drawn(picture) for picture in pictures]
    manifest_text = _manifest_text(manifest)
    summary = figures.get("summary")
    return (
        environment()
        .get_template("report.html")
        .render(
            clash_map=clashes,
            stretch_km=STRETCH_KM,
            attribution=ATTRIBUTION,
            script=Markup(script()),
            script_digest=script_digest(),
            numbers=numbers(figures),
            letters=Markup(embedded("".join([manifest_text, manifest["command"], *map(str, failures)]))),
            words=words(),
            sources=list(sources()),
            summary=summary,
            sentences=sentences(summary) if summary else (),
            ambiguity=AMBIGUITY,
            manifest=manifest,
            figures=figures,
            answer=answer(manifest, figures),
            definitions=definitions(),
            futures=list(_futures(manifest, figures)),
            regret=_regret(figures),
            pictures=shown,
            assumptions=assumptions(manifest),
            notes=notes(figures),
            failures=failures[:_MOST_FAILURES],
            failed=len(failures),
            runs=sum(figures["runs"].values()),
            talks=any(has_talks(arm["case"]["scenario"]) for arm in manifest["arms"].values()),
            about_talks=TALKS,
            manifest_text=manifest_text,
            fingerprint=_FINGERPRINT,
            decides=manifest["estimate"][0],
            beside=_beside(manifest, figures),
            draws_heads=HEADS,
            mixture_heads=MIXTURE_HEADS,
            grounds_heads=GROUNDS_HEADS,
            grounds_together=TOGETHER,
            rated=rated(manifest["estimate"]),
        )
    )


def environment() -> Environment:
    """What pages are made by: templates that escape, and our words as filters."""
    words: dict[str, Callable[..., Any]] = {
        "figure": figure,
        "signed": signed,
        "span": span,
        "number": number,
        "many": many,
        "limits": limits,
        "noun": noun,
        "counted": counted_words,
        "capital": capital,
        "effect": effect,
        "about_draws": about,
        "counting_rows": counting_rows,
        "counting_range": range_words,
        "draws_alone": alone,
        "draws_likeness": likeness,
        "draws_rows": draws_rows,
        "mixture_rows": mixture_rows,
        "grounds_rows": grounds_rows,
        "grounds_left": left_words,
        "value": _value,
        "percent": share_figure,
        "policy": policy_words,
        "anchor": anchor,
    }
    return templates(words)


def _value(value: Any) -> str:
    """A parameter's value as files write it."""
    if value is None:
        return "none"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, Mapping):  # an operation on the value below
        return ", ".join(f"{name} {_value(by)}" for name, by in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _beside(manifest: Manifest, figures: Figures) -> list[str]:
    """The measures that are told of every policy beside what decides; of clones, where all arms have any."""
    cloned = [name for name in CLONED if all(name in rates for rates in figures["rates"].values())]
    return [name for name in (*told(manifest["estimate"]), *cloned) if name not in manifest["estimate"]]


def _futures(manifest: Manifest, figures: Figures) -> Iterator[_Future]:
    decides = manifest["estimate"][0]
    arms = {(arm["future"], arm["policy"]): name for name, arm in manifest["arms"].items()}
    first = firsts(figures["alike"])
    for future, futures in distinct_futures(figures).items():
        policies = figures["comparisons"].get(future, {})
        if not policies:
            continue
        baseline = arms[future, None]
        order = by_difference(policies, decides)
        yield _Future(
            name=joined(futures),
            key=future,
            draws=figures["over_draws"].get(future),
            rate=figures["rates"][baseline][counted_of(decides)],
            any_clash=figures["any_clash"][baseline],
            policies={
                name: _Told(**policies[name], again=again_words(first, name, future)) for name in order
            },
            costs={
                where: {name: _priced(figures["comparisons"][where][name]) for name in order}
                for where in with_own_costs(figures, futures)
            },
        )


def _priced(policy: PolicyFound) -> _Priced:
    costs = policy["costs"]
    return _Priced(**policy, deepest=(deepest(costs), deepest_without(costs)))


def _regret(figures: Figures) -> list[RegretFound]:
    return sorted(figures["regret"] or [], key=lambda each: each["regret"]["estimate"])


def drawn(picture: Picture) -> Drawn:
    """A picture for a page."""
    return Drawn(
        name=picture.name,
        title=picture.title,
        caption=picture.caption,
        svg=Markup(svg_text(picture)),  # every name in it was escaped where the tree was built
        csv=f"data:text/csv;base64,{base64.b64encode(picture.csv.encode()).decode()}",
    )


def _manifest_text(manifest: Manifest) -> str:
    """The manifest, each case but the first as what differs from the first."""
    (name, first), *others = manifest["arms"].items()
    arms: dict[str, Mapping[str, object]] = {name: first}
    for name, arm in others:
        found = differences(first["case"], arm["case"])
        arms[name] = {**arm, "case": {path: new for path, _, new in found}}
    # the command says what was asked; the seal hangs on the place from which it was
    said = {key: value for key, value in manifest.items() if key not in ("request", "sealed")}
    return json.dumps(said | {"arms": arms}, indent=1, ensure_ascii=False)
