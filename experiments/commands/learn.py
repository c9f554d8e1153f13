"""``dmz learn``: which fact the talks' experts should measure first, by the draws of a study."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pandas as pd
from rich.console import RenderableType

from experiments.calibration.register import unknown_of
from experiments.design.plan import Plan
from experiments.design.request import FEWEST_DRAWS
from experiments.findings.ground_words import HEADS, TOGETHER, grounds_rows, left_words
from experiments.findings.grounds import FEWEST, Grounds, grounds_of
from experiments.findings.learning import Fact, OpenQuestion, facts
from experiments.pictures import save
from experiments.pictures.learn import learn_picture
from experiments.pictures.sheet import styled
from experiments.report.rows import Rows
from experiments.store.files import write_json
from experiments.study.folder import StudyFolder, had_alone
from experiments.study.place import refuse_no_room
from experiments.study.results import Results
from experiments.wording import capital, many, share_figure
from sim.documents import refuse

FOLDER = "learn"  # in the folder of results


class Learnt(TypedDict):
    """Of one future: facts, the most worth first; and on what the spread without a policy rests."""

    facts: list[Fact]
    grounds: Grounds | None


def learn(folder: Path) -> Iterator[RenderableType]:
    """Write ``learn/`` into a folder of results, with a part for each future over draws; say what it tells.

    Raises ``BadInput`` for results of which nothing can be learnt, or that have no room for it.
    """
    with had_alone(folder) as study:
        place = folder / FOLDER
        refuse_no_room(place)
        yield from _learn(study, place)
        yield f"Written: {place}"


def _learn(study: StudyFolder, place: Path) -> Iterator[RenderableType]:
    results = Results(study)
    plan = study.plan
    futures = {
        future: arms
        for future, arms in plan.futures.items()
        if len(arms) > 1 and all(arm.case.posterior is not None for arm in arms.values())
    }
    if not futures:
        message = "no policies were compared over the draws of a posterior"
        allowed = "results of dmz compare or study of a scenario with a posterior"
        refuse(study.mark, message, allowed=allowed)
    told, runs = dict[str, Learnt](), results.runs
    for future, arms in futures.items():
        options = {policy: (arm, runs[runs["arm"] == arm.name]) for policy, arm in arms.items()}
        draws = min(its["draw"].nunique() for _, its in options.values())
        if draws < FEWEST:
            message = f"{future} has {many(draws, 'draw')}, of which nothing can be learnt"
            refuse(study.mark, message, found=str(draws), allowed=f"{FEWEST} or more")
        sites = _sites(results, arms[None].name)
        found = facts(options, sites, _unknowns(plan), plan.seed)
        rests = grounds_of(arms[None].case, options[None][1])
        told[future] = Learnt(facts=found, grounds=rests)
        yield from _table(future, draws, found)
        if rests is not None:
            yield from _grounds(rests)
        place.mkdir(exist_ok=True)
        with styled():
            notes = [f"{plan.name}, seed {plan.seed}. Purpose: comparison, not prediction."]
            picture = learn_picture(future, draws, len(arms), found, notes)
            name = "learn" if len(futures) == 1 else f"learn-{list(futures).index(future) + 1}"
            save(picture.called(name), place)
    write_json(place / "learn.json", told)


def _unknowns(plan: Plan) -> list[OpenQuestion]:
    """The parameters of all posteriors by what they stand for, in their order."""
    found: dict[tuple[str, str], list[str]] = {}
    for arm in plan.arms.values():
        for path in arm.case.posterior.paths if arm.case.posterior else ():
            paths = found.setdefault(unknown_of(path), [])
            if path not in paths:
                paths.append(path)
    return [OpenQuestion(name, group, tuple(paths)) for (name, group), paths in found.items()]


def _sites(results: Results, arm: str) -> pd.DataFrame:
    """By run of an arm, how many distinct sites its recorded crossings had."""
    incidents = results.by_arm("incidents", ["run", "site", "recorded_by_south"])[arm]
    recorded = incidents[incidents["recorded_by_south"].astype(bool)]
    return recorded.groupby("run")["site"].nunique().rename("sites").reset_index()


def _table(future: str, draws: int, found: list[Fact]) -> Iterator[RenderableType]:
    rough = "; from so few draws all this is rough" if draws < FEWEST_DRAWS else ""
    yield (
        f"\nWhat would be worth knowing first in {future}, over {many(draws, 'draw')}: expected accidental "
        f"clashes a year that one would avoid by choosing the policy by it{rough}"
    )
    rows = Rows(
        "fact", "kind", "worth a year", "95% interval", "worthless come out below", "tells of clashes"
    )
    for fact in found:
        rows.add(
            fact["name"],
            fact["kind"],
            f"{fact['worth']:+.3f}",
            f"{fact['low']:+.3f} to {fact['high']:+.3f}",
            f"{fact['null']:+.3f}",
            share_figure(fact["tells"]),
        )
    rows.add()
    yield rows


def _grounds(found: Grounds) -> Iterator[RenderableType]:
    yield (
        "On what the spread of clashes over draws rests, without a policy: shares of the variance of their "
        "ranks, to first order, on draws not seen"
    )
    rows = Rows("rests on", *HEADS)
    for cells in grounds_rows(found):
        rows.add(*cells)
    rows.add()
    yield rows
    yield f"{capital(left_words(found))}. {TOGETHER}"
