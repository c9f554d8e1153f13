"""Golden trajectories: the same bits on every Python, processor and day.

After a change that is meant to alter results: ``python tests/refresh_golden.py``, and say so in the
changelog.
"""

import hashlib
import json
from dataclasses import fields
from pathlib import Path

import pytest

from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case

GOLDEN = Path(__file__).parents[1] / "golden" / "trajectories.json"
CASES = {
    "declared": ("declared", (), 150),
    "baseline": ("baseline", (), 150),
    "misjudged + hotline": ("misjudged", ("hotline",), 150),
    "worst_accepted": ("worst_accepted", (), 150),
}


def trajectory(name: str) -> dict:
    """A digest of every byte of the final state, and a few figures that a person can read."""
    scenario, policies, days = CASES[name]
    model = DmzModel(load_case(scenario, policies, ("start=2026-05-01",), days), seed=7).run()
    digest = hashlib.sha256()
    for field in fields(model.state):
        array = getattr(model.state, field.name)
        for part in array.dtype.names or (None,):  # by field: padding bytes are not promised
            digest.update((array if part is None else array[part]).tobytes())
    row = outcome(model.scene).row
    shown = ("incidents", "rung_1", "rung_2", "clashes", "recorded_by_south", "crossings_north")
    return {"sha256": digest.hexdigest()} | {key: row[key] for key in shown}


@pytest.mark.parametrize("name", CASES)
def test_the_trajectory_is_the_golden_one(name):
    assert trajectory(name) == json.loads(GOLDEN.read_text())[name]
