"""The section of ``docs/CALIBRATION.md`` on the screening, between two marks: none of it is written by hand.

``python -m experiments.calibration.screening.page FOLDER`` copies tables and picture of a screening to
``docs/calibration/`` and renews the section.
"""

import argparse
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.calibration.inputs import LEFT_OUT
from experiments.calibration.screening.screening import HEADLINE, PARTS, RECORDED
from experiments.calibration.screening.verdicts import DRAWN, FITTED, FIXED, SHARES
from experiments.store.files import read_json, renew_between
from experiments.wording import share_figure

BEGIN, END = "<!-- what the screening found: begin -->", "<!-- what the screening found: end -->"
FILES = ("screening.json", "screening.csv", "screening.png", "parameters.csv")
_PAGE, _TARGET = Path("docs") / "CALIBRATION.md", Path("docs") / "calibration"


def markdown(figures: Mapping[str, Any], table: pd.DataFrame, fates: pd.DataFrame) -> str:
    """What matters, what the rest comes to, and every parameter that stays fixed with the reason."""
    return "\n".join(_lines(figures, table, fates)) + "\n"


def _lines(figures: Mapping[str, Any], table: pd.DataFrame, fates: pd.DataFrame) -> Iterator[str]:
    size, drawn = figures["size"], figures["drawn"]
    moved = fates[fates["input"] != ""]
    mattering = moved[moved["input"].isin(drawn)]
    fitted = mattering[mattering["verdict"] == FITTED]
    yield (
        f"{size['trajectories']} trajectories, {size['with_policies']} of them with policies too, seed "
        f"{figures['seed']}: {figures['inputs']} inputs of {len(moved)} parameters, of which {len(drawn)} "
        f"({len(mattering)} parameters) matter. Of these {fitted['input'].nunique()} "
        f"({len(fitted)} parameters) move what the record counts, and are fitted with the rest since: "
        f"{', '.join(fitted['input'].unique()) or 'none'}. The others are drawn from their priors."
    )
    yield ""
    yield "![What matters, by share of the variance of each output](calibration/screening.png)"
    yield ""
    yield "| input | share of the variance, where it matters | mu* of expected clashes (95%) | luck's |"
    yield "|---|---|---|---|"
    headline = table[table["output"] == HEADLINE].set_index("input")
    reasons = moved.drop_duplicates("input").set_index("input")["reason"]
    for name in drawn:
        row = headline.loc[name]
        effect = f"{row['mu_star']:.2f} ({row['low']:.2f} - {row['high']:.2f})"
        told = reasons[name].removeprefix(SHARES).replace("_", " ")
        yield f"| {name} | {told} | {effect} | {row['luck']:.2f} |"
    yield ""
    left = {name: share for name, share in figures["left_to_fixed"].items() if name in PARTS}
    told = ", ".join(f"{name} {share_figure(max(share, 0.0))}" for name, share in left.items())
    yield f"All that was moved and stays fixed makes together, of the variance of each: {told}."
    yield ""
    ratios = table[~table["output"].isin([*PARTS, RECORDED]) & table["told"]]
    of_ratios = [f"{row.input} ({str(row.output).replace('_', ' ')})" for row in ratios.itertuples()]
    yield (
        f"Of the ratios of policies these inputs are told from luck: {', '.join(of_ratios) or 'none'}. They "
        f"rest on {size['with_policies']} trajectories: what else moves a ratio is left open, not ruled out."
    )
    yield ""
    recorded = table[(table["output"] == RECORDED) & table["matters"]].sort_values("rank")
    both = [
        f"{row.input} {share_figure(max(row.share, row.one_way))}"
        for row in recorded.itertuples()
        if row.input in drawn
    ]
    others = [
        f"{row.input} {share_figure(max(row.share, row.one_way))}"
        for row in recorded.itertuples()
        if row.input not in drawn
    ]
    yield (
        "Of what matters, these move the crossings that the south records too: "
        f"{', '.join(both) or 'none'}. (Of what stays fixed: {', '.join(others) or 'none'}.)"
    )
    yield ""
    yield "| what is drawn | prior | source |"
    yield "|---|---|---|"
    laws = fates[fates["verdict"] == DRAWN]
    for (prior, source), rows in laws.groupby(["prior", "source"], sort=False):
        yield f"| {_names(rows['parameter'])} | {prior} | {source} |"
    yield ""
    yield "| what stays fixed | why |"
    yield "|---|---|"
    for reason, patterns in LEFT_OUT.items():
        yield f"| {', '.join(f'`{pattern}`' for pattern in patterns)} | {reason} |"
    for (name, reason), rows in fates[(fates["verdict"] == FIXED) & (fates["input"] != "")].groupby(
        ["input", "reason"], sort=False
    ):
        yield f"| {name}: {_names(rows['parameter'])} | {reason} |"


def _names(paths: pd.Series) -> str:
    """Parameters in backquotes; without a side where both sides' are meant."""
    whole = set(paths)
    found = []
    for path in paths:
        side, _, name = path.partition(".")
        other = {"north": "south", "south": "north"}.get(side)
        if other is not None and f"{other}.{name}" in whole:
            path = name
        if f"`{path}`" not in found:
            found.append(f"`{path}`")
    return ", ".join(found)


def shipped(folder: Path) -> str:
    """The section by the files of a folder."""
    fates = pd.read_csv(folder / "parameters.csv", keep_default_na=False)
    return markdown(read_json(folder / "screening.json"), pd.read_csv(folder / "screening.csv"), fates)


def publish(folder: Path, root: Path) -> None:
    """Copy a screening to ``docs/calibration/`` and renew the section of the page."""
    renew_between(root / _PAGE, BEGIN, END, shipped(folder))
    for name in FILES:
        shutil.copyfile(folder / name, root / _TARGET / name)


def main() -> None:
    """Renew the section of this checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="a folder of the screening")
    publish(parser.parse_args().results, Path())


if __name__ == "__main__":
    main()
