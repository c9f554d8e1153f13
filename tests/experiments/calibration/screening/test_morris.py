"""A toy of known truth: what moves it is found, with the share that it has; what does not is not."""

import numpy as np
import pytest

from experiments.calibration.screening.morris import Design, design, effects, screened
from experiments.calibration.screening.verdicts import LEAST_SHARE, matters, told

pytest.importorskip("SALib")
GROUPS = {"strong": 1, "bent": 1, "pair": 2, "weak": 1, **{f"idle {i}": 1 for i in range(20)}, "idle pair": 2}
NOISE = 0.15


def toy(made: Design) -> np.ndarray:
    """The truth at the points of a design: a line, a parabola, two members, and next to nothing."""
    strong, bent, one, other, weak = made.x[:, :5].T
    return 2.0 * strong + 4.0 * (bent - 0.5) ** 2 + one - other + 0.02 * weak


def noisy(made: Design, seed: int, noise: float = NOISE) -> tuple[np.ndarray, np.ndarray]:
    """It, seen twice under luck with heavy tails, of the trajectory and of the point."""
    luck = np.random.default_rng(seed)
    shared = np.repeat(luck.normal(size=(2, made.trajectories)), made.length, axis=1)
    first, second = toy(made) + shared + noise * luck.standard_t(3, size=(2, len(made.x)))
    return first, second


def test_a_design_moves_each_group_once_in_each_trajectory():
    made = design(GROUPS, 6, seed=3)
    assert made.trajectories == 6 and made.length == len(GROUPS) + 1
    assert (np.sort(made.order, axis=1) == np.arange(len(GROUPS))).all()
    assert made.ways.shape == (6, sum(GROUPS.values())) and set(made.ways.ravel()) == {-1.0, 1.0}
    assert made.members(2) == slice(2, 4) and made.first(2).trajectories == 2
    assert made.x.min() >= 0.0 and made.x.max() <= 1.0
    assert (design(GROUPS, 6, seed=3).x == made.x).all() and (design(GROUPS, 6, seed=4).x != made.x).any()


def test_effects_are_those_of_salib():
    made = design(GROUPS, 30, seed=1)
    y = toy(made)
    found, rows = effects(made, y), screened(made, y, y, seed=1)
    assert np.abs(found).mean(axis=0) == pytest.approx(rows["mu_star"].to_numpy())
    single = [name for name, size in GROUPS.items() if size == 1]
    at = [made.names.index(name) for name in single]
    signed = found[:, at] * made.ways[:, [made.members(k).start for k in at]]
    assert signed.mean(axis=0) == pytest.approx(rows.loc[single, "mu"].to_numpy())
    assert signed.std(axis=0, ddof=1) == pytest.approx(rows.loc[single, "sigma"].to_numpy())
    assert rows.loc["strong", ["mu", "mu_star"]].tolist() == pytest.approx([2.0, 2.0])
    assert np.isnan(rows.loc["pair", "mu"]) and (rows["luck"] == 0.0).all()
    assert (rows.loc[[f"idle {i}" for i in range(20)], ["mu_star", "share"]] == 0.0).all(axis=None)


def test_shares_are_those_of_the_truth():
    made = design(GROUPS, 400, seed=2)
    found = screened(made, *noisy(made, 5), seed=1)
    levels = np.linspace(0.0, 1.0, 4)
    whole = (4.0 + 1.0 + 1.0) * levels.var() + (4.0 * (levels - 0.5) ** 2).var()
    assert found.loc["strong", "share"] == pytest.approx(4.0 * levels.var() / whole, rel=0.15)
    assert found.loc["pair", "share"] == pytest.approx(2.0 * levels.var() / whole, rel=0.15)
    assert (found["share_high"] >= found["share"]).all()
    nothing = found.loc[[name for name in GROUPS if name.startswith("idle")], "share"]
    assert abs(nothing.sum()) < 0.02, "what does nothing adds up to nothing"


@pytest.mark.parametrize("seed", range(4))
def test_what_matters_is_told_from_luck(seed):
    made = design(GROUPS, 24, seed=seed)
    found = screened(made, *noisy(made, 100 + seed), seed=seed)
    real = {name for name, does in zip(found.index, matters(found), strict=True) if does}
    assert {"strong", "bent", "pair"} <= real
    assert len(real) <= 4, "of 22 that do nothing one may slip in"
    idle = found.loc[[f"idle {i}" for i in range(20)]]
    assert idle["luck"].mean() == pytest.approx(idle["mu_star"].mean(), rel=0.15), "it is all luck's"
    assert (found.loc["strong", "mu_star"] > 2 * found.loc["strong", "luck"]).all()


def test_what_goes_one_way_is_told_under_luck_that_hides_its_squares():
    made = design(GROUPS, 24, seed=6)
    found = screened(made, *noisy(made, 6, noise=0.6), seed=6)
    assert told(found)[[0, 2]].all() and matters(found)[[0, 2]].all(), (
        "strong, and a pair of which each goes a way"
    )
    one_way = found["one_way"]
    assert one_way["strong"] == pytest.approx(found["share"]["strong"], rel=0.6)
    assert one_way["pair"] > 0.05 and one_way.loc["bent"] < 0.05, "a parabola goes no way"


def test_of_nothing_little_is_told():
    """Under luck alone the chances are spread evenly: one in twenty below .05."""
    groups = {f"idle {i}": 1 for i in range(60)}
    few = 0
    for seed in range(5):
        made = design(groups, 12, seed=seed)
        luck = np.random.default_rng(seed).standard_t(3, size=(2, len(made.x)))
        found = screened(made, luck[0], luck[1], seed=seed)
        few += int((found["p"] < 0.05).sum())
        assert told(found).sum() <= 2
    assert 4 <= few <= 27, f"{few} of 300"


def test_a_real_but_small_effect_is_told_and_does_not_matter():
    made = design(GROUPS, 60, seed=1)
    found = screened(made, *noisy(made, 1, noise=0.001), seed=1)
    weak = list(found.index).index("weak")
    assert told(found)[weak] and not matters(found)[weak]
    assert 0.0 < found["share"].iloc[weak] < LEAST_SHARE


def test_an_output_without_variance_has_no_shares():
    made = design(GROUPS, 4, seed=1)
    same = np.zeros(len(made.x))
    found = screened(made, same, same, seed=1)
    assert found["share"].isna().all() and (found["p"] == 1.0).all() and not matters(found).any()
