"""``dmz compare``, ``study``, ``resume`` and ``report``: from a request to a folder and a verdict.

A folder begins with its manifest and the files that were read; what is played is what the manifest
says, so that going on after a crash and playing in one go are the same thing.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

import sim
from experiments.asking import Comparison, asked_again, comparison_plan, study_plan
from experiments.campaign import Interrupted, play_out
from experiments.cluster import cluster_problem
from experiments.crew import Crew
from experiments.exits import guarded
from experiments.folders import (
    MANIFEST,
    begin,
    manifest_in,
    plan_in,
    refuse_changes,
    refuse_other_code,
)
from experiments.parts import Parts, locked
from experiments.plan import Plan
from experiments.playing import compile_once
from experiments.progress import Shown
from experiments.session import add_session
from experiments.store import new_folder, write_json
from sim.agents.loading import load_agents
from sim.documents import BadInput, Mark, Problem


@dataclass(frozen=True)
class Options:
    """What no result depends on: who plays, where it is kept, what is shown."""

    workers: int | None = None
    scheduler: str | None = None
    out: Path | None = None
    json: bool = False
    allow_code: bool = False
    dry_run: bool = False

    @property
    def crew(self) -> Crew:
        """Who plays: all cores of this machine unless something else was asked."""
        return Crew(self.workers or os.cpu_count() or 1, self.scheduler)


def compare(asked: Comparison, options: Options) -> int:
    """Compare policies with the scenario without them; the exit code."""
    return _answered(lambda: comparison_plan(asked), options)


def study(name: str, changes: Mapping[str, Any], options: Options) -> int:
    """Play the study of a file, or of a shipped name; the exit code."""
    return _answered(lambda: study_plan(name, changes), options)


def resume(folder: Path, options: Options) -> int:
    """Go on with what a folder holds; the exit code."""

    def go_on(talk: Console) -> int:
        plan = _as_it_was(folder, talk)
        _reach_scheduler(options)
        return _go_on(folder, plan, options, talk)

    return guarded(go_on)


def report(folder: Path) -> int:
    """Make the figures, pictures and report of a folder anew, of what it holds; the exit code."""

    def again(talk: Console) -> int:
        plan = plan_in(folder)
        with locked(folder):
            figures = _conclude(plan, folder)
        if figures is None:
            talk.print("no run has finished yet: there is nothing to report")
            return 1
        print(folder / "report.html")
        return 0

    return guarded(again)


def _as_it_was(folder: Path, talk: Console) -> Plan:
    """The plan of a folder, after a look whether its files still say the same."""
    plan = plan_in(folder)
    kept = manifest_in(folder)["version"]
    if kept != sim.__version__:
        raise BadInput([Problem(Mark(str(folder / MANIFEST), 0, 0), "version", sim.__version__,
                                kept, None, "changed since the study began")])  # fmt: skip
    try:
        now = asked_again(plan.request)
    except BadInput as bad:
        if all("no such" not in each.message for each in bad.problems):
            raise
        talk.print("the files that were read are not here: going on by the manifest")
    else:
        refuse_changes(folder, now)
    return plan


def _answered(ask: Callable[[], Plan], options: Options) -> int:
    def do(talk: Console) -> int:
        plan = ask()
        agents = _agents(plan, options)
        if options.dry_run:
            from experiments.forecast import print_forecast

            return print_forecast(plan, agents, options.crew, talk)
        _reach_scheduler(options)
        out = options.out
        if out is not None and (out / MANIFEST).is_file():
            refuse_changes(out, plan)
            return _go_on(out, plan_in(out), options, talk)
        folder = new_folder(out, f"{plan.kind}-{plan.name}")
        begin(plan, folder)
        return _go_on(folder, plan_in(folder), options, talk)

    return guarded(do)


def _agents(plan: Plan, options: Options) -> dict[str, dict[str, type]]:
    return {name: load_agents(arm.case, options.allow_code) for name, arm in plan.arms.items()
            if arm.case.agents}  # fmt: skip


def _reach_scheduler(options: Options) -> None:
    if options.scheduler is not None and (problem := cluster_problem(options.scheduler)):
        mark = Mark("--scheduler", 0, 0)
        raise BadInput([Problem(mark, "", options.scheduler, message=problem)])


def _go_on(folder: Path, plan: Plan, options: Options, talk: Console) -> int:
    agents = _agents(plan, options)
    refuse_other_code(folder, plan)
    if options.scheduler is None:
        compile_once(talk.print)
    started = time.time()
    with locked(folder):
        try:
            with Shown(plan, talk) as show:
                play_out(plan, folder, options.crew, agents, show)
        except Interrupted:
            n = len(Parts(folder).table("runs", ["run"]))
            talk.print(f"interrupted: {n:,} runs are kept; go on with: dmz resume {folder}",
                       soft_wrap=True)  # fmt: skip
            return 130
        finally:
            add_session(folder, started, options.crew)
        figures = _conclude(plan, folder)
    return _told(plan, folder, figures, options, talk)


def _conclude(plan: Plan, folder: Path) -> dict[str, Any] | None:
    """Write the figures, the pictures and the report of what the folder holds; None of nothing."""
    from experiments.figures import by_arm, figures_of
    from experiments.publishing import publish
    from experiments.results import Results

    found = Results(folder)
    if found.runs.empty:
        return None
    tables = by_arm(plan, found.runs, found.incidents)
    figures = figures_of(plan, tables, found.complete, found.failures)
    write_json(folder / "figures.json", figures)
    publish(found, figures)
    return figures


def _told(
    plan: Plan, folder: Path, figures: dict[str, Any] | None, options: Options, talk: Console
) -> int:
    failed = Parts(folder).table("failures", ["arm", "run", "error"]).to_pylist()
    if figures is not None:
        from experiments.verdicts import print_verdicts

        if options.json:
            print(json.dumps(figures | {"results": str(folder)}, indent=1, ensure_ascii=False))
        else:
            print_verdicts(plan, figures)
            print(f"Report: {folder / 'report.html'}")
    if failed:
        first = failed[0]
        talk.print(f"{len(failed):,} runs failed and are left out of every figure; run "
                   f"{first['run']} of {first['arm']}: {first['error']} (failures.json)",
                   soft_wrap=True, markup=False)  # fmt: skip
    return 3 if failed else 0
