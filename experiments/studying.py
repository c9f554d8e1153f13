"""``dmz compare``, ``study``, ``resume`` and ``report``: from a request to a folder and a verdict.

A folder begins with its manifest and the files that were read; what is played is what the manifest
says, so that going on after a crash and playing in one go are the same thing.
"""

import hashlib
import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

import sim
from experiments.campaign import Interrupted, Progress, play_out
from experiments.cluster import cluster_problem
from experiments.parts import Parts, locked
from experiments.plan import Plan, differences
from experiments.planning import Ask, plan_of, read_study
from experiments.playing import Crew, WorkersLost, compile_once
from experiments.session import add_session
from experiments.store import new_folder, write_json
from experiments.study_file import Study
from sim.agents.loading import load_agents
from sim.documents import BadInput, Document, Mark, Problem, validate

MANIFEST, INPUTS = "manifest.json", "inputs"
_MOST_DIFFERENCES = 12
_NOT_RESULTS = {"command", "request", "content_hash", "description", "code"}


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


@dataclass(frozen=True)
class Comparison:
    """What ``dmz compare`` was asked."""

    scenario: str
    policies: tuple[str, ...] = ()
    stacked: tuple[str, ...] = ()
    combine: bool = False
    runs: int = 100
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = field(default=())


def compare(asked: Comparison, options: Options) -> int:
    """Compare policies with the scenario without them; the exit code."""
    return _answered(lambda: _comparison_plan(asked), options)


def study(name: str, changes: Mapping[str, Any], options: Options) -> int:
    """Play the study of a file, or of a shipped name; the exit code."""
    return _answered(lambda: _study_plan(name, changes), options)


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


# -- asking ---------------------------------------------------------------------------------------


def _comparison_plan(asked: Comparison) -> Plan:
    said = {
        "name": Path(asked.scenario).stem[:80] or "comparison", "scenarios": [asked.scenario],
        "policies": [*asked.policies, *([list(asked.stacked)] if asked.stacked else [])],
        "combine": asked.combine, "days": asked.days, "seed": asked.seed, "runs": asked.runs,
    }  # fmt: skip
    document = Document(said, {}, "dmz compare")
    ask = Ask("compare", validate(document, Study), document, asked.assignments)
    request = {"verb": "compare", "asked": vars(asked)}
    plan = plan_of(ask, _comparison_command(asked), json.loads(json.dumps(request)))
    return replace(plan, name=next(iter(plan.arms.values())).case.scenario.name)


def _comparison_command(asked: Comparison) -> str:
    words = ["dmz", "compare", asked.scenario]
    words += [word for path in asked.policies for word in ("--policies", path)]
    words += [word for path in asked.stacked for word in ("--policy", path)]
    words += ["--combine"] if asked.combine else []
    words += ["--runs", str(asked.runs), "--seed", str(asked.seed)]
    words += ["--days", str(asked.days)] if asked.days is not None else []
    words += [word for text in asked.assignments for word in ("--set", text)]
    return shlex.join(words)


def _study_plan(name: str, changes: Mapping[str, Any]) -> Plan:
    ask = read_study(name, changes)
    words = ["dmz", "study", name]
    for key, value in changes.items():
        words += [f"--{key}", str(value)]
    request = {"verb": "study", "name": name, "changes": dict(changes)}
    return plan_of(ask, shlex.join(words), request)


def _asked_again(request: Mapping[str, Any]) -> Plan:
    """The plan of a request, from the files as they are now."""
    if request["verb"] == "study":
        return _study_plan(request["name"], request["changes"])
    asked = request["asked"]
    tuples = {key: tuple(value) for key, value in asked.items() if isinstance(value, list)}
    return _comparison_plan(Comparison(**asked | tuples))


# -- folders --------------------------------------------------------------------------------------


def plan_in(folder: Path) -> Plan:
    """The plan of a folder of results. Raises ``BadInput`` for one that holds none."""
    manifest = manifest_in(folder)
    try:
        return Plan.of(manifest, folder / INPUTS)
    except (KeyError, ValueError, TypeError) as error:
        message = f"the manifest is damaged: {error}".splitlines()[0]
        raise BadInput([Problem(Mark(str(folder / MANIFEST), 0, 0), "", message=message)]) from None


