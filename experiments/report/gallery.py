"""Pages about studies for ``docs/``: ``python -m experiments.report.gallery RESULTS...``.

Each complete folder of results becomes a folder with a README.md (answer, tables, command) and the
pictures that answer its question, with their data. Nothing in it is written by hand.
"""

import argparse
import html
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from experiments.design.manifest_file import Manifest
from experiments.design.plan import policy_words
from experiments.findings.alike import again_words, distinct_futures, firsts, joined, with_own_costs
from experiments.findings.costs import deepest
from experiments.findings.draw_words import about, draws_rows
from experiments.findings.figures_file import Figures, Largest, PolicyFound, by_difference
from experiments.findings.over_draws import OverDraws
from experiments.findings.verdict_words import UNADJUSTED, counted_words
from experiments.measures import headlines, noun, rated
from experiments.pictures import Picture, pictures
from experiments.report.answer import answer
from experiments.report.draws import COLUMNS, beside
from experiments.report.notes import notes
from experiments.report.own_files import keep_only, others_in
from experiments.report.publish import picture_tables
from experiments.study.folder import StudyFolder
from experiments.study.results import Results
from experiments.wording import Rate, capital, effect, figure, many, number, signed, span
from sim.documents import BadInput, refuse

_DRAWN = (
    "heat",
    "levels",
    "drivers",
    "scatter",
    "points",
    "contested",
    "strips",
    "forest",
    "ladder",
    "talks",
    "outcomes",
    "causes",
)


def page(folder: Path, into: Path) -> Path:
    """Write the page of one folder of results; its path.

    Raises OSError where there is none, and ``BadInput`` where its place holds anything else.
    """
    results = Results(StudyFolder(folder))
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    target = into / _safe(results.manifest)
    if others := others_in(target):
        refuse(
            target,
            "holds what is no part of a page",
            found=", ".join(others[:3]),
            allowed="a folder that holds nothing but a page",
        )
    target.mkdir(parents=True, exist_ok=True)
    made = pictures(results.manifest, figures, picture_tables(results))
    made = [picture for picture in made if picture.name.split("-")[0] in _DRAWN]
    lines = [*_head(results.manifest, figures), *_pictures(made)]
    for part in (_verdicts, _regret, _rates):
        lines += part(results.manifest, figures)
    lines += ["", *(f"- {_text(each)}" for each in notes(figures))]
    (target / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = [f"{picture.name}.{ending}" for picture in made for ending in ("png", "csv")]
    for name in names:
        shutil.copy(results.folder / "figures" / name, target)
    keep_only(target, ["README.md", *names])
    return target / "README.md"


def _safe(manifest: Manifest) -> str:
    """The name of a page's folder: that of the study's file, in letters that lead nowhere else."""
    request = manifest["request"]
    name = Path(request["name"] if request["verb"] == "study" else manifest["name"]).stem
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name) or "study"


def _head(manifest: Manifest, figures: Figures) -> Iterator[str]:
    yield f"# {_text(capital(manifest['name']))}"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", manifest["command"])), default=0))
    yield from ("", _text(manifest["description"]), "", fence, manifest["command"], fence, "")
    runs = sum(figures["runs"].values())
    yield (
        f"Version {manifest['version']}, seed {manifest['seed']}, {many(runs, 'run')}. Made by "
        "`python -m experiments.report.gallery`."
    )
    yield from ("", "\n>\n".join(f"> {_text(text)}" for text in answer(manifest, figures)), "")


def _text(text: str) -> str:
    """Text that Markdown takes as it is, on one line."""
    plain = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*\[\]|~$#]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w+-]+:))", r"\\\1", plain)


def _pictures(made: Sequence[Picture]) -> Iterator[str]:
    for picture in made:
        yield from (f"![{_text(picture.title)}]({picture.name}.png)", "")
        yield from (f"{_text(picture.caption)} [Data]({picture.name}.csv).", "")


