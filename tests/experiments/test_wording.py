"""Figures as they are printed: never rounded into another meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.wording import effect, figure, many, ratio_figure, share_figure, signed, span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.00"),
        (1.034, "1.03"),
        (1.0041, "1.004"),
        (0.9996, "0.9996"),
        (0.0312, "0.031"),
        (12.4, "12"),
        (0.5, "0.50"),
        (0.0, "0"),
    ],
)
def test_ratios(value, text):
    assert ratio_figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (1.0, "100%"),
        (0.9996, ">99%"),
        (0.994, "99%"),
        (0.0, "0%"),
        (-0.001, "0%"),
        (-0.12, "-12%"),
    ],
)
def test_only_all_is_100_percent(value, text):
    assert share_figure(value) == text


@given(st.floats(0.1, 9.99))
def test_a_ratio_that_is_not_1_is_not_shown_as_1(value):
    shown = float(ratio_figure(value))
    assert abs(shown - value) <= 0.0051
    if abs(value - 1.0) > 1e-5:
        assert (shown > 1) == (value > 1) and shown != 1


@given(st.floats(-1e4, 1e4))
def test_a_difference_keeps_its_sign_and_size(value):
    shown = float(signed(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=0.06, abs=1e-9)
    assert abs(float(figure(abs(value)).replace(",", ""))) == abs(shown)


@pytest.mark.parametrize(
    ("value", "text"), [(6.9e-17, "0"), (-6.9e-17, "0"), (0.0, "0"), (2.5e-7, "0.00000025"), (-0.6, "-0.60")]
)
def test_what_rounding_left_is_nothing(value, text):
    assert figure(value) == text


@pytest.mark.parametrize(
    ("n", "noun", "text"),
    [
        (1, "run", "1 run"),
        (2, "run", "2 runs"),
        (0, "world", "0 worlds"),
        (1.0, "year", "1 year"),
        (0.00548, "exposed year", "0.00548 exposed years"),
        (0.9999, "year", "1 year"),
        (1234567, "run", "1,234,567 runs"),
        (2, "policy", "2 policies"),
        (2, "clash", "2 clashes"),
        (2, "day", "2 days"),
        (3, "effective cluster", "3 effective clusters"),
    ],
)
def test_a_number_of_things(n, noun, text):
    assert many(n, noun) == text


def comparison(verdict, ratio, difference, events=(3.0, 9.0)):
    ends = ("estimate", "low", "high")
    return {
        "verdict": verdict,
        "ratio": dict(zip(ends, ratio, strict=True)),
        "difference": dict(zip(ends, difference, strict=True)),
        "policy": {"events": events[0]},
        "baseline": {"events": events[1]},
    }


@pytest.mark.parametrize(
    ("found", "times", "gap"),
    [
        (
            comparison("lower", (0.3, 0.1, 0.8), (-2.0, -3.0, -0.5)),
            "0.30 (0.10 - 0.80)",
            "-2.0 (-3.0 to -0.50)",
        ),
        (
            comparison("undecided", (None, 0.0, None), (0.0, -0.4, 0.4), (0.0, 0.0)),
            "none in either",
            "0 (-0.40 to +0.40)",
        ),
        (
            comparison("higher", (None, 1.5, None), (2.0, 0.5, None), (4.0, 0.0)),
            "∞ (1.50 - ∞)",
            "+2.0 (+0.50 to +∞)",
        ),
        (comparison("identical", (1.0, 0.5, 2.0), (0.0, -1.0, 1.0)), "exactly 1", "exactly 0"),
    ],
)
def test_an_effect_says_something_whatever_was_seen(found, times, gap):
    assert (effect(found).times, effect(found).gap) == (times, gap)


def test_an_interval_without_an_upper_end():
    assert span({"low": 0.0, "high": None}) == "0 - ∞"
    assert span({"low": 1.2, "high": 3.0}) == "1.2 - 3.0"
