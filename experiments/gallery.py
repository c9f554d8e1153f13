"""Pages about studies for ``docs/``: ``python -m experiments.gallery RESULTS...``.

Each complete folder of results becomes a folder with a README.md (answer, tables, command) and the
pictures that answer its question, with their data. Nothing in it is written by hand.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.answer import answer
from experiments.pictures import pictures
from experiments.plan import policy_words
from experiments.results import Results
from experiments.tables import figure, ratio_figure, ratio_span, signed, span

_SHOWN = ("heat", "heat-policies", "levels", "contested", "forest", "outcomes", "causes")


def page(folder: Path, into: Path) -> Path:
    """Write the page of one folder of results; its path. Raises OSError where there is none."""
    results = Results(folder)
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    target = into / Path(results.manifest["request"]["name"]).stem
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    lines = [*_head(results.manifest, figures), *_pictures(results, figures, target)]
    lines += [*_verdicts(figures), *_regret(figures), *_rates(results.manifest, figures)]
    readme = target / "README.md"
    readme.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return readme


def _head(manifest: Mapping[str, Any], figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {_title(manifest['name'])}"
    yield from ("", manifest["description"], "", "```", manifest["command"], "```", "")
    runs = sum(figures["runs"].values())
    yield (f"Version {manifest['version']}, seed {manifest['seed']}, {runs:,} runs. Made by "
           "`python -m experiments.gallery`.")  # fmt: skip
    yield from ("", "\n>\n".join(f"> {text}" for text in answer(manifest, figures)), "")


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _pictures(results: Results, figures: Mapping[str, Any], target: Path) -> Iterator[str]:
    made = pictures(results.manifest, figures, results.runs, results.incidents, results.tension)
    for picture in made:
        if picture.name.split("-")[0] in _SHOWN:
            for ending in ("png", "csv"):
                shutil.copy(results.folder / "figures" / f"{picture.name}.{ending}", target)
            yield from (f"![{picture.title}]({picture.name}.png)", "")
            yield from (f"{picture.caption} [Data]({picture.name}.csv).", "")


def _verdicts(figures: Mapping[str, Any]) -> Iterator[str]:
    for future, policies in figures["comparisons"].items():
        yield from (f"## Verdicts: {future}", "")
        yield from _header("policy", "runs", "clashes, policy v none", "ratio", "difference a year",
                           "verdict", "unanswered a year, north / south", "deepest, m",
                           "work-days lost", "bound in runs")  # fmt: skip
        found = {name: each["measures"]["clashes"] for name, each in policies.items()}
        for name in sorted(found, key=lambda name: found[name]["difference"]["estimate"] or 0.0):
            one, costs, audit = found[name], policies[name]["costs"], policies[name]["audit"]
            difference, identical = one["difference"], one["verdict"] == "identical"
            times = "1, exactly" if identical else _ratio(one["ratio"])
            gap = (f"{signed(difference['estimate'])} ({signed(difference['low'])} to "
                   f"{signed(difference['high'])})")  # fmt: skip
            deepest = max(costs["deepest_unanswered_north"], costs["deepest_unanswered_south"])
            lost = costs["workdays_lost_north"] + costs["workdays_lost_south"]
            yield _row(
                name, f"{one['runs']:,}",
                f"{one['policy']['events']:.0f} v {one['baseline']['events']:.0f}", times,
                "0, exactly" if identical else gap, one["in_words"],
                f"{signed(costs['unanswered_north'])} / {signed(costs['unanswered_south'])}",
                figure(deepest), signed(lost), f"{audit['bound']:,} of {audit['runs']:,}",
            )  # fmt: skip
        yield ""


def _regret(figures: Mapping[str, Any]) -> Iterator[str]:
    if not figures["regret"]:
        return
    yield from ("## Regret across futures, clashes a year", "")
    yield from _header("policy", "mean rate", "worst rate", "where", "largest regret", "where")
    for each in sorted(figures["regret"], key=lambda each: each["regret"]["estimate"]):
        yield _row(policy_words(each["policy"]), figure(each["mean"]),
                   figure(each["worst"]), each["worst_future"], _interval(each["regret"]),
                   each["regret_future"])  # fmt: skip
    yield ""


def _rates(manifest: Mapping[str, Any], figures: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Accidental clashes a year without a policy", "")
    yield from _header("future", "runs", "n", "rate", "begun by a violation", "begun otherwise",
                       "contested area, km²")  # fmt: skip
    for name, rates in figures["rates"].items():
        if manifest["arms"][name]["policy"] is None:
            area = figures["ambiguity"][name]["contested_area_km2"]
            yield _row(name, f"{figures['runs'][name]:,}", f"{rates['clashes']['events']:.0f}",
                       *(_interval(rates[key]) for key in ("clashes", "clashes_violation",
                                                           "clashes_otherwise")),
                       figure(area["mean"]))  # fmt: skip


def _interval(value: Mapping[str, Any]) -> str:
    return f"{figure(value['estimate'])} ({span(value)})"


def _ratio(value: Mapping[str, Any]) -> str:
    return f"{ratio_figure(value['estimate'])} ({ratio_span(value)})"


def _header(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a page for every folder."""
    parser = argparse.ArgumentParser(prog="python -m experiments.gallery", description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path("docs/studies"))
    asked = parser.parse_args(arguments)
    for folder in asked.results:
        print(page(folder, asked.into))
    return 0


if __name__ == "__main__":
    sys.exit(main())
