"""What a cell leaves open becomes ends."""

import math

import pytest

from experiments.calibration.record.quantity import AT_LEAST, Quantity, total


@pytest.mark.parametrize(
    "cell, ends",
    [
        ("15", (15, 15, 15)),
        ("0", (0, 0, 0)),
        ("0.1", (0.1, 0.1, 0.1)),
        ("5-6", (5, 5.5, 6)),
        ("10-15", (10, 12.5, 15)),
        ("80-90", (80, 85, 90)),
        ("24+", (24, 24, AT_LEAST)),
        ("several", (3, 6, 9)),
        ("dozens", (24, 24, AT_LEAST)),
        ("yes", (1, 1, AT_LEAST)),
        ("no", (0, 0, 0)),
    ],
)
def test_a_cell_is_read(cell, ends):
    found = Quantity.of(cell)
    assert (found.low, found.best, found.high) == ends


@pytest.mark.parametrize("cell", ["", "-1", "6-5", "5 - 6", "1e3", "nan", "inf", "5-", "٣", "5-6+", "many"])
def test_what_no_cell_says_is_refused(cell):
    with pytest.raises(ValueError):
        Quantity.of(cell)


@pytest.mark.parametrize(
    "ends", [(2, 1, 3), (1, 3, 2), (-1, 0, 1), (1, AT_LEAST, AT_LEAST), (0, math.nan, 1)]
)
def test_ends_are_in_order(ends):
    with pytest.raises(ValueError):
        Quantity(*ends)


def test_quantities_are_added_end_by_end():
    assert total([Quantity.of("5-6"), Quantity.of("3+"), Quantity.of("2")]) == Quantity(10, 10.5, AT_LEAST)
    assert total([]) == Quantity(0, 0, 0)


@pytest.mark.parametrize(
    "quantity, words",
    [
        (Quantity.of("15"), "15"),
        (Quantity.of("5-6"), "5.5 (5 to 6)"),
        (Quantity.of("24+"), "24 or more"),
        (Quantity(3, 4, AT_LEAST), "3 or more, best 4"),
        (Quantity.exactly(3768.75), "3769"),
        (Quantity.exactly(23.8333), "23.83"),
    ],
)
def test_a_quantity_in_words(quantity, words):
    assert str(quantity) == words