def _verdicts(manifest: Manifest, figures: Figures) -> Iterator[str]:
    decides, over_draws = manifest["estimate"][0], figures["over_draws"]
    judged, first = headlines(manifest["estimate"]), firsts(figures["alike"])
    for future, futures in distinct_futures(figures).items():
        policies = figures["comparisons"].get(future)
        if not policies:
            continue
        order = by_difference(policies, decides)
        if future in over_draws:  # a few draws own its totals
            yield from (f"## Over draws: {_text(joined(futures))}", "")
            yield from _over_draws(over_draws[future])
            yield from _costs(figures, futures, order)
            continue
        yield from (f"## Verdicts: {_text(joined(futures))}", "")
        for measure in judged:
            yield from _header(
                f"{noun(measure)}, by policy{'' if measure in manifest['estimate'] else f', {UNADJUSTED}'}",
                "runs",
                "n, policy v none",
                "ratio",
                "difference a year",
                "verdict",
            )
            for name in order:
                one = policies[name]["measures"][measure]
                n = f"{number(one['policy']['events'])} v {number(one['baseline']['events'])}"
                told = effect(one)
                yield _row(
                    name,
                    number(one["runs"]),
                    n,
                    told.times,
                    told.gap,
                    one["in_words"]
                    + counted_words(policies[name]["measures"], measure)
                    + again_words(first, name, future),
                )
            yield ""
        yield from _costs(figures, futures, order)


def _over_draws(found: OverDraws) -> Iterator[str]:
    yield from (_text(about(found)), "")
    yield from _header(*COLUMNS)
    for cells in draws_rows(found):
        yield _row(*cells)
    for text in beside(found):
        yield from ("", _text(text))
    yield ""


def _costs(figures: Figures, futures: list[str], order: Sequence[str]) -> Iterator[str]:
    """What policies cost in these futures, which are alike in all else."""
    for where in with_own_costs(figures, futures):
        title = where if len(futures) > 1 else ""
        yield from _beside({name: figures["comparisons"][where][name] for name in order}, title)


def _beside(policies: Mapping[str, PolicyFound], where: str) -> Iterator[str]:
    yield from _header(
        f"{where} costs a year (+ is a cost), by policy".strip(),
        "unanswered, north / south",
        "deepest, m",
        "work-days lost",
        "bound in runs",
    )
    for name, policy in policies.items():
        costs, audit = policy["costs"], policy["audit"]
        lost = costs["workdays_lost_north"] + costs["workdays_lost_south"]
        yield _row(
            name,
            f"{signed(costs['unanswered_north'])} / {signed(costs['unanswered_south'])}",
            figure(deepest(costs)),
            signed(lost),
            f"{number(audit['bound'])} of {number(audit['runs'])}",
        )
    yield ""


def _regret(manifest: Manifest, figures: Figures) -> Iterator[str]:
    if not figures["regret"]:
        return
    yield from (f"## Regret across futures, {noun(manifest['estimate'][0])} a year", "")
    yield from _header("policy", "mean rate", "worst rate", "where", "largest regret", "where")
    for each in sorted(figures["regret"], key=lambda each: each["regret"]["estimate"]):
        yield _row(
            policy_words(each["policy"]),
            figure(each["mean"]),
            figure(each["worst"]),
            each["worst_future"],
            _interval(each["regret"]),
            each["regret_future"],
        )
    yield ""


def _rates(manifest: Manifest, figures: Figures) -> Iterator[str]:
    measures = rated(manifest["estimate"])
    decides = measures[0]
    yield from (f"## {capital(noun(decides))} a year without a policy", "")
    yield from _header("future", "runs", "n", *map(noun, measures), "contested area, km²")
    for name, rates in figures["rates"].items():
        if manifest["arms"][name]["policy"] is None:
            area = figures["ambiguity"][name]["contested_area_km2"]
            yield _row(
                name,
                number(figures["runs"][name]),
                number(rates[decides]["events"]),
                *(_interval(rates[each]) for each in measures),
                figure(area["mean"]),
            )


def _interval(value: Rate | Largest) -> str:
    return f"{figure(value['estimate'])} ({span(value)})"


def _header(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_text, cells)) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a page for every folder."""
    parser = argparse.ArgumentParser(prog="python -m experiments.report.gallery", description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path("docs/studies"))
    asked = parser.parse_args(arguments)
    try:
        for folder in asked.results:
            print(page(folder, asked.into))
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
