"""The ratio over draws, on toys whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from experiments.statistics.by_draw import deviates, ratio_by_draw

PARAMETERS = 12


def toy(draws: int, middle: float, slope: float, luck: np.random.Generator, hidden: float = 0.0):
    """Expected clashes (draws, lucks) with a policy and without, of draws whose log ratio is
    ``middle + slope z``, and differs between worlds by ``hidden`` more, which no deviate tells.
    """
    z = luck.normal(size=(draws, PARAMETERS))
    rho = middle + slope * z[:, 0] + hidden * luck.normal(size=draws)
    level = np.exp(1.2 * (z[:, :4] @ np.full(4, 0.5)) + 0.5 * luck.normal(size=draws))
    both = 0.7 * np.minimum(1.0, np.exp(rho))

    def events(mean):  # chances, summed, of so many moments
        return np.array([luck.beta(0.5, 3.5, size=int(n)).sum() for n in luck.poisson(4.0 * mean)])

    lucks = []
    for _ in range(2):
        shared = events(level * both)
        lucks.append((shared + events(level * (np.exp(rho) - both)), shared + events(level * (1.0 - both))))
    y, x = (np.stack(each, axis=1) for each in zip(*lucks, strict=True))
    return y, x, z


@pytest.mark.parametrize(
    ("middle", "slope", "hidden"),
    [(-0.5, 0.3, 0.0), (0.0, 0.5, 0.0), (-1.0, 0.0, 0.0), (0.7, 0.4, 0.0), (-0.5, 0.2, 0.6), (0.3, 0.0, 0.5)],
)
def test_shares_and_medians_are_those_of_the_toy(middle, slope, hidden):
    luck = np.random.default_rng(5)
    between = float(np.hypot(slope, hidden))
    truth = stats.norm.cdf(-middle / between) if between else float(middle < 0.0)
    shares, medians, covered = [], [], []
    for _ in range(20):
        y, x, z = toy(300, middle, slope, luck, hidden)
        found = ratio_by_draw(y, x, deviates(z), luck)
        share, low, high = found.lowers
        shares.append(share)
        medians.append(np.log(found.median))
        covered.append(low - 0.01 <= truth <= high + 0.01)
    assert np.mean(shares) == pytest.approx(truth, abs=0.05)
    assert np.mean(medians) == pytest.approx(middle, abs=0.1)
    assert sum(covered) >= 15


def test_a_policy_that_does_nothing_lowers_nowhere():
    luck = np.random.default_rng(1)
    _, x, z = toy(150, 0.0, 0.0, luck)
    found = ratio_by_draw(x, x, deviates(z), luck)
    assert found.lowers == (0.0, 0.0, 0.0) and found.median == 1.0 and found.ends == (1.0, 1.0)
    nothing = ratio_by_draw(0 * x, 0 * x, deviates(z), luck)
    assert nothing.lowers[0] == 0.0 and nothing.median == 1.0


def test_one_runaway_draw_does_not_own_the_ratio():
    luck = np.random.default_rng(2)
    y, x, z = toy(300, -0.7, 0.0, luck)
    y[0] += 1e4
    found = ratio_by_draw(y, x, deviates(z), luck)
    assert np.log(found.median) == pytest.approx(-0.7, abs=0.15) and y.sum() > 10 * x.sum()


def test_deviates_leave_out_what_is_fixed_and_take_twins_once():
    luck = np.random.default_rng(3)
    first, second = luck.lognormal(size=(2, 50))
    found = deviates(np.column_stack([first, first, np.full(50, 3.0), second, first * 0.75]))
    assert found.shape == (50, 2)
    assert np.abs(found.mean(axis=0)).max() < 1e-9 and (np.argsort(found[:, 0]) == np.argsort(first)).all()
    assert deviates(np.full((4, 2), 1.0)).shape == (4, 0)


def test_a_policy_that_changes_nothing_neither_lowers_nor_raises():
    """Nor does one of which a run's last bits differ."""
    luck = np.random.default_rng(3)
    y, x, z = toy(60, -0.3, 0.2, luck)
    other = x.copy()
    other[other > 0.0] = np.nextafter(other[other > 0.0], 9.0)
    for same in (x, other):
        found = ratio_by_draw(same, x, z, luck)
        assert found.unchanged == 1.0 and found.lowers == (0.0, 0.0, 0.0)
    assert ratio_by_draw(y, x, z, luck).unchanged == 0.0
