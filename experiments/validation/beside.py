"""The model beside the public record: ``python -m experiments.validation.beside [--runs N]``.

Each situation is played over the 17 months of the record (June 2024 - October 2025) under the rule
that was in force then, in single worlds, and compared by what its own observers would have counted:
``extends: [SITUATION, record_2024]``. Nothing is fitted here.
"""

import argparse
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.calibration.record import Record, Statistic, statistics
from experiments.design.situations import SITUATIONS
from experiments.findings.ground_words import with_limits
from experiments.findings.grounds import Grounds, grounds_of
from experiments.findings.pilots import pilot_for, pool_with
from experiments.measures import YEAR, with_totals
from experiments.play.batch import run_batch
from experiments.statistics.intervals import Interval, dispersion, rate_interval, ratio_interval
from experiments.store.tables import incident_table
from sim.scenario.library import find
from sim.scenario.loading import Case, load_case

FEWEST = 5  # recorded crossings of a world, for its months to say anything about their spread


@cache
def _statistics() -> dict[str, Statistic]:
    return statistics(Record.read())


def record() -> dict[str, str]:
    """What the record says of each row of the table, in words; its interval is that of one world."""
    seen = _statistics()
    crossings, fire = seen["recorded_crossings"], seen["answered_fire"]
    at_posts, warned = seen["answered_fire_by_rounds_at_a_post"], seen["warning_shots_answered since 1996"]
    span, years = f"{crossings.exposure} months", fire.exposed("years").best
    yearly = crossings.value.best * 12.0 / crossings.exposed("months").best
    shots = warned.exposed("incidents with warning shots").best
    spread = seen["variance_over_mean"].value.best
    return {
        "crossings recorded by the south, a year": f"{yearly:.1f} ({crossings.value.best:g} in {span})",
        "monthly variance/mean, 5 / 50 / 95% of worlds": f"{spread:.1f} ({span})",
        "rounds at a post answered, a year": f"{at_posts.value.best / years:.2f} ({at_posts.value.best:g} in "
        f"{years:.1f} years; {fire.value.best:g} exchanges in all)",
        "warning shots answered, share of incidents": f"{warned.value.best / shots:.2f} "
        f"({warned.value.best:g} of {shots:g} told)",
        "false incidents, share of perceived violations": "unknown",
        "cause map / navigation / fix / joint, shares": "unknown",
        "accidental clashes begun by a violation, a year": "not counted",
        "accidental clashes begun otherwise, a year": "not counted",
        "of the spread of clashes over draws, judgement tells by itself / beside the rest": "-",
    }


def in_the_record(situation: str) -> Case:
    """A situation over the months of the record and under the south's rule of those months."""
    bases = [str(find(situation, "scenarios").absolute()), "record_2024"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        text = {"extends": bases, "name": f"{Path(situation).stem} in the months of the record"}
        file.write_text(json.dumps(text), encoding="utf-8")
        return load_case(str(file))


def compare(situation: str, runs: int, workers: int | None, seed: int = 1) -> dict[str, str]:
    """One situation: every row of ``record()`` as text with its interval."""
    case = in_the_record(situation)
    batch = run_batch(case, runs, seed=seed, workers=workers)
    table = with_totals(batch.run_rows())
    incidents = incident_table(batch.incident_rows()).to_pandas()
    pilots = pilot_for(case)
    years = table["days"].sum() / YEAR

    def rate(column: str) -> str:
        counts = table.groupby("world")[column].sum().to_numpy()
        return _text(rate_interval(counts, years, pool=pool_with(pilots, column, counts)))

    def share(top: str, bottom: str) -> str:
        worlds = table.groupby("world")[[top, bottom]].sum()
        pool = pool_with(pilots, top, worlds[top])
        return _text(
            ratio_interval(worlds[top].to_numpy(), worlds[bottom].to_numpy(), share=True, numerator_pool=pool)
        )

    violations = incidents[incidents["begun_by"] == "violation"]
    causes = violations["cause"].value_counts(normalize=True)
    values = (
        rate("recorded_by_south"),
        _spread(months(table, incidents, case.scenario.start)),
        rate("answered_rounds_at_post"),
        share("answered_warning_shots", "with_warning_shots"),
        share("false_incidents", "violations"),
        " / ".join(f"{causes.get(c, 0.0):.2f}" for c in ("map", "navigation", "fix", "joint")),
        rate("clashes_violation"),
        rate("clashes_otherwise"),
        "-" if case.posterior is None else _judgement(grounds_of(case, table)),
    )
    return dict(zip(record(), values, strict=True))


def _judgement(found: Grounds | None) -> str:
    """What assumed parameters tell of the spread, and what all parameters do."""
    if found is None:
        return "too few draws"
    told = [each for each in found["grades"] if each["grade"] == "assumption"]
    shares = " / ".join(with_limits(told[0][how]) for how in ("alone", "beside")) if told else "0%"
    return f"{shares}; all parameters {with_limits(found['together'])} (n = {found['draws']})"


def months(table: pd.DataFrame, incidents: pd.DataFrame, start: Any) -> np.ndarray:
    """Recorded crossings by month of the record, (runs, months), of the first luck of each world."""
    recorded = incidents[incidents["recorded_by_south"] & (incidents["luck"] == 0)]
    opened = pd.to_datetime(recorded["opened"])
    month = (opened.dt.year - start.year) * 12 + opened.dt.month - start.month
    runs = table.loc[table["luck"] == 0, "run"]
    counts = pd.crosstab(recorded["run"], month)
    return counts.reindex(
        index=runs,
        columns=range(round(_statistics()["recorded_crossings"].exposed("months").best)),
        fill_value=0,
    ).to_numpy()


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
    parser.add_argument("--workers", type=int, help="processes; all cores")
    parser.add_argument("situations", nargs="*", default=SITUATIONS)
    asked = parser.parse_args()
    columns = {name: compare(name, asked.runs, asked.workers) for name in asked.situations}
    print("| figure | record | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for row, seen in record().items():
        print(f"| {row} | {seen} | " + " | ".join(c[row] for c in columns.values()) + " |")


if __name__ == "__main__":
    main()
