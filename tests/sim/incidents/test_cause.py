"""The cause of an incident: the one error without which it would not be."""

import numpy as np
import pytest
from forced import incidents

from sim.codes import Cause
from sim.field.events import EVENT
from sim.incidents.opening import cause_of


def event(depth, map_m, nav_m, fix_m):
    row = np.zeros(1, EVENT)
    row["depth"], row["map_m"], row["nav_m"], row["fix_m"] = depth, map_m, nav_m, fix_m
    return row[0]


@pytest.mark.parametrize(
    ("errors", "cause"),
    [
        ((14, 9, 26, 9), "navigation"),  # MODEL.md's told incident: each suffices, the largest
        ((14, 26, 9, 9), "map"),
        ((14, 9, 9, 26), "fix"),
        ((40, 31, 20, 19), "map"),  # alone enough
        ((40, 25, 25, 20), "joint"),  # none alone would have spared it
        ((12, -5, -5, 52), "fix"),
        ((12, 3, 1, 1), "map"),  # a look just past the margin
    ],
)
def test_the_cause_is_the_one_error_without_which_it_would_not_be(errors, cause):
    assert Cause.words()[cause_of(event(*errors), 10.0, 0)] == cause


def test_a_probe_was_ordered_whatever_its_errors():
    assert Cause.words()[cause_of(event(14, 9, 26, 9), 10.0, 1)] == "order"


def test_probes_are_no_accidents(play):
    model = play(
        lines=(0, 0, 0),
        days=3,
        north__patrols__slots=200,
        north__patrols__standoff_m=300,
        north__patrols__recon_share=0.2,
        north__patrols__recon_distance_m=250,
        north__patrols__probe_share=0.1,
        north__patrols__probe_depth_m=60,
    )
    rows = incidents(model)
    assert len(rows) > 8
    assert np.all(rows["accidental"] == 0)
    assert {Cause.words()[c] for c in rows["cause"]} == {"order"}
    assert np.all(rows["depth"] == pytest.approx(60.0, abs=1e-6))
