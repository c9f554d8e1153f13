"""The small model of what is rare: its answer is known, and each method finds it."""

import numpy as np
import pytest

from experiments.coverage.rare import METHODS, OFTEN, RATES, Toy, chance_of, incidents
from experiments.statistics.summed import summed_rate


def test_the_chance_of_heavy_weapons_sets_the_rate():
    for rate in RATES:
        heavy, comes = chance_of(rate), 0.0
        for _ in range(60):  # heavy weapons now, or another spell and then
            comes = heavy + (1.0 - heavy) * 0.5 * comes
        assert OFTEN * 0.5 * 0.4 * 0.3 * comes == pytest.approx(rate)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [RATES[0], RATES[-1]])
def test_each_method_finds_the_known_rate(method, rate):
    found = OFTEN * incidents(method, rate, 8000)
    assert abs(found.mean() - rate) <= 2.0 * found.std() / np.sqrt(found.size)


def test_clones_that_kept_the_luck_of_their_parent_would_be_wrong(monkeypatch):
    """The trap: what is known of the parent would count again, and the error would not fall."""
    split = [incidents("split", 1e-3, 3000)]
    monkeypatch.setattr(
        "experiments.coverage.rare.luck_key", lambda seed, number, luck, salt: np.uint64(number)
    )
    split.append(incidents("split", 1e-3, 3000))
    assert split[1].std() > 2.0 * split[0].std()


def test_clones_of_a_step_start_there():
    toy = Toy(0, 0.5, (1,))
    assert [float(np.sum(toy.play(3, 1, salt))) >= 0.5 for salt in range(1, 5)] == [True] * 4


def test_a_few_worlds_have_no_limits_and_what_is_impossible_is_refused():
    years = np.ones(100)
    few = summed_rate(np.r_[np.full(29, 0.1), np.zeros(71)], years)
    many = summed_rate(np.r_[np.full(31, 0.1), np.zeros(69)], years)
    assert np.isnan([few.low, few.high]).all() and few.estimate == pytest.approx(0.029)
    assert many.estimate == pytest.approx(0.031)
    assert 0.0 < many.low < many.estimate < many.high
    assert many.high * many.low == pytest.approx(many.estimate**2)
    for sums, exposed in ((-years, years), (years, years[:5]), (years, 0.0 * years)):
        with pytest.raises(ValueError, match="need sums"):
            summed_rate(sums, exposed)
