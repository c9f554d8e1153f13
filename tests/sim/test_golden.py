"""Golden trajectories: the same bits on every Python, processor and day.

After a change that is meant to alter results: ``python tests/refresh_golden.py``, and say so in the
changelog.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case
from sim.state import State

GOLDEN = Path(__file__).parents[1] / "golden" / "trajectories.json"
CASES = {
    "declared": ("declared", (), 150),
    "baseline": ("baseline", (), 150),
    "misjudged + hotline": ("misjudged", ("hotline",), 150),
    "worst_accepted": ("worst_accepted", (), 150),
}
# Of a unit, what does not hang on whether it is asleep, or anybody has asked where it is.
OF_UNITS = ("who", "side", "kind", "trait", "active", "incident", "pushback", "pushed_at")

# Of an incident, what was only to be expected of it, and how each line would judge it: beside what it came
# to, and younger than the digests.
BESIDE = (
    *("expected_harm", "expected_heavy", "expected_spread", "expected_hurt", "heavy"),
    *("past_north", "past_south", "past_commission", "past_true"),
)


def parts(state: State) -> Iterator[bytes]:
    """All that a run has come to, by table and field."""
    for (table, part), found in state.bits().items():
        if part not in BESIDE and (table != "units" or part in OF_UNITS):
            yield found


def trajectory(name: str) -> dict:
    """A digest of every byte of what a run has come to, and a few figures that a person can read."""
    scenario, policies, days = CASES[name]
    model = DmzModel(load_case(scenario, policies, ("start=2026-05-01",), days), seed=7).run()
    digest = hashlib.sha256()
    for part in parts(model.state):
        digest.update(part)
    row = outcome(model.scene).row
    shown = ("incidents", "rung_1", "rung_2", "clashes", "recorded_by_south", "crossings_north")
    return {"sha256": digest.hexdigest()} | {key: row[key] for key in shown}


@pytest.mark.parametrize("name", CASES)
def test_the_trajectory_is_the_golden_one(name):
    assert trajectory(name) == json.loads(GOLDEN.read_text())[name]
