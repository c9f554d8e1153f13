"""``dmz run``: from a request to a table, a folder of results, and an exit code."""

import json
import os
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import sim
from experiments.batch import Batch, run_batch
from experiments.crew import WorkersLost
from experiments.measures import accidental_clashes, with_totals
from experiments.pilots import PilotTable, pilot_for
from experiments.plan import TALKS, has_talks
from experiments.playing import Failure, compile_once, play
from experiments.session import session
from experiments.store import (
    geojson,
    incident_table,
    new_folder,
    write_json,
    write_tables,
    write_whole,
)
from experiments.summary import Summary, headline, summarise
from sim.agents.loading import load_agents
from sim.case import Case
from sim.documents import BadInput
from sim.outcome import RUNGS
from sim.scenario import load_case

_QUIET = ("--out", "--workers")  # options that no result depends on


@dataclass(frozen=True)
class Request:
    """The options of ``dmz run``."""

    scenario: str
    policies: tuple[str, ...] = ()
    runs: int = 100
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()
    workers: int | None = None
    out: Path | None = None
    why: int | None = None
    json: bool = False
    geojson: bool = False
    allow_code: bool = False


def run(request: Request) -> int:
    """Do what was asked; returns the exit code."""
    started = time.time()
    talk = Console(stderr=True, highlight=False)
    try:
        case = load_case(request.scenario, request.policies, request.assignments, request.days)
        agents = load_agents(case, request.allow_code)
        folder = new_folder(request.out, case.scenario.name)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    compile_once(talk.print)
    try:
        batch = _with_progress(request, case, agents, talk)
    except WorkersLost as lost:
        talk.print(f"stopped: {lost}; nothing was written", soft_wrap=True)
        return 1
    if not batch.outcomes:
        return _nothing_finished(batch, talk)
    runs = with_totals(batch.run_rows())
    incidents = incident_table(batch.incident_rows()).to_pandas()
    pilots = pilot_for(case)
    summary = summarise(case, runs, incidents, pilots)
    _save(request, folder, case, batch, summary, runs, incidents, started)
    _show(request, case, batch, summary, folder)
    if request.why is not None:
        _tell(request, case, incidents, agents)
    if batch.interrupted:
        talk.print(f"interrupted: {len(batch.outcomes)} of {batch.planned} runs had finished "
                   f"and are kept in {folder}")  # fmt: skip
        return 130
    return _tell_failures(batch, talk)


def _nothing_finished(batch: Batch, talk: Console) -> int:
    if batch.interrupted:
        talk.print("interrupted before any run had finished; nothing was written")
        return 130
    talk.print(next(iter(batch.failures.values())).traceback, markup=False)
    talk.print(f"all {len(batch.failures)} runs failed, the first as above; nothing was written")
    return 3


def _tell_failures(batch: Batch, talk: Console) -> int:
    """Say which runs failed, if any; the exit code."""
    if not batch.failures:
        return 0
    k, failure = min(batch.failures.items())
    talk.print(f"{len(batch.failures)} of {batch.planned} runs failed and are left out of every "
               f"figure; run {k}: {failure.error} (tracebacks in failures.json)",
               soft_wrap=True, markup=False)  # fmt: skip
    return 3


