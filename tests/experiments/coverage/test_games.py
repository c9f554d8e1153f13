"""Games whose Shapley values are known: the truth is the mean of what is drawn; the arithmetic is ours."""

import numpy as np
import pandas as pd

from experiments.coverage.games import (
    EACH,
    EVERY_ORDER,
    GAMES,
    WORLDS,
    before_and_after,
    draw_game,
    draw_orders,
    true_values,
)
from experiments.coverage.mixtures import MIXTURES
from experiments.design.anatomy import AnatomyDesign
from experiments.findings.anatomy import Removals
from experiments.statistics.shapley import NOBODY, everybody


def test_the_truth_is_the_mean_of_what_is_drawn():
    luck, taken = np.random.default_rng(1), []
    for _ in range(600):
        value, orders = draw_game(GAMES[0], MIXTURES[0], 100, luck), draw_orders(luck)
        pairs = [before_and_after(value, orders, player) for player in range(4)]
        taken.append([(before - after).mean() for before, after in pairs])
    taken, truth = np.array(taken), true_values(GAMES[0], EACH)
    error = taken.std(axis=0) / np.sqrt(len(taken))
    assert (np.abs(taken.mean(axis=0) - truth) < 4.0 * error).all()
    whole = EACH * (1 + GAMES[0].source) - EACH * np.prod(GAMES[0].factors)
    assert np.isclose(truth.sum(), whole) and truth[2] < 0.0
    assert (true_values(GAMES[1], EACH) == 0.0).all()


def test_it_is_reckoned_as_an_anatomy_is():
    luck = np.random.default_rng(2)
    value = draw_game(GAMES[0], MIXTURES[0], 100, luck)
    design = AnatomyDesign.drawn(range(WORLDS), 2 * WORLDS, 4, 2, 1)
    orders = np.array([[EVERY_ORDER.index(order) for order in each] for each in design.orders]).T
    rows = [
        {
            "world": world,
            "run": 2 * world + k,
            "coalition": each,
            "expected": value[each, i] / 2,
            "counted": 0,
        }
        for i, world in enumerate(design.worlds)
        for each in range(everybody(4) + 1)
        for k in range(2)
    ]
    plays = pd.DataFrame(rows).assign(digest="", counted=0)
    removals = Removals.of(design, plays)
    assert np.allclose(removals.under(NOBODY, "expected").sum(axis=1), value[NOBODY])
    for player in range(4):
        mine = before_and_after(value, orders, player)
        for own, shipped in zip(mine, removals.along_orders(player, "expected"), strict=True):
            assert np.allclose(own, shipped.sum(axis=1))
