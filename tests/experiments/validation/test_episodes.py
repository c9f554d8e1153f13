"""Episodes are played as they were told, and what happened has the chance of its plays."""

import numpy as np
import pandas as pd
import pytest
import recorded

from experiments.calibration.record.record import Record
from experiments.store.piecewise import KEY
from experiments.validation.episodes import APPROACH, FOG, EpisodeTask, episode_numbers, events, play_episodes
from sim.scenario.described import Described
from sim.scenario.loading import load_case


@pytest.fixture(scope="module")
def plays():
    found = play_episodes(EpisodeTask("baseline", 1, (1, 2)))
    return pd.concat([tables["plays"] for tables in found.values()], ignore_index=True)


def test_both_moments_are_played_under_each_draw(plays):
    assert set(plays[KEY]) == {1, 2} and set(plays["episode"]) == {FOG, APPROACH}
    fog, approach = (plays[plays["episode"] == name] for name in (FOG, APPROACH))
    assert len(fog) == 4 and len(approach) == 24
    replied = fog[fog["answered"].astype(bool)]
    assert (replied["to_reply"] > 5).all() and fog["to_reply"].isna().sum() == len(fog) - len(replied)
    shot = approach["warned"].astype(bool)
    assert shot.any() and approach["to_shots"].notna().equals(shot)


def test_they_play_the_rules_of_their_day():
    fog = load_case(FOG, under="baseline")
    (inject,) = fog.scenario.injects
    assert (inject.act, str(inject.date), inject.side) == ("stray_shot", "2020-05-03", "north")
    assert round(60 * inject.hour) == 7 * 60 + 41
    assert len(fog.scenario.south.rules.steps) == 5 and fog.scenario.south.stray.p_origin_seen == 0
    assert fog.posterior is not None
    moment = Described.read(APPROACH).moment
    assert (str(moment.date), moment.party.persons) == ("2014-10-19", 10)
    assert len(moment.set["south"]["rules"]["steps"]) == 3
    june = load_case("works_of_june_2024", under="straying")
    assert (str(june.scenario.start), june.scenario.days) == ("2024-06-01", 30)
    assert june.scenario.north.navigation.error_m == 11


def test_a_chance_is_that_of_the_plays_with_an_interval_of_the_draws():
    rows = [
        {"episode": FOG, KEY: k, "read": True, "answered": luck < k % 3, "again": luck == 0, "hurt": False}
        for k in range(30)
        for luck in range(2)
    ]
    rows += [
        {"episode": APPROACH, KEY: k, "warned": True, "answered": k == 0, "hurt": False} for k in range(30)
    ]
    found = {(each.episode, each.title): each for each in events(pd.DataFrame(rows), recorded.replicates(30))}
    answered = found[FOG, "they are answered by aimed fire"]
    assert answered.chance == pytest.approx(0.5) and answered.plays == 60
    # draws of chance 0, 1/2, 1: an sd of .408 over 30 of them
    assert answered.high - answered.low == pytest.approx(2 * 1.96 * np.sqrt(1 / 6) / np.sqrt(30), rel=0.01)
    assert found[APPROACH, "they are answered by aimed fire"].chance == pytest.approx(1 / 30)
    june = found["works_of_june_2024", "four crossings or more in June 2024"]
    assert june.chance == 1.0 and june.plain["happened"] is True
    nobody = events(pd.DataFrame(rows).iloc[:0], recorded.replicates(30))
    assert nobody[0].plain["chance"] is None


def test_its_minutes_are_held_against_those_told():
    rows = [{"episode": FOG, KEY: k, "to_reply": 32.0} for k in range(40)]
    rows += [{"episode": APPROACH, KEY: k, "to_fire": 50.0} for k in range(40)]
    found = {
        each.check.name: each
        for each in episode_numbers(pd.DataFrame(rows), recorded.replicates(), Record.read())
    }
    assert found["episode:fog"].p == 1.0 and found["episode:fog"].check.value.best == 32.0
    assert found["episode:approach"].missed
    assert found["episode:june"].check.value.best == 4.0
