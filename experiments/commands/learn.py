"""``dmz learn``: which fact the talks' experts should measure first, by the draws of a study."""

from pathlib import Path

import pandas as pd

from experiments.calibration.register import unknown_of
from experiments.commands.lessons import Learnt, Lessons
from experiments.design.plan import Plan
from experiments.findings.grounds import FEWEST, grounds_of
from experiments.findings.learning import OpenQuestion, facts
from experiments.pictures import save
from experiments.pictures.learn import learn_picture
from experiments.pictures.sheet import styled
from experiments.store.files import write_json
from experiments.study.folder import StudyFolder, had_alone
from experiments.study.place import refuse_no_room
from experiments.study.results import Results
from experiments.wording import many
from sim.documents import refuse

FOLDER = "learn"  # in the folder of results


def learn(folder: Path) -> Lessons:
    """Write ``learn/`` into a folder of results, with a part for each future over draws; what it tells.

    Raises ``BadInput`` for results of which nothing can be learnt, or that have no room for it.
    """
    with had_alone(folder) as study:
        place = folder / FOLDER
        refuse_no_room(place)
        return _learn(study, place)


def _learn(study: StudyFolder, place: Path) -> Lessons:
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
    questions = _unknowns(plan)
    told, runs = dict[str, Learnt](), results.runs
    options = {
        future: {policy: (arm, runs[runs["arm"] == arm.name]) for policy, arm in arms.items()}
        for future, arms in futures.items()
    }
    seen = {
        future: min(its["draw"].nunique() for _, its in each.values()) for future, each in options.items()
    }
    for future, draws in seen.items():
        if draws < FEWEST:
            message = f"{future} has {many(draws, 'draw')}, of which nothing can be learnt"
            refuse(study.mark, message, found=str(draws), allowed=f"{FEWEST} or more")
    for future, each in options.items():
        arm, its = each[None]
        found = facts(each, _sites(results, arm.name), questions, plan.seed)
        told[future] = Learnt(facts=found, grounds=grounds_of(arm.case, its))
        place.mkdir(exist_ok=True)
        with styled():
            notes = [f"{plan.name}, seed {plan.seed}. Purpose: comparison, not prediction."]
            picture = learn_picture(future, seen[future], len(each), found, notes)
            name = "learn" if len(futures) == 1 else f"learn-{list(futures).index(future) + 1}"
            save(picture.called(name), place)
    write_json(place / "learn.json", told)
    return Lessons(place, told, seen, questions)


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
