"""A validation: a scenario's histories held against a record, and what was found as plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import pandas as pd

import sim
from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.publication import AT_THE_TIME, Filter, crossings
from experiments.calibration.record.record import Record
from experiments.store.piecewise import Show
from experiments.validation.back_test import BackTest, BackTestFigures, back_tests, rows_in
from experiments.validation.calendars import STRETCHES, Stretch
from experiments.validation.checks import checks
from experiments.validation.episodes import Event, EventFigures, episode_numbers, episode_plays, events
from experiments.validation.history import histories
from experiments.validation.ignorance import Ignorance, IgnoranceFigures, ignorance
from experiments.validation.nested import NestedDesign, nested_runs
from experiments.validation.predictive import CheckFigures, Held, as_figures, held
from experiments.validation.replicates import Replicates
from experiments.validation.scores import Scored, ScoredFigures, scored

FILE, HISTORIES, EPISODES, NESTED = "validation.json", "histories", "episodes", "nested"  # in its folder
Shows = Callable[[str], Show]  # of what is played, by its name


class PictureFigures(TypedDict):
    """A picture, by the name of its files."""

    name: str
    title: str
    caption: str


class ValidationFigures(TypedDict):
    """All of ``validation.json``: scores by what they are of; ``nested`` is null without a posterior."""

    version: str
    scenario: str
    record: str
    draws: int
    seed: int
    posterior: bool
    checks: list[CheckFigures]
    not_held: dict[str, str]
    scores: dict[str, ScoredFigures]
    events: list[EventFigures]
    back_tests: list[BackTestFigures]
    nested: IgnoranceFigures | None
    pictures: list[PictureFigures]


@dataclass(frozen=True)
class Asked:
    """What is validated: ``draws`` histories of a situation, its draws of the posterior one by one.

    ``record``: a folder of a record of one's own, None for the shipped one. ``calibration``: the folder of
    one whose table is fitted to what was known on earlier days. ``nested``: draws that are played in several
    worlds, where the situation has a posterior.
    """

    situation: str
    record: Path | None = None
    draws: int = 150
    seed: int = 1
    calibration: Path | None = None
    stretches: tuple[Stretch, ...] = STRETCHES
    nested: NestedDesign = field(default_factory=NestedDesign)


@dataclass(frozen=True)
class Validation:
    """What came of it: each check made, and which statistics were not held, with the reason; scores; what
    happened in episodes of the shipped record, with its chance; back-tests, where there is a calibration;
    and what nested runs tell, where there is a posterior.
    """

    asked: Asked
    posterior: bool
    replicates: Replicates
    held: Sequence[Held]
    left: Mapping[str, str]
    scored: Sequence[Scored]
    events: Sequence[Event]
    back_tests: Sequence[BackTest]
    ignorance: Ignorance | None


@dataclass(frozen=True)
class Ready:
    """What is read before anything is played: a record, the rows of a table, whether there is a posterior."""

    record: Record
    posterior: bool
    rows: pd.DataFrame | None


def ready(asked: Asked) -> Ready:
    """All that is asked for, read and found sound; raises ``BadInput`` for what is not."""
    record = Record.read(asked.record)
    for stretch in asked.stretches:
        stretch.case(asked.situation)
    rows = None if asked.calibration is None else rows_in(asked.calibration)
    posterior = asked.nested.cases(asked.situation)[None].posterior
    return Ready(record, posterior is not None, rows)


def validate(asked: Asked, folder: Path, workers: int, shows: Shows) -> Validation:
    """Play what is missing of the histories and nested runs in ``folder``, and hold them against the record.

    Raises ``BadInput`` for what cannot be read, and for a folder of other histories.
    """
    given = ready(asked)
    record = given.record
    played = (asked.situation, asked.draws, asked.seed, workers)
    tables = histories(folder / HISTORIES, *played, shows("histories"), asked.stretches)
    told, at_the_time = (Filter.fit(crossings(record, within)) for within in (None, AT_THE_TIME))
    replicates = Replicates(tables, asked.draws, told, at_the_time, asked.seed)
    made, left = checks(record, statistics(record), given.posterior and asked.record is None)
    found, happened = [held(each, replicates) for each in made], list[Event]()
    if asked.record is None:
        plays = episode_plays(folder / EPISODES, *played, lambda done, of: None)
        found += episode_numbers(plays, replicates, record)
        happened += events(plays, replicates)
    tests = [] if given.rows is None else back_tests(given.rows, record, asked.seed)
    scores = scored(replicates, record)
    told_apart = None
    if given.posterior:
        runs = nested_runs(folder / NESTED, *played, shows("worlds of nested runs"), asked.nested)
        told_apart = ignorance(runs, asked.seed)
    return Validation(asked, given.posterior, replicates, found, left, scores, happened, tests, told_apart)


def figures(validation: Validation) -> ValidationFigures:
    """All that was found, as plain values; no picture is drawn of it yet."""
    asked = validation.asked
    return ValidationFigures(
        version=sim.__version__,
        scenario=asked.situation,
        record="the shipped record" if asked.record is None else str(asked.record),
        draws=asked.draws,
        seed=asked.seed,
        posterior=validation.posterior,
        checks=[as_figures(each) for each in validation.held],
        not_held=dict(validation.left),
        scores={each.of: each.plain for each in validation.scored},
        events=[each.plain for each in validation.events],
        back_tests=[each.plain for each in validation.back_tests],
        nested=validation.ignorance.plain if validation.ignorance else None,
        pictures=[],
    )
