"""``dmz run``, ``compare``, ``study``, ``resume`` and ``report``: from a request to a verdict.

A folder begins with its manifest and the files that were read; what is played is what the manifest
says, so that going on after a crash and playing in one go are the same thing. What was found is
printed before anything is drawn or written of it.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

import sim
from experiments.asking import (
    Comparison,
    Single,
    asked_again,
    comparison_plan,
    single_plan,
    study_plan,
)
from experiments.campaign import play_out
from experiments.changes import refuse_changes
from experiments.cluster import cluster_problem
from experiments.crew import Crew, cores
from experiments.exits import guarded, resumable, resume_command
from experiments.files import write_json
from experiments.folders import StudyFolder, claimed, locked
from experiments.own_files import keep_only
from experiments.plan import Plan
from experiments.playing import compile_once
from experiments.progress import Shown
from experiments.results import Results
from experiments.session import add_session
from experiments.streams import unread
from sim.agents.loading import load_agents
from sim.documents import BadInput, Mark, Problem
from sim.documents.problems import escaped, printable


@dataclass(frozen=True)
class Options:
    """What no result depends on: who plays, where it is kept, what is shown.

    ``why``: the story of the so-manieth clash is told. ``failed``: failed runs are played again.
    """

    workers: int | None = None
    scheduler: str | None = None
    out: Path | None = None
    json: bool = False
    allow_code: bool = False
    dry_run: bool = False
    why: int | None = None
    failed: bool = False

    @property
    def crew(self) -> Crew:
        """Who plays: all cores of this machine unless something else was asked."""
        return Crew(self.workers or cores(), self.scheduler)


def run(asked: Single, options: Options) -> int:
    """Play one arm; the exit code."""
    return _answered(lambda: single_plan(asked), options)


def compare(asked: Comparison, options: Options) -> int:
    """Compare policies with the scenario without them; the exit code."""
    return _answered(lambda: comparison_plan(asked), options)


def study(name: str, changes: Mapping[str, Any], options: Options) -> int:
    """Play the study of a file, or of a shipped name; the exit code."""
    return _answered(lambda: study_plan(name, changes), options)


def resume(folder: Path, options: Options) -> int:
    """Go on with what a folder holds; the exit code."""

    def go_on(talk: Console) -> int:
        _refuse_other_version(StudyFolder(folder))
        with locked(folder):
            study = StudyFolder(folder)
            _hold_against_files(study, talk)
            _reach_scheduler(options, study.plan)
            return _go_on(study, options, talk)

    return guarded(go_on)


def report(folder: Path) -> int:
    """Make the figures, pictures and report of a folder anew, of what it holds; the exit code."""

    def again(talk: Console) -> int:
        StudyFolder(folder)
        with locked(folder):
            study = StudyFolder(folder)
            found = Results(study)
            figures = _figures(study.plan, found)
            if figures is None:
                talk.print("no run has finished yet: there is nothing to report")
                return 1
            _publish(study, found, figures)
        print(folder / "report.html")
        return 0

    return guarded(again)


def _refuse_other_version(study: StudyFolder) -> None:
    kept = study.manifest["version"]
    if kept != sim.__version__:
        raise BadInput([Problem(study.mark, "version", sim.__version__, kept, None,
                                "changed since the study began")])  # fmt: skip


def _hold_against_files(study: StudyFolder, talk: Console) -> None:
    """Refuse files that say something else than then, and copy anew what was damaged of them.

    Where they are gone the manifest is enough.
    """
    try:
        now = asked_again(study.plan.request)
    except BadInput as bad:
        if all("no such" not in each.message for each in bad.problems):
            raise
        talk.print("the files that were read are not here: going on by the manifest")
    else:
        refuse_changes(study.manifest, json.loads(json.dumps(now.manifest())), study.mark)
        for path in study.mend_inputs(now):
            talk.print(f"{path}: was damaged, and is copied again")


def _answered(ask: Callable[[], Plan], options: Options) -> int:
    def do(talk: Console) -> int:
        plan = ask()
        agents = _agents(plan, options)
        if options.dry_run:
            from experiments.forecast import print_forecast

            _say_clipped(plan, talk)
            return print_forecast(plan, agents, options.crew, talk)
        _reach_scheduler(options, plan)
        with claimed(plan, options.out) as folder:
            return _go_on(folder, options, talk)

    return guarded(do)


def _agents(plan: Plan, options: Options) -> dict[str, dict[str, type]]:
    return {name: load_agents(arm.case, options.allow_code) for name, arm in plan.arms.items()
            if arm.case.agents}  # fmt: skip


def _say_clipped(plan: Plan, talk: Console) -> None:
    for line in plan.clipped:
        talk.print(line)


def _reach_scheduler(options: Options, plan: Plan) -> None:
    cases = [arm.case for arm in plan.arms.values()]
    if options.scheduler is not None and (problem := cluster_problem(options.scheduler, cases)):
        mark = Mark("--scheduler", 0, 0)
        raise BadInput([Problem(mark, "", options.scheduler, message=problem)])


def _go_on(study: StudyFolder, options: Options, talk: Console) -> int:
    agents = _agents(study.plan, options)
    _say_clipped(study.plan, talk)
    study.refuse_other_code()
    started = time.time()
    with resumable(study.path, *(["--failed"] if options.failed else [])):
        if options.scheduler is None:
            compile_once(talk.print)
        try:
            with Shown(study.plan, talk) as show:
                damaged = play_out(study, options.crew, agents, show, failed=options.failed)
        finally:
            with contextlib.suppress(OSError):  # how long it took is no result
                add_session(study.path, started, options.crew)
        for each in damaged:
            talk.print(f"{each}; what it held was played again")
        found = Results(study)
        figures = _figures(study.plan, found)
        if figures is not None:
            with unread():
                _print(study, found, figures, options)
            _publish(study, found, figures)
            with unread():
                _point_to(study, options)
    return _told_failures(study, talk)


def _figures(plan: Plan, found: Results) -> dict[str, Any] | None:
    """The figures of what the folder holds; None of nothing."""
    from experiments.figures import by_arm, figures_of

    if found.runs.empty:
        return None
    tables = by_arm(plan, found.runs, found.fingerprints)
    figures = figures_of(plan, tables, found.complete, found.failures)
    if plan.kind == "run":
        from experiments.running import summary_of

        figures["summary"] = summary_of(plan, found)
    return figures


def _print(
    study: StudyFolder, found: Results, figures: dict[str, Any], options: Options
) -> None:
    if options.json:
        print(json.dumps(figures | {"results": str(study.path)}, indent=1, ensure_ascii=False))
    elif study.plan.kind == "run":
        from experiments.running import print_run

        print_run(study.plan, figures)
    else:
        from experiments.verdicts import print_verdicts

        print_verdicts(study.plan, figures)
    if options.why is not None:
        from experiments.running import print_story

        print_story(study.plan, found, options.why, _agents(study.plan, options),
                    sys.stderr if options.json else sys.stdout)  # fmt: skip


def _publish(study: StudyFolder, found: Results, figures: dict[str, Any]) -> None:
    """Write the figures, the pictures and the report."""
    from experiments.publishing import FIGURES, REPORT, publish

    write_json(study.path / FIGURES, figures)
    publish(found, figures)
    made = [FIGURES, REPORT]
    if study.plan.kind == "run":
        from experiments.running import publish_run

        made += publish_run(study, found, figures)
    keep_only(study.path, made)


def _point_to(study: StudyFolder, options: Options) -> None:
    if not options.json:
        print(f"Report: {study.path / 'report.html'}")


def _told_failures(study: StudyFolder, talk: Console) -> int:
    """Say which runs failed, if any; the exit code."""
    failed = study.parts.table("failures").to_pylist()
    if not failed:
        return 0
    if not study.parts.rows("runs"):
        talk.print(escaped(failed[0]["traceback"], "\n\t"))
    first, few = failed[0], "run failed and is" if len(failed) == 1 else "runs failed and are"
    again = resume_command(study.path, "--failed")
    talk.print(f"{len(failed):,} {few} left out of every figure; run {first['run']} of "
               f"{escaped(first['arm'])}: {printable(first['error'])} (failures.json); {again} "
               "plays again what failed")  # fmt: skip
    return 3
