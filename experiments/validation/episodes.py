"""Episodes of the record, played under every draw: where in the model's distribution does what happened lie?

The shooting at a guard post in fog (``scenarios/fog_of_may_2020.yaml``) and the approach that was answered
by fire (``scenarios/incidents/approach_of_october_2014.yaml``) are played as they are described, some times
a draw; the crossings of June 2024 (``scenarios/works_of_june_2024.yaml``) are taken from the histories, which
have that month.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd

from experiments.calibration.record.period import Period
from experiments.calibration.record.record import Record
from experiments.findings.summary import finite
from experiments.play.described import Played, play_moment
from experiments.store.piecewise import KEY, Show, Tables, in_parts
from experiments.validation.check import OUT, Check, Count, Values
from experiments.validation.of_works import COUNTED
from experiments.validation.predictive import Held, held_values
from experiments.validation.replicates import Replicates, within
from sim.acts import Act
from sim.codes import Rung
from sim.model import DmzModel
from sim.outcome.columns import Row
from sim.scenario.case import Case
from sim.scenario.described import Described
from sim.scenario.library import find
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH

FOG, APPROACH, CLUSTER = "fog_of_may_2020", "approach_of_october_2014", "works_of_june_2024"
TITLES = {
    FOG: "Rounds at a guard post in fog, 3 May 2020",
    APPROACH: "An approach answered by fire, 19 October 2014",
    CLUSTER: "The crossings of June 2024",
}
_TABLE = "plays"
_FOG_LUCKS, _APPROACH_LUCKS = 2, 12  # of each draw


@dataclass(frozen=True)
class EpisodeTask:
    """Episodes to play under draws, by the numbers of these."""

    name: str
    seed: int
    runs: tuple[int, ...]

    def alone(self, k: int) -> "EpisodeTask":
        """The same under draw ``k`` only."""
        return replace(self, runs=(k,))


class EventFigures(TypedDict):
    """An ``Event`` as plain values; a chance is null where it never came about."""

    episode: str
    title: str
    happened: bool
    chance: float | None
    low: float | None
    high: float | None
    plays: int


@dataclass(frozen=True)
class Event:
    """Something that happened or not, and its chance: over all plays, with its 95% interval by draws."""

    episode: str
    title: str
    happened: bool
    chance: float
    low: float
    high: float
    plays: int

    @property
    def plain(self) -> EventFigures:
        """As plain values."""
        return EventFigures(
            episode=self.episode,
            title=self.title,
            happened=self.happened,
            chance=finite(self.chance),
            low=finite(self.low),
            high=finite(self.high),
            plays=self.plays,
        )


@cache
def _fog(situation: str) -> Case:
    return load_case(FOG, under=situation)


@cache
def _approach(situation: str) -> Described:
    its = Described.read(APPROACH)
    return replace(its, moment=its.moment.model_copy(update={"scenario": _path(situation)}))


def _path(situation: str) -> str:
    return str(find(situation, "scenarios").absolute())


def episode_plays(folder: Path, situation: str, n: int, seed: int, workers: int, show: Show) -> pd.DataFrame:
    """Both moments under the draws 0 to ``n`` - 1, a row a play; of them ``folder`` may hold some."""
    hashes = [_fog(situation).content_hash, load_case(situation).content_hash]
    moment = _approach(situation).moment.model_dump(mode="json", exclude={"scenario"})
    asked = {"cases": hashes, "moment": moment, "seed": seed}

    def task(numbers: tuple[int, ...]) -> EpisodeTask:
        return EpisodeTask(situation, seed, numbers)

    return in_parts(folder, [_TABLE], asked, n, task, play_episodes, workers, show)[_TABLE]


def play_episodes(task: EpisodeTask) -> dict[int, Tables]:
    """The plays of a task, by draw."""
    fog, described = _fog(task.name), _approach(task.name)
    found = {}
    with described.cases([()]) as (case,):
        for k in task.runs:
            rows = [_fog_play(fog, task.seed, k, luck) for luck in range(_FOG_LUCKS)]
            plays = play_moment(case.in_world(k), described.moment, _APPROACH_LUCKS, task.seed + k)
            rows += [_approach_play(played) for played in plays]
            found[k] = {_TABLE: pd.DataFrame(rows).assign(**{KEY: k})}
    return found


def _fog_play(case: Case, seed: int, world: int, luck: int) -> Row:
    model = DmzModel(case, seed=seed, world=world, luck=luck).run()
    try:
        state = model.scene.state
        ((number, its),) = ((row, each) for row, each in enumerate(state.incidents) if each.dated)
        log = state.log.table
        log = log[log["incident"] == number]
        replies = log[(log["act"] == Act.AIMED_FIRE) & (log["side"] == SOUTH)]
        replied = float(replies["minute"][0]) if len(replies) else np.inf
        later = log[(log["act"] == Act.AIMED_FIRE) & (log["side"] == NORTH) & (log["minute"] >= replied)]
        return {
            "episode": FOG,
            "read": bool((log["act"] == Act.READ_AS_ATTACK).any()),
            "answered": len(replies) > 0,
            "again": len(later) > 0,
            "hurt": its.rung >= Rung.CASUALTIES,
            "to_reply": replied - its.opened if len(replies) else np.nan,
        }
    finally:
        model.dismiss()


def _approach_play(played: Played) -> Row:
    shots = played.first(Act.WARNING_SHOTS)
    fire = next((s.minutes for s in played.steps if s.act == Act.AIMED_FIRE and s.side == NORTH), None)
    return {
        "episode": APPROACH,
        "warned": shots is not None,
        "answered": shots is not None and fire is not None and fire >= shots,
        "hurt": sum(played.casualties) > 0,
        "to_shots": np.nan if shots is None else shots,
        "to_fire": np.nan if shots is None or fire is None else fire - shots,
    }


# -- beside what happened -------------------------------------------------------------------------


def events(plays: pd.DataFrame, replicates: Replicates) -> list[Event]:
    """What happened in each episode, with its chance."""
    fog, approach = (plays[plays["episode"] == name] for name in (FOG, APPROACH))
    warned = _where(approach, "warned")
    answered = _where(warned, "answered")
    june = _in_june(replicates)
    return [
        _event(FOG, "the post reads the rounds as an attack", True, fog, "read"),
        _event(FOG, "they are answered by aimed fire", True, fog, "answered"),
        _event(FOG, "once they are answered, the north fires on", False, _where(fog, "answered"), "again"),
        _event(FOG, "once they are answered, somebody is hurt", False, _where(fog, "answered"), "hurt"),
        _event(APPROACH, "it comes to warning shots", True, approach, "warned"),
        _event(APPROACH, "they are answered by aimed fire", True, warned, "answered"),
        _event(APPROACH, "once they are answered, somebody is hurt", False, answered, "hurt"),
        _event(
            CLUSTER, "four crossings or more in June 2024", True, june.assign(yes=june["all"] >= 4), "yes"
        ),
        _event(
            CLUSTER, "four or more of them in the centre", True, june.assign(yes=june["centre"] >= 4), "yes"
        ),
        _event(
            CLUSTER,
            "some month of the 17 has four or more in one sector",
            True,
            june.assign(yes=june["largest"] >= 4),
            "yes",
        ),
    ]


def _where(plays: pd.DataFrame, flag: str) -> pd.DataFrame:
    return plays[plays[flag].astype(bool).to_numpy(bool)]


def _event(episode: str, title: str, happened: bool, plays: pd.DataFrame, flag: str) -> Event:
    by_draw = plays.groupby(KEY)[flag].agg(["sum", "count"]).to_numpy(float)
    if not len(by_draw):
        return Event(episode, title, happened, np.nan, np.nan, np.nan, 0)
    chance = float(by_draw[:, 0].sum() / by_draw[:, 1].sum())
    apart = by_draw[:, 0] - chance * by_draw[:, 1]  # a ratio of sums over draws, whose plays are alike
    spread = 1.96 * float(np.sqrt((apart**2).sum())) / by_draw[:, 1].sum()
    return Event(
        episode, title, happened, chance, max(0.0, chance - spread), min(1.0, chance + spread), len(plays)
    )


def _in_june(replicates: Replicates) -> pd.DataFrame:
    """Of each history: crossings of June 2024, those in the centre, and the most in one month and sector."""
    june, ours = (within(replicates.crossings, [each]) for each in (Period.of("2024-06"), COUNTED))
    month = ours["day"].dt.year * 12 + ours["day"].dt.month
    most = ours.groupby([ours[KEY], month, ours["sector"]]).size().groupby(level=0).max()
    return pd.DataFrame(
        {
            KEY: range(replicates.n),
            "all": replicates.count(june),
            "centre": replicates.count(june[june["sector"] == "centre"]),
            "largest": most.reindex(range(replicates.n), fill_value=0).to_numpy(float),
        }
    )


def episode_numbers(plays: pd.DataFrame, replicates: Replicates, record: Record) -> list[Held]:
    """The numbers of each episode, held against one play of each draw in which they are."""
    return [held_values(check, check.of(replicates)) for check in _checks(plays, record)]


def _checks(plays: pd.DataFrame, record: Record) -> Iterator[Check]:
    def of(episode: str, column: str, number: int) -> Count:
        its = plays[plays["episode"] == episode]
        return lambda replicates: replicates.picked(its, column, 1, lambda picked: float(picked[0]), number)

    note = "in plays that are answered"
    for name, title, case, count in (
        ("fog", "rounds in fog to the reply", "M20200503", of(FOG, "to_reply", 2000)),
        ("approach", "shots of October 2014 to the reply", "M20141019", of(APPROACH, "to_fire", 2001)),
    ):
        time = record.time(case, "reply")
        if time is not None and time.minutes is not None:
            yield Check(f"episode:{name}", title, "min", "episodes", OUT, time.minutes, count, note)
    for each in record.counts:
        if each.key == "crossings 2024-06 2024-06":
            title, note = "June 2024, in the centre", "all that were told of were there"
            value = record.of_count(each)
            yield Check("episode:june", title, "crossings", "episodes", OUT, value, _in_centre, note)


def _in_centre(replicates: Replicates) -> Values:
    return _in_june(replicates)["centre"].to_numpy(float)
