"""``dmz explain``: what accidental clashes of an arm's runs are made of, and one of them as a tree.

Runs are drawn before anything is looked at, and played again with ingredients of accidents removed. What is
played is kept in ``anatomy/`` of the results, in parts: the same call goes on with it.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

import sim
from experiments.commands.anatomy import PAGE, Anatomy
from experiments.commands.arm import arm_named, some_of
from experiments.commands.console import console
from experiments.commands.exits import SAME_AGAIN, Halted, noted
from experiments.commands.progress import Tenths
from experiments.commands.verify import classes_of
from experiments.design.anatomy import AnatomyDesign
from experiments.design.explanation import Explanation, WhichClash
from experiments.design.ingredients import Ingredient, contains, ingredients
from experiments.design.plan import Arm
from experiments.findings.anatomy import Removals, Values, anatomy_of, table_of
from experiments.findings.anatomy_words import (
    absent_words,
    clash_words,
    draws_words,
    level_words,
    played_words,
)
from experiments.findings.by_draw import deviates_of
from experiments.findings.clash_tree import ClashTree, tree_of
from experiments.measures import YEAR, accidental_clashes
from experiments.pictures import save
from experiments.pictures.anatomy import anatomy_picture
from experiments.pictures.sheet import styled
from experiments.play.task import Task
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers, apart
from experiments.report.anatomy_page import Told, anatomy_html
from experiments.statistics.intervals import Events
from experiments.statistics.shapley import NOBODY
from experiments.store.files import write_json, write_parquet, write_whole
from experiments.store.piecewise import KEY, Show, in_parts
from experiments.study.folder import StudyFolder, had_alone
from experiments.study.forecast import Pace, time_words
from experiments.study.place import refuse_no_room
from experiments.study.removals import TABLE, RemovalTask, plain, play_removals
from experiments.study.results import Results
from experiments.wording import many
from experiments.worlds import LUCKS
from sim.documents import refuse
from sim.scenario.case import digest

FOLDER, FIGURES = "anatomy", "anatomy.json"
_PLAYS = "plays"
_LONGEST = 60  # letters of an arm's name in that of a folder
_DIGITS = 12  # of a digest in a folder's name


def explain(asked: Explanation, workers: Workers, *, dry_run: bool = False) -> Anatomy | None:
    """Write ``anatomy/`` into a folder of results; what it tells. ``dry_run``: say what it would take, None.

    Raises ``BadInput`` for results that cannot be explained, an arm and a clash that there are not, and
    ``Halted`` where a run without an ingredient raised an exception.
    """
    with had_alone(asked.folder) as study:
        _refuse_other_version(study)
        study.refuse_changed_inputs()
        subject = _Subject.of(study, asked)
        workers.refuse_out_of_reach([subject.arm.case])
        place = _place(study, subject.arm)
        refuse_no_room(asked.folder / FOLDER, place)
        return _explain(subject, asked, workers, place, dry_run)


def _refuse_other_version(study: StudyFolder) -> None:
    made = study.manifest["version"]
    if made != sim.__version__:
        message = "was made by another version, which plays otherwise"
        refuse(study.mark, message, path="version", found=made, allowed=sim.__version__)


# -- what is explained ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Clash:
    """A clash that is told: ``number`` of the arm's ``clashes``, the incident of a run."""

    run: int
    incident: int
    number: int
    clashes: int

    def title(self, asked: bool) -> str:
        return clash_words(self.number, self.clashes, self.run, self.incident, asked)


@dataclass(frozen=True)
class _Subject:
    """An arm of results as it is explained: its ``runs`` as they were kept, those of whole worlds alone."""

    arm: Arm
    seed: int
    runs: pd.DataFrame
    agents: Mapping[str, type]
    removable: tuple[Ingredient, ...]
    absent: Mapping[str, str]
    clash: _Clash | None

    @classmethod
    def of(cls, study: StudyFolder, asked: Explanation) -> "_Subject":
        """The arm that is asked for; raises ``BadInput`` for what there is not, before anything is played."""
        arm = arm_named(study, asked.arm)
        _refuse_early_ends(study, arm)
        agents = classes_of(study, asked.allow_code).get(arm.name, {})
        results = Results(study)
        kept = results.by_arm("runs", ["run", "world", "days", "clashes", "expected_clashes"]).get(arm.name)
        if kept is None:
            refuse(study.mark, f"no run of {arm.name} has finished yet")
        whole = kept[kept.groupby("world")["run"].transform("size") == LUCKS]
        if whole["world"].nunique() < 2:
            message = f"{arm.name} has {many(whole['world'].nunique(), 'world')} of both lucks"
            refuse(study.mark, message, allowed="2 or more, to tell how they differ")
        there = [each for each in ingredients() if contains(arm.case, each)]
        if not there:
            refuse(study.mark, f"nothing that could be removed is in {arm.name}")
        absent = {each.name: _why_absent(arm, each) for each in ingredients() if each not in there}
        return cls(
            replace(arm, case=plain(arm.case)),
            study.plan.seed,
            whole.reset_index(drop=True),
            agents,
            tuple(there),
            absent,
            _clash_of(results, arm.name, asked.clash),
        )

    @property
    def worlds(self) -> list[int]:
        """The worlds of its runs."""
        return sorted(self.runs["world"].unique().tolist())

    def task(self, design: AnatomyDesign, places: tuple[int, ...]) -> RemovalTask:
        """The worlds at these places of a design."""
        return RemovalTask(
            self.arm.name,
            self.arm.case,
            self.seed,
            places,
            [design.worlds[place] for place in places],
            [design.coalitions[place] for place in places],
            self.removable,
            self.agents,
        )


