"""``run``, ``compare``, ``study``, ``resume`` and ``report``: from a request to what was found.

A folder begins with its manifest and the files that were read; what is played is what the manifest
says, so that going on after a crash and playing in one go are the same thing. What stops it is
raised, with a note of how to go on; see ``experiments.commands.exits``.
"""

import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path

import sim
from experiments.commands.audience import Audience
from experiments.commands.exits import place_in, resumable, resume_command
from experiments.commands.findings import Findings
from experiments.design.plan import Plan
from experiments.design.request import asked_again
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.report.publish import PICTURES
from experiments.store.parts import FAILURES
from experiments.store.session import add_session
from experiments.study.changes import refuse_changes
from experiments.study.code import Agents, agents_by_arm, with_agents
from experiments.study.folder import StudyFolder, claimed, had_alone, left_undone
from experiments.study.place import refuse_no_room
from experiments.study.play_out import play_out
from sim.documents import BadInput, refuse
from sim.documents.problems import escaped


@dataclass(frozen=True)
class Options:
    """What no result depends on: who plays, where it is kept, whether foreign code may be loaded."""

    workers: Workers = field(default_factory=Workers)
    out: Path | None = None
    allow_code: bool = False
    dry_run: bool = False  # nothing is played: what it would take is all that is asked


def play(plan: Plan, options: Options, audience: Audience) -> Findings:
    """Play a plan in its folder, or go on there; what was found.

    Without a folder of its own it goes on with one in ``results`` that was left unfinished.
    """
    agents = agents_by_arm(plan, options.allow_code)
    options.workers.refuse_out_of_reach(arm.case for arm in plan.arms.values())
    out = options.out
    if out is None and (out := left_undone(plan)):
        audience.say(f"going on with {escaped(str(out))}, which was left unfinished")
    with claimed(plan, out) as study:
        return _go_on(study, agents, options, audience)


def resume(folder: Path, options: Options, audience: Audience, *, failed: bool = False) -> Findings:
    """Go on with what a folder holds; with ``failed`` runs that failed are played again."""
    with had_alone(folder) as study:
        _refuse_other_version(study)
        _hold_against_files(study, audience)
        options.workers.refuse_out_of_reach(arm.case for arm in study.plan.arms.values())
        agents = agents_by_arm(study.plan, options.allow_code)
        return _go_on(study, agents, options, audience, failed=failed)


def opened(folder: Path, allow_code: bool) -> Findings:
    """What a folder holds; ``allow_code``: agent classes that its policies name may be loaded."""
    study = StudyFolder(folder)
    return Findings(study, agents_by_arm(study.plan, True) if allow_code else {})


def report(folder: Path) -> Findings:
    """Make the figures, pictures and report of a folder anew, of what it holds."""
    with had_alone(folder) as study:
        findings = Findings(study)
        findings.publish()
    return findings


def say_notes(plan: Plan, audience: Audience) -> None:
    """Say what is not as it was asked for."""
    for line in plan.notes:
        audience.say(line)


def _go_on(
    study: StudyFolder, agents: Agents, options: Options, audience: Audience, *, failed: bool = False
) -> Findings:
    say_notes(study.plan, audience)
    study.refuse_other_code()
    refuse_no_room(study.path / PICTURES)
    started = time.time()
    with resumable(study.path, *(["--failed"] if failed else [])):
        if options.workers.scheduler is None:
            compile_once(audience.say)
        try:
            with audience.progress(study.plan) as show:
                damaged = play_out(study, options.workers, agents, show, failed=failed)
        finally:
            with contextlib.suppress(OSError):  # how long it took is no result
                add_session(study.path, started, options.workers)
        for each in damaged:
            audience.say(f"{each}; what it held was played again")
        findings = Findings(study, agents)
        audience.found(findings)
    _tell_failures(findings, audience)
    return findings


def _refuse_other_version(study: StudyFolder) -> None:
    kept = study.manifest["version"]
    if kept != sim.__version__:
        refuse(
            study.mark, "changed since the study began", path="version", found=sim.__version__, allowed=kept
        )


def _hold_against_files(study: StudyFolder, audience: Audience) -> None:
    """Refuse files that say something else than then, and copy anew what was damaged of them.

    Where they are gone the manifest is enough.
    """
    try:
        request = study.plan.request
        now = with_agents(asked_again(request), request.get("agents", {}))
    except BadInput as bad:
        if not any(each.absent for each in bad.problems):
            raise
        audience.say("the files that were read are not here: going on by the manifest")
    else:
        refuse_changes(study.manifest, now.manifest(), study.mark)
        for path in study.mend_inputs(now):
            audience.say(f"{path}: was damaged, and is copied again")


def _tell_failures(findings: Findings, audience: Audience) -> None:
    """Say which runs failed, if any."""
    failed = findings.results.failures
    if not failed:
        return
    first, few = failed[0], "run failed and is" if len(failed) == 1 else "runs failed and are"
    kept, again = findings.folder / FAILURES, resume_command(findings.folder, "--failed")
    audience.say(
        f"{len(failed):,} {few} left out of every figure; run {first['run']} of {escaped(first['arm'])}: "
        f"{escaped(first['error'])}{escaped(place_in(first['traceback']))}; "
        f"all of it is in {escaped(str(kept))}; {again} plays again what failed"
    )
