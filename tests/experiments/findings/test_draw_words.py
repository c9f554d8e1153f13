"""What the answer says of policies over draws, by the whole interval of their share."""

import pytest

from experiments.findings.draw_words import lowers_words, what_changes_it


def policy(low, high, unchanged=0.0):
    share = {"estimate": (low + high) / 2, "low": low, "high": high}
    return {
        "lowers": share,
        "unchanged": unchanged,
        "best": 0.0,
        "near_best": 0.0,
        "ratio": {"median": 0.7, "low": 0.5, "high": 0.9},
    }


@pytest.mark.parametrize(
    ("low", "high", "unchanged", "said"),
    [
        (0.95, 1.0, 0.0, "lowers clashes in nearly all draws: it"),
        (0.6, 1.0, 0.0, "lowers clashes in most draws: it"),
        (0.5, 1.0, 0.0, "none lowers or raises"),
        (0.0, 0.5, 0.0, "none lowers or raises"),
        (0.0, 0.4, 0.0, "raises clashes in most draws: it"),
        (0.0, 0.05, 0.0, "raises clashes in nearly all draws: it"),
        (0.0, 0.0, 0.6, "none lowers or raises"),
        (0.0, 0.0, 0.04, "raises clashes in nearly all draws: it"),
        (0.0, 0.0, 1.0, "changes clashes in no draws: it"),
    ],
)
def test_a_policy_is_as_sure_as_the_far_end_of_its_interval(low, high, unchanged, said):
    """Draws in which nothing changes are neither lowered nor raised."""
    assert said in what_changes_it({"baseline": {"policies": {"it": policy(low, high, unchanged)}}})


def test_a_share_is_told_of_what_changes_anything():
    assert lowers_words(policy(0.0, 0.0, 1.0)) == "unchanged"
    assert lowers_words(policy(0.0, 0.4, 0.5)) == "20% (0% - 40%)"


def test_policies_of_a_kind_stand_together():
    found = {
        "baseline": {"policies": {"one": policy(0.96, 1), "two": policy(0.0, 0.01), "three": policy(0.97, 1)}}
    }
    told = what_changes_it(found)
    assert told.index("one") < told.index("three") < told.index("raises") < told.index("two")
