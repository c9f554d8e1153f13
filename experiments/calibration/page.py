"""The figures of a calibration in ``docs/CALIBRATION.md``, between two marks: none is written by hand.

``python -m experiments.calibration.page FOLDER`` copies ``calibration.json`` of a folder of ``dmz calibrate``
to ``docs/calibration/`` and renews the page.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.store.files import read_json, renew_between, write_json

BEGIN, END = "<!-- what dmz calibrate wrote: begin -->", "<!-- what dmz calibrate wrote: end -->"
_PAGE, _FIGURES = Path("docs") / "CALIBRATION.md", Path("docs") / "calibration" / "calibration.json"

Figures = Mapping[str, Any]


def markdown(figures: Figures) -> str:
    """Demands, unknowns, rival rules and rates of a calibration, as tables."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Figures) -> Iterator[str]:
    state = "Accepted" if figures["accepted"] else "Not accepted"
    yield f"{state}: {figures['rows']:,} rows, {figures['held_out']} of them held out for the checks."
    yield from ("", "| demand | value | met |", "|---|---|---|")
    for name, demand in figures["demands"].items():
        yield f"| {name} | {demand['value']:.4g} | {'yes' if demand['met'] else 'no'} |"
    yield from ("", "| unknown | 5% | median | 95% | sd / prior's | prior |", "|---|---|---|---|---|---|")
    for name, law in figures["unknowns"].items():
        low, middle, high = (f"{end:.3g}" for end in law["posterior"])
        yield f"| {name} | {low} | {middle} | {high} | {law['sd_ratio']:.2f} | {law['prior']} |"
    yield from ("", "| rule | level | weight (5-95%) | of nearest rows | before |", "|---|---|---|---|---|")
    for name, rule in figures["rules"].items():
        for level, its in rule["levels"].items():
            low, high = its["interval"]
            weight = f"{its['weight']:.2f} ({low:.2f}-{high:.2f})"
            yield f"| {name} | `{level}` | {weight} | {its['nearest']:.2f} | {rule['prior']:.2f} |"
    yield from ("", "| fitted apart | 5% | median | 95% | by |", "|---|---|---|---|---|")
    for rate in figures["rates"].values():
        for path, ends in rate["posterior"].items():
            low, middle, high = (f"{end:.3g}" for end in ends)
            yield f"| `{path}` | {low} | {middle} | {high} | {rate['counts']} |"


def publish(figures: Figures, root: Path) -> None:
    """Put the tables of a calibration into the page under ``root``."""
    renew_between(root / _PAGE, BEGIN, END, markdown(figures))


if __name__ == "__main__":
    kept = read_json(Path(sys.argv[1]) / "calibration.json")
    write_json(_FIGURES, kept)
    publish(kept, Path())
