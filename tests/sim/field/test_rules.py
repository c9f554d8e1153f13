"""The records that compiled code reads."""

import math

import pytest
from harness import case_of

from sim.field.rules import side_records


def test_what_the_field_reads_of_the_parameters():
    parameters = case_of((("south.navigation.satellite", True),)).parameters(())
    records = side_records(parameters)
    for record, side in zip(records, parameters.sides, strict=True):
        assert record["watch_margin_m"] == side.watch.margin_m
        assert record["rho"] == pytest.approx(math.exp(-10 / side.navigation.tau_minutes))
        assert record["rho"] ** 2 + record["spread"] ** 2 == pytest.approx(1.0)
        assert record["navigation_satellite"].item() is side.navigation.satellite  # flags are not numbers
        assert type(record["watch_confirm_looks"].item()) is int
        assert record["mines_strikes_per_km"] == parameters.mines.strikes_per_km
