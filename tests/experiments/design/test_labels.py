"""Factors in words: names, units, and no number by itself."""

import pytest

from experiments.design.labels import HOLD, future_words, level_words, quantity_words
from sim.scenario.parameter_table import parameter_table
from sim.sides import SIDES


@pytest.mark.parametrize(
    ("factor", "label", "words"),
    [
        ("south.watch.margin_m", "31.8134", "south watch margin~31.81~m"),
        ("border.marker_survival", "0.155", "border marker survival~0.155"),
        ("survey.km_per_week", "0.5", "survey~0.5~km/week"),
        ("south.rules.broadcast_to_shots_minutes", "15", "south rules broadcast to shots~15~min"),
        ("clock.warmup_days", "1", "clock warmup~1~day"),
        ("clock.warmup_days", "12", "clock warmup~12~days"),
        ("days", "40", "days~40"),
        ("talks.outcome", "refused", "talks outcome: refused"),
        ("season", "spring", "spring"),
        ("my own", "3", "my own~3"),
        ("south.stray.per_post_year", "12345.6", "south stray per post year~12,346"),
    ],
)
def test_a_level_is_told_with_its_factor_and_unit(factor, label, words):
    assert level_words(factor, label) == words.replace("~", HOLD)


def test_every_parameter_has_words_of_its_own_without_an_underscore():
    paths = [row.path.replace("<side>", side) for row in parameter_table() for side in SIDES]
    told = {path: level_words(path, "7") for path in paths}
    assert len(set(told.values())) == len(set(paths))
    assert not any("_" in words or "." in words for words in told.values())
    meanings = {row.path: row.description for row in parameter_table()}
    assert quantity_words("border.marker_survival").endswith(meanings["border.marker_survival"])


def test_a_future_is_its_levels_or_its_name():
    assert future_words("x", {}) == "x"
    levels = {"scenario": "baseline", "south.watch.margin_m": "5"}
    assert future_words("x", levels) == f"baseline, south watch margin{HOLD}5{HOLD}m"