def _refuse_early_ends(study: StudyFolder, arm: Arm) -> None:
    scenario = arm.case.scenario
    for name in ("ends_at_rung", "ends_after_incidents"):
        if getattr(scenario, name) is not None:
            message = (
                f"runs of {arm.name} end early, so that a removal that lets them go on would seem to do harm"
            )
            refuse(study.mark, message, path=name, found=str(getattr(scenario, name)), allowed="whole runs")


def _why_absent(arm: Arm, ingredient: Ingredient) -> str:
    given = (reason for path, reason in ingredient.unless.items() if arm.case.value_of(path) is not None)
    return next(given, "all is as if it were removed")


def _clash_of(results: Results, arm: str, asked: WhichClash | None) -> _Clash | None:
    """The clash that is asked for; without one the first, if there is any."""
    columns = ["run", "incident", "accidental", "rung"]
    incidents = results.by_arm("incidents", columns).get(arm)
    keys: list[tuple[int, int]] = []
    if incidents is not None:
        clashes = incidents[accidental_clashes(incidents)].sort_values(["run", "incident"])
        keys = list(zip(clashes["run"].tolist(), clashes["incident"].tolist(), strict=True))
    if asked is None:
        return _Clash(*keys[0], 1, len(keys)) if keys else None
    fits = [i for i, key in enumerate(keys) if key[0] == asked.run and asked.incident in (None, key[1])]
    if not fits:
        message = f"{arm} has no such accidental clash"
        allowed = some_of([f"{run}:{incident}" for run, incident in keys]) or "none: no run had one"
        refuse("--clash", message, found=str(asked), allowed=allowed)
    return _Clash(*keys[fits[0]], fits[0] + 1, len(keys))


def _place(study: StudyFolder, arm: Arm) -> Path:
    """Where the anatomy of an arm goes."""
    folder, names = study.path / FOLDER, list(study.plan.arms)
    if len(names) == 1:
        return folder
    plain_name = re.sub(r"[^\w-]+", "_", arm.name)[:_LONGEST]
    return folder / f"{names.index(arm.name) + 1}-{plain_name}"


# -- playing it -----------------------------------------------------------------------------------


def _explain(
    subject: _Subject, asked: Explanation, workers: Workers, place: Path, dry_run: bool
) -> Anatomy | None:
    talk, arm = console(stderr=True), subject.arm
    players, available = len(subject.removable), LUCKS * len(subject.worlds)
    runs = min(asked.runs, available)
    design = AnatomyDesign.drawn(subject.worlds, runs, players, asked.orders, asked.seed)
    compile_once(talk.print)
    seconds = _held_against_themselves(subject, design)
    talk.print(
        f"{arm.name}: {many(design.plays, 'play')}: {many(design.runs, 'run')}, each with nothing, "
        f"everything and each of {many(players, 'ingredient')} removed, and along "
        f"{many(asked.orders, 'order')}: {_time_words(seconds, design.plays, workers)} "
        f"({seconds:.2g} s a play)"
    )
    if subject.absent:
        talk.print(absent_words(subject.absent))
    if dry_run:
        return None
    place.mkdir(parents=True, exist_ok=True)
    with noted(SAME_AGAIN):
        plays = _played(subject, asked, design, place, workers, Tenths(talk, "worlds"))
        removals = Removals.of(design, plays)
        years = float(subject.runs["days"].iloc[0]) * design.runs / YEAR
        leads: Events = "expected" if arm.expects() else "counted"
        figures = anatomy_of(removals, subject.removable, years, leads, _deviates(arm, design, leads))
        played = played_words(figures, arm.name, available, asked.seed, arm.case.posterior is not None)
        tree = _tree(subject)
    told = Told(
        arm.name,
        subject.seed,
        played,
        figures,
        subject.removable,
        subject.absent,
        subject.clash.title(asked.clash is not None) if subject.clash else "",
        tree,
    )
    return _kept(Anatomy(place, told))


def _time_words(seconds: float, plays: int, workers: Workers) -> str:
    """How long so many plays take; how many workers a cluster has is not asked."""
    if workers.scheduler is not None:
        return f"{time_words(Pace(seconds, 0.0).seconds_of(plays, 1))} of one worker of {workers.scheduler}"
    told = time_words(Pace(seconds, 0.0).seconds_of(plays, workers.count))
    return f"{told} with {many(workers.count, 'worker')}"


