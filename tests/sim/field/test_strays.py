"""Stray rounds: a Poisson stream per post."""

import math

import numpy as np
import pytest
from harness import SURE, Field
from scipy import stats

from sim.codes import Trigger
from sim.constants import DAY, NEVER
from sim.field.strays import draw_strays
from sim.sides import NORTH, SOUTH


def test_stray_rounds_are_a_poisson_stream_per_post_year():
    field = Field(
        days=400,
        north__watch__posts=1500,
        south__watch__posts=500,
        north__stray__per_post_year=0.1,
        south__stray__per_post_year=0.05,
    ).play(days=365)
    shots = [e for e in field.events if e["trigger"] == Trigger.STRAY_SHOT]
    for side, expected in ((NORTH, 150.0), (SOUTH, 25.0)):
        own = [e for e in shots if e["side"] == side]
        assert abs(len(own) - expected) < SURE * math.sqrt(expected)
        assert field.tallies["stray_shots"][side] == len(own)
        assert all(field.model.state.posts["side"][e["row"]] == side for e in own)
    t = np.array([e["t"] for e in shots])
    assert stats.kstest(t / (365 * DAY), "uniform").pvalue > 1e-4
    assert stats.kstest(t % DAY / DAY, "uniform").pvalue > 1e-4


def test_intervals_between_a_posts_rounds_are_exponential_through_a_change_of_rate():
    """The rate doubles half-way; in the time that it measures, nothing changes."""
    field = Field(north__watch__posts=400)
    posts, records = field.model.state.posts, field.model.scene.regime.records
    records["stray_per_post_year"] = 3.65
    fired = [[] for _ in range(posts.size)]
    for day in range(2000):
        if day == 1000:
            records["stray_per_post_year"] = 7.3
        draw_strays(posts, records, field.model.scene.luck, day * DAY)
        for row in np.flatnonzero(posts["next_stray"] < NEVER):
            fired[row].append(posts["next_stray"][row] / DAY)
            posts["next_stray"][row] = NEVER
    clock = [np.where(np.array(f) < 1000, f, 2 * np.array(f) - 1000) * 0.01 for f in fired]
    waits = np.concatenate([np.diff(c) for c in clock])
    assert waits.size > 8000
    # a second round of the same day waits for the next: 0.01 of a mean wait, at most 0.02
    assert stats.kstest(waits, "expon").statistic < 0.02 + 2.5 / math.sqrt(waits.size)
    assert sum(map(len, fired)) == pytest.approx(400 * 30, abs=SURE * math.sqrt(12000))


def test_a_post_loses_rounds_by_its_own_luck():
    """More posts of the other side, or none, do not move a post's rounds."""

    def rounds(south):
        field = Field(
            days=400, north__watch__posts=300, south__watch__posts=south, north__stray__per_post_year=0.1
        ).play(days=365)
        return [(float(e["t"]), int(e["row"])) for e in field.events]

    assert rounds(0) == rounds(50) != []
