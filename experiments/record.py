"""The model beside the public record: ``python -m experiments.record [--runs N]``.

Each situation is played over the 17 months of the record (June 2024 - October 2025) under the rule
that was in force then, in single worlds, and compared by what its own observers would have counted:
``extends: [SITUATION, record_2024]``. Nothing is fitted here.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.batch import run_batch
from experiments.crew import cores
from experiments.measures import with_totals
from experiments.pilots import pilot_for, pool_with
from experiments.statistics import Interval, dispersion, rate_interval, ratio_interval
from experiments.store import incident_table
from sim.library import find
from sim.scenario import Case, load_case

SITUATIONS = ("baseline", "straying", "misjudged", "mapmade")
MONTHS, FEWEST = 17, 5
RECORD = {
    "crossings recorded by the south, a year": "10.6 (15 in 17 months)",
    "monthly variance/mean, 5 / 50 / 95% of worlds": "1.8 (17 months)",
    "rounds at a post answered, a year": "0.25 (6 in 23.8 years; 8 exchanges in all)",
    "warning shots answered, share of incidents": "0.11 (2 of about 19)",
    "false incidents, share of perceived violations": "unknown",
    "cause map / navigation / fix / joint, shares": "unknown",
    "accidental clashes begun by a violation, a year": "not counted",
    "accidental clashes begun otherwise, a year": "not counted",
}


def in_the_record(situation: str) -> Case:
    """A situation over the months of the record and under the south's rule of those months."""
    bases = [str(find(situation, "scenarios").absolute()), "record_2024"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        text = {"extends": bases, "name": f"{Path(situation).stem} in the months of the record"}
        file.write_text(json.dumps(text), encoding="utf-8")
        return load_case(str(file))


def compare(situation: str, runs: int, workers: int, seed: int = 1) -> dict[str, Any]:
    """One situation: every row of ``RECORD`` as text with its interval."""
    case = in_the_record(situation)
    batch = run_batch(case, runs, seed=seed, workers=workers)
    table = with_totals(batch.run_rows())
    incidents = incident_table(batch.incident_rows()).to_pandas()
    pilots = pilot_for(case)
    years = table["days"].sum() / 365.0

    def rate(column: str) -> str:
        counts = table.groupby("world")[column].sum().to_numpy()
        return _text(rate_interval(counts, years, pool=pool_with(pilots, column, counts)))

    def share(top: str, bottom: str) -> str:
        worlds = table.groupby("world")[[top, bottom]].sum()
        pool = pool_with(pilots, top, worlds[top])
        return _text(ratio_interval(worlds[top].to_numpy(), worlds[bottom].to_numpy(), share=True,
                                    numerator_pool=pool))  # fmt: skip

    violations = incidents[incidents["trigger"] == "violation"]
    causes = violations["cause"].value_counts(normalize=True)
    values = (
        rate("recorded_by_south"), _spread(months(table, incidents, case.scenario.start)),
        rate("answered_rounds_at_post"), share("answered_warning_shots", "with_warning_shots"),
        share("false_incidents", "violations"),
        " / ".join(f"{causes.get(c, 0.0):.2f}" for c in ("map", "navigation", "fix", "joint")),
        rate("clashes_violation"), rate("clashes_otherwise"),
    )  # fmt: skip
    return dict(zip(RECORD, values, strict=True))


def months(table: pd.DataFrame, incidents: pd.DataFrame, start: Any) -> np.ndarray:
    """Recorded crossings by month, (runs, 17), of the first luck of each world."""
    recorded = incidents[incidents["recorded_by_south"] & (incidents["luck"] == 0)]
    opened = pd.to_datetime(recorded["opened"])
    month = (opened.dt.year - start.year) * 12 + opened.dt.month - start.month
    runs = table.loc[table["luck"] == 0, "run"]
    counts = pd.crosstab(recorded["run"], month)
    return counts.reindex(index=runs, columns=range(MONTHS), fill_value=0).to_numpy()


def _spread(counts: np.ndarray) -> str:
    enough = counts[counts.sum(axis=1) >= FEWEST]
    if not enough.size:
        return "no world with enough"
    low, mid, high = np.quantile(dispersion(enough), (0.05, 0.5, 0.95))
    return f"{low:.2f} / {mid:.2f} / {high:.2f} (n = {len(enough)})"


def _text(value: Interval) -> str:
    return f"{value.estimate:.2g} ({value.low:.2g} - {value.high:.2g})"


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=240)
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("situations", nargs="*", default=SITUATIONS)
    asked = parser.parse_args()
    columns = {name: compare(name, asked.runs, asked.workers) for name in asked.situations}
    print("| figure | record | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for row, record in RECORD.items():
        print(f"| {row} | {record} | " + " | ".join(c[row] for c in columns.values()) + " |")


if __name__ == "__main__":
    main()
