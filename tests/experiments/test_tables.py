"""Figures as they are printed: never rounded into another meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.tables import figure, ratio_figure, share_figure, signed


@pytest.mark.parametrize(("value", "text"), [
    (None, "-"), (1.0, "1.00"), (1.034, "1.03"), (1.0041, "1.004"), (0.9996, "0.9996"),
    (0.0312, "0.031"), (12.4, "12"), (0.5, "0.50"), (0.0, "0"),
])  # fmt: skip
def test_ratios(value, text):
    assert ratio_figure(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (None, "-"), (1.0, "100%"), (0.9996, ">99%"), (0.994, "99%"), (0.0, "0%"), (-0.12, "-12%"),
])  # fmt: skip
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
    assert abs(float(figure(abs(value)))) == abs(shown)