def _deviates(arm: Arm, design: AnatomyDesign, leads: Events) -> Values | None:
    """Of the draws that the worlds of a design play; None where they play none, or nothing is expected."""
    if arm.case.posterior is None or leads == "counted":
        return None
    return deviates_of(arm.case, [arm.case.posterior.of_world(world) for world in design.worlds])


def _held_against_themselves(subject: _Subject, design: AnatomyDesign) -> float:
    """Play the first world of a design as it is; the seconds that a run takes.

    Raises ``BadInput`` unless its runs come out as they were kept.
    """
    world = design.worlds[0]
    task = RemovalTask(
        subject.arm.name, subject.arm.case, subject.seed, (0,), (world,), ((NOBODY,),), (), subject.agents
    )
    ((_, (plays, seconds)),) = apart(task, _timed) if subject.agents else [(task, _timed(task))]
    _refuse_others(subject, plays)
    return seconds / LUCKS


def _timed(task: RemovalTask) -> tuple[pd.DataFrame, float]:
    started = time.perf_counter()
    found = play_removals(task)[0][TABLE]
    return found, time.perf_counter() - started


def _refuse_others(subject: _Subject, plays: pd.DataFrame) -> None:
    """Refuse plays with nothing removed whose clashes, expected and counted, are not those that were kept."""
    if (plays["error"] != "").any():
        first = plays[plays["error"] != ""].iloc[0]
        raise Halted(
            f"run {first['run']} of {subject.arm.name} failed as it was played again: {first['error']}"
        )
    kept = subject.runs.set_index("run").loc[plays["run"]]
    differs = (kept["expected_clashes"].to_numpy() != plays["expected"].to_numpy()) | (
        kept["clashes"].to_numpy() != plays["counted"].to_numpy()
    )
    if differs.any():
        k = int(plays["run"].to_numpy()[differs][0])
        message = f"run {k} of {subject.arm.name} does not come out as it was kept"
        refuse("FOLDER", message, allowed="results of this very program: dmz verify tells more")


def _played(
    subject: _Subject, asked: Explanation, design: AnatomyDesign, place: Path, workers: Workers, show: Show
) -> pd.DataFrame:
    """All plays of a design; what was kept of them is not played again, nor are they those of more runs."""
    drawn_by = {
        "case": subject.arm.case.content_hash,
        "seed": subject.seed,
        "removed": {each.name: each.values for each in subject.removable},
        "worlds": subject.worlds,
        "orders": asked.orders,
        "drawn_by": asked.seed,
    }
    folder = place / f"{_PLAYS}-{digest(drawn_by)[:_DIGITS]}"
    task = partial(subject.task, design)
    through = partial(workers.work_through, cases=[subject.arm.case])
    n, count = len(design.worlds), workers.count
    found = in_parts(folder, [TABLE], drawn_by, n, task, play_removals, count, show, through)
    plays = found[TABLE]
    failed = plays[plays["error"] != ""]
    if len(failed):
        first = failed.iloc[0]
        raise Halted(
            f"run {first['run']} of {subject.arm.name} failed without some ingredients: {first['error']}"
        )
    _refuse_others(subject, plays[plays["coalition"] == NOBODY])
    return plays.drop(columns=KEY)


def _tree(subject: _Subject) -> ClashTree | None:
    """The clash that is told, played again."""
    if (clash := subject.clash) is None:
        return None
    task = Task(subject.arm.name, subject.arm.case, subject.seed, (clash.run,), subject.agents)
    grown = partial(_grown, incident=clash.incident)
    if not subject.agents:
        return grown(task)
    ((_, found),) = apart(task, grown)
    return found


def _grown(task: Task, incident: int) -> ClashTree:
    return tree_of(task, incident)


# -- keeping it -----------------------------------------------------------------------------------


def _kept(found: Anatomy) -> Anatomy:
    """Write figures, table, picture and page."""
    told, place = found.told, found.folder
    notes = [
        told.played,
        f"{level_words(told.figures)} Hollow bars: undecided, or no run changes.",
        f"{draws_words(told.figures)} Purpose: comparison, not prediction.".lstrip(),
        absent_words(told.absent),
    ]
    with styled():
        picture = anatomy_picture(told.arm, told.figures, [note for note in notes if note])
        save(picture, place)
        page = anatomy_html(told, picture)
    write_json(place / FIGURES, told.figures | {"arm": told.arm, "absent": dict(told.absent)})
    table = pa.Table.from_pandas(table_of(told.figures), preserve_index=False)
    write_whole(place / f"{FOLDER}.parquet", lambda to: write_parquet(to, [table], table.schema))
    write_whole(place / PAGE, lambda to: to.write_text(page, encoding="utf-8"))
    return found