def manifest_in(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of a study. Raises ``BadInput`` for a folder without one."""
    path = folder / MANIFEST
    message, found = "", str(folder)
    if not folder.is_dir():
        message = "there is no such folder"
    elif not path.is_file():
        message = "no results of `dmz compare` or `dmz study`: it has no manifest.json"
    else:
        try:
            manifest = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            message = f"the manifest is damaged: {error}"
        else:
            if "arms" in manifest:
                return manifest
            message = "the results of a single `dmz run`, not of `dmz compare` or `dmz study`"
    raise BadInput([Problem(Mark(str(path), 0, 0), "", found, message=message)])


def refuse_changes(folder: Path, plan: Plan) -> None:
    """Raise ``BadInput`` naming every field in which a plan is not that of the folder."""
    kept, asked = manifest_in(folder), json.loads(json.dumps(plan.manifest()))
    changed = [(path, old, new) for path, old, new in differences(kept, asked)
               if not _NOT_RESULTS & set(path.split("."))]  # fmt: skip
    if changed:
        mark = Mark(str(folder / MANIFEST), 0, 0)
        raise BadInput([
            Problem(mark, path, _brief(new), _brief(old), None, "changed since the study began")
            for path, old, new in changed[:_MOST_DIFFERENCES]
        ])  # fmt: skip


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _as_it_was(folder: Path, talk: Console) -> Plan:
    """The plan of a folder, after a look whether its files still say the same."""
    plan = plan_in(folder)
    kept = manifest_in(folder)["version"]
    if kept != sim.__version__:
        raise BadInput([Problem(Mark(str(folder / MANIFEST), 0, 0), "version", sim.__version__,
                                kept, None, "changed since the study began")])  # fmt: skip
    try:
        now = _asked_again(plan.request)
    except BadInput as bad:
        if all("no such" not in each.message for each in bad.problems):
            raise
        talk.print("the files that were read are not here: going on by the manifest")
    else:
        refuse_changes(folder, now)
    return plan


def begin(plan: Plan, folder: Path) -> None:
    """Write the files that were read, then the manifest: from now on the folder is the study's."""
    inputs = folder / INPUTS
    inputs.mkdir(parents=True, exist_ok=True)
    for arm in plan.arms.values():
        for key, found in arm.case.fingerprints.items():
            if not (inputs / found).exists():
                shutil.copyfile(arm.case.tree["border"][key], inputs / found)
    sources = {source for arm in plan.arms.values() for source in arm.case.sources}
    sources |= set(_modules(plan).values())
    if plan.request["verb"] == "study":
        from experiments.planning import find_study

        sources.add(find_study(plan.request["name"]))
    for source in sorted(sources, key=lambda path: (path.name, str(path))):
        _copied(source, inputs)
    write_json(folder / MANIFEST, plan.manifest() | {"code": _code(plan)})


def _modules(plan: Plan) -> dict[str, Path]:
    """The files of the modules of custom agents, which are loaded."""
    names = {choice.reference.partition(":")[0]
             for arm in plan.arms.values() for choice in arm.case.agents}  # fmt: skip
    return {name: Path(sys.modules[name].__file__) for name in sorted(names)}


def _code(plan: Plan) -> dict[str, str]:
    """Fingerprints of the code of custom agents: no content hash of a scenario knows it."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in _modules(plan).items()}  # fmt: skip


def _refuse_other_code(folder: Path, plan: Plan) -> None:
    kept, now = manifest_in(folder).get("code", {}), _code(plan)
    if kept != now:
        mark = Mark(str(folder / MANIFEST), 0, 0)
        raise BadInput([Problem(mark, f"code.{path}", _brief(new), _brief(old), None,
                                "changed since the study began")
                        for path, old, new in differences(kept, now)])  # fmt: skip


def _copied(source: Path, inputs: Path) -> None:
    """Copy a file; one of the same name and other bytes gets a number."""
    target, number, content = inputs / source.name, 1, source.read_bytes()
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = inputs / f"{source.stem}-{number}{source.suffix}"
    target.write_bytes(content)


# -- doing ----------------------------------------------------------------------------------------


def guarded(do: Callable[[Console], int]) -> int:
    """Do it, and say in words and by the exit code what stopped it."""
    talk = Console(stderr=True, highlight=False)
    try:
        return do(talk)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    except WorkersLost as lost:
        talk.print(f"stopped: {lost}; what was played is kept", soft_wrap=True)
        return 1
    except OSError as error:
        talk.print(f"stopped: {error.strerror or error} ({error.filename or 'disk'}); what was "
                   "played is kept: make room, then `dmz resume`", soft_wrap=True)  # fmt: skip
        return 1


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
    _refuse_other_code(folder, plan)
    if options.scheduler is None:
        compile_once(talk.print)
    started = time.time()
    with locked(folder):
        try:
            with _shown(plan, talk) as show:
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
    figures = figures_of(plan, by_arm(plan, found.runs, found.incidents))
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


class _shown:  # noqa: N801
    """A context that gives a function to show progress with; quiet when not on a terminal."""

    def __init__(self, plan: Plan, talk: Console) -> None:
        self._plan = plan
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("left"),
            TextColumn("{task.fields[estimate]}"), console=talk, disable=not talk.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(plan.name, total=None, rate="", estimate="")

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        self._began = time.monotonic()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, progress: Progress) -> None:
        seconds = max(1e-9, time.monotonic() - self._began)
        arm = next(iter(self._plan.arms))
        events, years = progress.tally.rate(arm)
        estimate = f"{arm}: {events / years:.2f} {progress.tally.measure} a year" if years else ""
        self._bar.update(
            self._task, completed=progress.done, total=progress.wanted,
            rate=f"{progress.done_now / seconds:.1f} a second,", estimate=estimate,
        )  # fmt: skip