def _with_progress(request: Request, case: Case, agents: dict, talk: Console) -> Batch:
    workers = request.workers or os.cpu_count() or 1
    workers = min(workers, max(1, request.runs // 2))
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
        TimeRemainingColumn(), TextColumn("left, {task.fields[clashes]} clashes so far"),
    )  # fmt: skip
    with Progress(*columns, console=talk, disable=not talk.is_terminal) as progress:
        task = progress.add_task(case.scenario.name, total=request.runs, clashes=0)
        seen = 0

        def done(result: Any) -> None:
            nonlocal seen
            seen += 0 if isinstance(result, Failure) else result.row["clashes"]
            progress.update(task, advance=1, clashes=seen)

        return run_batch(
            case, request.runs, seed=request.seed, workers=workers, agents=agents, done=done
        )


# -- writing --------------------------------------------------------------------------------------


def _save(
    request: Request, folder: Path, case: Case, batch: Batch, summary: Summary,
    runs: pd.DataFrame, incidents: pd.DataFrame, started: float,
) -> None:  # fmt: skip
    from experiments.plots import save_summary

    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder, batch)
    write_json(folder / "manifest.json", manifest(request, case, batch, summary))
    write_json(folder / "figures.json", summary.data)
    if batch.failures:
        failed = [{"run": k} | vars(each) for k, each in sorted(batch.failures.items())]
        write_json(folder / "failures.json", {"seed": batch.seed, "failures": failed})
    if request.geojson:
        write_json(folder / "incidents.geojson", geojson(batch.incident_rows()))
    rungs = {f"rung_{r}": f"{r}+ {RUNGS[r]}" for r in range(1, len(RUNGS))}
    per_year = summary.data["per_year"]
    write_whole(folder / "summary.png", lambda to: save_summary(
        to, runs, incidents, batch.tension(), title=title(case),
        ladder=[(label, summary.rates[name]) for name, label in rungs.items()],
        too_few=[rungs[name] for name in rungs if per_year[name].get("too_few_clusters")],
        start=case.scenario.start, length_km=case.scenario.space.length_km,
        notes=notes(case),
    ))  # fmt: skip
    write_json(folder / "session.json", session(started))


def manifest(request: Request, case: Case, batch: Batch, summary: Summary) -> dict[str, Any]:
    """What was run: the same for the same runs, wherever and whenever they were made."""
    return case.resolved | {
        "content_hash": case.content_hash, "version": sim.__version__, "seed": batch.seed,
        "runs": batch.planned, "finished": sorted(batch.outcomes),
        "worlds": (batch.planned + 1) // 2, "lucks_per_world": 2,
        "command": command(request), "pilot": summary.data["pilot"],
    }  # fmt: skip


def command(request: Request) -> str:
    """The command that repeats the runs, without the options that no result depends on."""
    words = ["dmz", "run", request.scenario]
    words += [word for policy in request.policies for word in ("--policy", policy)]
    words += ["--runs", str(request.runs), "--seed", str(request.seed)]
    words += ["--days", str(request.days)] if request.days is not None else []
    words += [word for text in request.assignments for word in ("--set", text)]
    words += ["--allow-code"] if request.allow_code else []
    return shlex.join(words)


def title(case: Case) -> str:
    """Scenario and policies in one line."""
    with_policy = f" + {case.policy_name}" if case.policies else ""
    return f"{case.scenario.name}{with_policy}"


def notes(case: Case) -> list[str]:
    """What a reader of the picture must know."""
    text = [
        "Two lucks in each world; intervals 95%, the world as the cluster. Purpose: comparison, "
        "not prediction.",
        "How near the work is, map errors, rules and delays of the north, and how warning shots "
        "are read are assumptions (dmz params).",
    ]
    if has_talks(case.saved["scenario"]):
        text.append(TALKS)
    return text


# -- showing --------------------------------------------------------------------------------------


def _show(request: Request, case: Case, batch: Batch, summary: Summary, folder: Path) -> None:
    if request.json:
        print(json.dumps(summary.data | {"results": str(folder)}, indent=1, ensure_ascii=False))
        return
    from experiments.console import console
    from experiments.tables import print_summary

    out = console()
    print_summary(out, title(case), case, summary)
    out.print(f"\n{headline(summary.data)}")
    out.print(f"Results: {folder}")


def _tell(request: Request, case: Case, incidents: pd.DataFrame, agents: dict) -> None:
    """Print the story of the K-th clash, in the order of runs and of their days."""
    from sim.story import tell

    clashes = incidents[accidental_clashes(incidents)]
    if len(clashes) < request.why:
        print(f"there were {len(clashes)} accidental clashes; no story of number {request.why}",
              file=sys.stderr)  # fmt: skip
        return
    clash = clashes.iloc[request.why - 1]
    model = play(case, int(clash["run"]), request.seed, agents)
    print(f"\nClash {request.why} of {len(clashes)} (run {clash['run']}):")
    print("\n".join(tell(model, int(clash["incident"]))))


__all__ = ["PilotTable", "Request", "run"]
