"""Mine blasts by days of parties at work."""

import pytest

from experiments.calibration.record import Quantity, Record, statistics


@pytest.mark.parametrize(
    "name, blasts, best, who",
    [
        ("mine_blasts_north 2024-04-01 to 2024-07-15", Quantity(10, 12, 15), 10 * 106 * 8.7 / 9, "press"),
        (
            "mine_blasts_north 2024-04 to 2024-12 northern half of the zone",
            Quantity.exactly(20),
            10 * 275 * 8.7 / 9,
            "south JCS",
        ),
    ],
)
def test_blasts_and_what_they_were_exposed_to(told, name, blasts, best, who):
    found = told[name]
    assert found.value == blasts and found.exposed("party-days").best == pytest.approx(best)
    assert found.exposed("party-days").low < 0.6 * best < 1.6 * best < found.exposed("party-days").high
    assert found.counted_by == (who,) and found.grade == "A"
    assert "priors.csv: work_sites" in found.rests_on


def test_a_count_of_ones_own_stands_for_that_of_the_priors(own):
    row = {
        "period_start": "2024-04-01",
        "period_end": "2024-07-15",
        "what": "mine_blasts_north",
        "count": "7",
    }
    found = statistics(Record.read(own(counts=[row])))["mine_blasts_north 2024-04-01 to 2024-07-15"]
    assert found.value == Quantity.exactly(7) and found.counted_by == ("south JCS",)
