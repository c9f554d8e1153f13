"""What the results of a single arm hold beside those of any study: a picture, places for maps."""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.design.plan import TALKS, Arm, Plan, has_talks
from experiments.findings.figures_file import Figures
from experiments.findings.pilots import pilot_for
from experiments.findings.summary import ArmFigures, interval_of, summarise
from experiments.measures import HAPPENED
from experiments.store.files import write_whole
from experiments.store.tables import geojson
from experiments.study.results import Results
from sim.outcome.outcome import RUNGS
from sim.sides import SIDES

_NEEDED = (
    "world",
    "begun_by",
    "cause",
    "county",
    "accidental",
    "rung",
    "perceived_by",
    "s_km",
    "recorded_by_north",
    "recorded_by_south",
)
PICTURE, PLACES = "summary.png", "incidents.geojson"


def arm_of(plan: Plan) -> Arm:
    """The only arm."""
    (arm,) = plan.arms.values()
    return arm


def summary_of(found: Results) -> ArmFigures:
    """Every figure of the arm, on the weight of the shipped pilot."""
    case = arm_of(found.plan).case
    return summarise(case, found.runs, _incidents(found), pilot_for(case)).data


def _incidents(found: Results) -> pd.DataFrame:
    """What figures and picture need of the arm's incidents, and no more."""
    (incidents,) = found.by_arm("incidents", _NEEDED).values()
    return incidents


def publish_run(found: Results, figures: Figures) -> list[str]:
    """Write the picture of the arm, and its incidents as GeoJSON if that was asked; their names."""
    from experiments.pictures.run_picture import save_summary

    arm = arm_of(found.plan)
    scenario, rates = arm.case.scenario, figures["summary"]["per_year"]
    rungs = {f"rung_{r}": f"{r}+ {RUNGS[r]}" for r in range(1, len(RUNGS))} | HAPPENED
    write_whole(
        found.folder / PICTURE,
        lambda to: save_summary(
            to,
            found.runs,
            _incidents(found),
            _weeks(found.tension),
            title=arm.name,
            ladder=[(label, interval_of(rates[name])) for name, label in rungs.items()],
            too_few=[label for name, label in rungs.items() if rates[name].get("too_few_clusters")],
            start=scenario.start,
            length_km=scenario.space.length_km,
            notes=_notes(arm),
        ),
    )
    request = found.plan.request
    if request["verb"] != "run" or not request["asked"]["geojson"]:
        return [PICTURE]
    write_whole(found.folder / PLACES, lambda to: _write_places(to, found))
    return [PICTURE, PLACES]


def _write_places(path: Path, found: Results) -> None:
    rows = (row for batch in found.batches("incidents") for row in batch.to_pylist())
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(geojson(rows))


def _weeks(tension: pd.DataFrame) -> np.ndarray:
    """Both tensions of each run at the start of each week, (runs, weeks, 2); nan after its end."""
    weeks = np.full((len(tension), tension["north"].map(len).max(), len(SIDES)), np.nan)
    for row, curves in zip(weeks, tension[list(SIDES)].itertuples(index=False), strict=True):
        row[: len(curves[0])] = np.transpose(curves)
    return weeks


def _notes(arm: Arm) -> list[str]:
    """What a reader of the picture must know."""
    text = [
        "Two lucks in each world; intervals 95%, the world as the cluster. Purpose: comparison, "
        "not prediction.",
        "How near the work is, map errors, rules and delays of the north, and how warning shots "
        "are read are assumptions (dmz params).",
    ]
    return [*text, TALKS] if has_talks(arm.case.saved["scenario"]) else text
