"""What ``dmz run`` shows of its one arm: a table, a picture, a story, places for maps."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from experiments.console import console
from experiments.files import write_whole
from experiments.folders import StudyFolder
from experiments.measures import accidental_clashes
from experiments.pilots import pilot_for
from experiments.plan import TALKS, Arm, Plan, has_talks
from experiments.results import Results
from experiments.store import geojson
from experiments.summary import headline, interval_of, summarise
from experiments.task import play
from experiments.wording import many
from sim.outcome import RUNGS
from sim.parameters import SIDES

_NEEDED = ("world", "trigger", "cause", "county", "accidental", "rung", "perceived_by", "s_km",
           "recorded_by_north", "recorded_by_south")  # fmt: skip
PICTURE, PLACES = "summary.png", "incidents.geojson"


def arm_of(plan: Plan) -> Arm:
    """The only arm."""
    (arm,) = plan.arms.values()
    return arm


def summary_of(plan: Plan, found: Results) -> dict[str, Any]:
    """Every figure of the arm, on the weight of the shipped pilot."""
    case = arm_of(plan).case
    return summarise(case, found.runs, _incidents(found), pilot_for(case)).data


def _incidents(found: Results) -> pd.DataFrame:
    """What figures and picture need of the arm's incidents, and no more."""
    (incidents,) = found.by_arm("incidents", _NEEDED).values()
    return incidents


def print_run(plan: Plan, figures: Mapping[str, Any]) -> None:
    """Print every figure of the arm."""
    from experiments.tables import print_summary

    arm, out = arm_of(plan), console()
    print_summary(out, arm.name, arm.case, figures["summary"])
    out.print(f"\n{headline(figures['summary'])}")


def print_story(
    plan: Plan, found: Results, why: int, agents: Mapping[str, Any], to: TextIO
) -> None:
    """Print the story of a clash, counted in the order of arms, runs and incidents."""
    from sim.story import tell

    columns = ["arm", "run", "incident", "accidental", "rung"]
    incidents = pd.concat(found.by_arm("incidents", columns).values(), ignore_index=True)
    clashes = incidents[accidental_clashes(incidents)]
    if len(clashes) < why:
        print(f"no story of number {why}: {many(len(clashes), 'accidental clash')} came about",
              file=sys.stderr)  # fmt: skip
        return
    clash = clashes.iloc[why - 1]
    arm = plan.arms[clash["arm"]]
    model = play(arm.case, int(clash["run"]), plan.seed, agents.get(arm.name))
    print(f"\nClash {why} of {len(clashes)} (run {clash['run']}):", file=to)
    print("\n".join(tell(model, int(clash["incident"]))), file=to)


def publish_run(study: StudyFolder, found: Results, figures: Mapping[str, Any]) -> list[str]:
    """Write the picture of the arm, and its incidents as GeoJSON if that was asked; their names."""
    from experiments.plots import save_summary

    arm = arm_of(study.plan)
    scenario, rates = arm.case.scenario, figures["summary"]["per_year"]
    rungs = {f"rung_{r}": f"{r}+ {RUNGS[r]}" for r in range(1, len(RUNGS))}
    write_whole(study.path / PICTURE, lambda to: save_summary(
        to, found.runs, _incidents(found), _weeks(found.tension), title=arm.name,
        ladder=[(label, interval_of(rates[name])) for name, label in rungs.items()],
        too_few=[label for name, label in rungs.items() if rates[name].get("too_few_clusters")],
        start=scenario.start, length_km=scenario.space.length_km, notes=_notes(arm),
    ))  # fmt: skip
    if not study.plan.request["asked"]["geojson"]:
        return [PICTURE]
    write_whole(study.path / PLACES, lambda to: _write_places(to, study))
    return [PICTURE, PLACES]


def _write_places(path: Path, study: StudyFolder) -> None:
    rows = (row for batch in study.parts.batches("incidents") for row in batch.to_pylist())
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
