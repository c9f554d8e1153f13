"""A little study for tests: a short line, busy posts, runs of some 20 ms."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from experiments.design.arms import plan_of, read_study
from experiments.design.plan import Plan
from experiments.findings.definitions import columns
from experiments.findings.summary import AMBIGUITY
from experiments.measures import BOTH_SIDES, LADDER, MEASURES
from experiments.study.folder import StudyFolder, claimed

# assignments for a short line on which much happens in few days
BUSY = (
    "space.length_km=60",
    "north.watch.posts=40",
    "south.watch.posts=20",
    "clock.warmup_days=5",
    "north.patrols.slots=0",
    "south.patrols.slots=0",
    "north.works.slots=30",
    "north.works.share=1",
    "north.works.weeks=30",
    "north.works.first_month=1",
    "north.works.last_month=12",
    "south.watch.margin_m=5",
)
SCENARIO = """\
extends: declared
name: short
days: 40
clock: {warmup_days: 5}
space: {length_km: 60}
north:
  works: {slots: 30, share: 1, weeks: 30, first_month: 1, last_month: 12, distance_m: 35}
  patrols: {slots: 0}
  watch: {posts: 40}
  conduct: {attack_intercept: 0}
south:
  patrols: {slots: 0}
  watch: {posts: 20, margin_m: 5}
"""
STUDY = """\
name: little
scenarios: [short.yaml]
policies: [nothing, wider_margin]
sweep: {border.marker_survival: [0.9, 0.1]}
"""


def write(folder: Path, rule: str = "runs: 12") -> Path:
    """Write the scenario and the study into ``folder``; the study's file. It counts, unless ``rule`` says."""
    (folder / "short.yaml").write_text(SCENARIO)
    counts = "" if "estimate" in rule else "estimate: [clashes]\n"
    (folder / "study.yaml").write_text(f"{STUDY}{rule}\n{counts}")
    return folder / "study.yaml"


def plan(folder: Path, rule: str = "runs: 12") -> Plan:
    """The plan of the little study."""
    return plan_of(
        read_study(str(write(folder, rule)), {}),
        "dmz study",
        {"verb": "study", "name": str(folder / "study.yaml"), "changes": {}},
    )


def begun(folder: Path, rule: str = "runs: 12") -> StudyFolder:
    """A folder of results with its manifest and nothing played."""
    with claimed(plan(folder, rule), folder / "out") as study:
        return study


def same_bytes(one: Path, other: Path) -> None:
    """Assert that two folders of results hold the same, timings apart."""
    files = [
        {
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.is_file() and path.name not in ("session.json", ".lock")
        }
        for folder in (one, other)
    ]
    assert files[0] == files[1]
    for name in sorted(files[0]):
        if name == "manifest.json":
            kept = [json.loads((folder / name).read_text()) for folder in (one, other)]
            assert [each["arms"] for each in kept[:1]] == [each["arms"] for each in kept[1:]]
        elif name == "tables.json":  # its owner is a manifest
            kept = [json.loads((folder / name).read_text())["files"] for folder in (one, other)]
            assert kept[0] == kept[1]
        else:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


def run_rows(arm: str, clashes: Sequence[int | None], days: ArrayLike = 365.0) -> pd.DataFrame:
    """Run rows of an arm: no incident but clashes happens; None stands for a run that failed."""
    played = [k for k, n in enumerate(clashes) if n is not None]
    zero = {name: 0 for name in (*MEASURES, *LADDER)}
    zero |= {
        f"{name}_{side}": 0
        for name in (*BOTH_SIDES, "workdays", "workdays_lost", "deepest_unanswered")
        for side in ("north", "south")
    }
    zero |= dict.fromkeys(columns(), 0)
    found = pd.DataFrame({"arm": arm, "run": played, **zero, **dict.fromkeys(AMBIGUITY, 1.0)})
    run = np.array(played, int)
    return found.assign(
        world=run // 2,
        luck=run % 2,
        **{name: [clashes[k] for k in played] for name in ("clashes", "incidents", "expected_clashes")},
        days=np.broadcast_to(days, len(clashes))[run],
    )
