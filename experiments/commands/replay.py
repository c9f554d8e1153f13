"""``dmz replay``: a run of some results, or two of the same luck, played again to be seen."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import NamedTuple

import sim
from experiments.commands.arm import arm_named
from experiments.commands.audience import Audience
from experiments.commands.exits import Halted, place_in
from experiments.commands.verify import Key, classes_of, difference_from_kept, keys_of, task_of, tell_versions
from experiments.design.plan import NO_POLICY, Arm, arm_name
from experiments.design.sorts import sorts_wanted
from experiments.live.map_page import Shown, replay_html
from experiments.live.recording import Make, Parting, Recording, partings, record, spans, unlike
from experiments.play.task import Failure, Task, attempted, model_of
from experiments.play.warm_up import compile_once
from experiments.play.workers import apart
from experiments.store.files import write_whole
from experiments.study.code import Agents, agents_of
from experiments.study.folder import StudyFolder
from experiments.study.place import refuse_no_room
from experiments.wording import many
from experiments.worlds import luck_of, world_of
from sim.documents import refuse
from sim.documents.problems import escaped, show
from sim.scenario.loading import under_policies

FOLDER = "replay"  # in the folder of results
_SAME = "The same to the last bit as the row that was kept."
_LAID = "Not among these results: the policy laid over the same scenario, with the same luck."
_LONGEST_NAME = 70  # bytes of an arm's name in that of a file, which may be of two, and 255 long


@dataclass(frozen=True)
class Asked:
    """Which run is to be seen, by its arm and number; ``arm`` may be None where there is one alone.

    ``against``: an arm or a policy beside it. ``video``: a film too.
    """

    folder: Path
    arm: str | None
    run: int
    against: str | None = None
    video: bool = False
    allow_code: bool = False


@dataclass(frozen=True)
class Replayed:
    """What was written: the page, and the film if one was asked for; where the two runs part, if two were."""

    page: Path
    film: Path | None
    parts: tuple[Parting, ...]

    def __str__(self) -> str:
        return "\n".join(str(path) for path in (self.page, self.film) if path)

    def _repr_html_(self) -> str:
        return f'<a href="{escape(str(self.page))}">{escape(str(self.page))}</a>'


class _Side(NamedTuple):
    """A run that is shown: the name of its arm, its task, and the key of its row where one was kept."""

    name: str
    task: Task
    key: Key | None


class _Played(NamedTuple):
    recordings: tuple[Recording, ...]
    parts: tuple[Parting, ...]


class _Unlike(NamedTuple):
    """Two runs that cannot stand side by side, and why."""

    why: str


def replay(asked: Asked, audience: Audience) -> Replayed:
    """Write ``replay/`` into a folder of results: the page of a run, and what else was asked for.

    Raises ``BadInput`` for a run or policy that there is not, and ``Halted`` where what is played again is
    not the row that was kept.
    """
    study = StudyFolder(asked.folder)
    place = asked.folder / FOLDER
    refuse_no_room(place)
    keys = keys_of(study)
    arm = arm_named(study, asked.arm)
    key = _key(study, keys, arm, asked.run)
    agents = classes_of(study, asked.allow_code)
    sides = [_Side(arm.name, task_of(study, key, agents), key)]
    if asked.against is not None:
        sides.append(_beside(study, keys, arm, asked, agents))
    tell_versions(study, audience)
    compile_once(audience.say)
    if len(sides) > 1:
        audience.say("both runs are played tick by tick, to find where they part: some ten seconds")
    played = _played([side.task for side in sides])
    for side, recording in zip(sides, played.recordings, strict=True):
        _check(study, keys, side, recording)
    place.mkdir(exist_ok=True)
    name = _file_name(list(study.plan.arms), [side.name for side in sides], asked.run)
    page, film = place / f"{name}.html", None
    text = _page(study, asked, sides, played)
    write_whole(page, lambda to: to.write_text(text, encoding="utf-8"))
    if asked.video:
        film = _film(place / name, sides[0], played.recordings[0], asked.run, audience)
    return Replayed(page, film, played.parts)


# -- which run ------------------------------------------------------------------------------------


def _key(study: StudyFolder, keys: Sequence[Key], arm: Arm, run: int) -> Key:
    """The key of a run that was kept; refused where none was, or where it failed."""
    if (key := (arm.name, run)) in keys:
        return key
    failed = study.parts.table("failures", ["arm", "run"], filters=[("arm", "==", arm.name)])
    message = "this run failed, and left no row" if run in failed["run"].to_pylist() else "no such run"
    its = [k for name, k in keys if name == arm.name]
    allowed = f"{min(its)} to {max(its):,}" if its else "a run that was played: none of this arm so far"
    refuse("--run", message, found=str(run), allowed=allowed)


def _beside(study: StudyFolder, keys: Sequence[Key], arm: Arm, asked: Asked, agents: Agents) -> _Side:
    """The run beside it: of an arm of these results where one is meant, else of a policy laid over."""
    plan, against = study.plan, str(asked.against)
    others = plan.futures[arm.future]
    named = plan.arms.get(against) or others.get(None if against == NO_POLICY else against)
    if named is None:
        with sorts_wanted(("policy", [against])):
            case = under_policies(arm.case, [against])
        alike = (each for each in others.values() if each.case.content_hash == case.content_hash)
        named = next(alike, None)
        if named is None:
            classes = agents_of(case, asked.allow_code)
            name = arm_name(arm.future, case)
            return _Side(name, Task(name, case, plan.seed, (asked.run,), classes), None)
    if named.name == arm.name:
        refuse("--against", "it is the same arm", found=show(against), allowed="another arm or policy")
    key = (named.name, asked.run)
    return _Side(named.name, task_of(study, key, agents), key if key in keys else None)


# -- playing it -----------------------------------------------------------------------------------


def _played(tasks: Sequence[Task]) -> _Played:
    """The runs of the tasks as recordings; where somebody's agents play, in a process of its own."""
    foreign = next((task for task in tasks if task.agents), None)
    play = partial(_recorded, tasks=tuple(tasks))
    ((_, found),) = apart(foreign, play) if foreign else [(tasks[0], play(tasks[0]))]
    if isinstance(found, Failure):
        raise Halted(f"the run failed: {escaped(found.error + place_in(found.traceback))}")
    if isinstance(found, _Unlike):
        message = f"{tasks[1].name} cannot stand beside {tasks[0].name}: {found.why}"
        refuse("--against", message, allowed="another arm or policy of the same days, line and units")
    return found


def _recorded(work: Task, tasks: tuple[Task, ...]) -> _Played | _Unlike | Failure:
    return attempted(work, work.runs[0], lambda _: _recordings(tasks))


def _recordings(tasks: Sequence[Task]) -> _Played | _Unlike:
    makes = [_make(task) for task in tasks]
    if len(makes) == 2 and (why := unlike(*makes)) is not None:
        return _Unlike(why)
    worth = [span for make in makes for span in spans(make)]
    parts = partings(*makes) if len(makes) == 2 else []
    return _Played(tuple(record(make, worth) for make in makes), tuple(parts))


def _make(task: Task) -> Make:
    return lambda: model_of(task.case, task.runs[0], task.seed, task.agents)


def _check(study: StudyFolder, keys: Sequence[Key], side: _Side, recording: Recording) -> None:
    """Refuse a run that is not the row that was kept of it."""
    if side.key is None:
        return
    found = difference_from_kept(study, keys.index(side.key), side.key, recording.outcome)
    if found is not None:
        made = study.manifest["version"]
        raise Halted(
            f"{escaped(str(found))}: it is not played to the same bits (made by version {made} with the "
            f"libraries that manifest.json names; this is {sim.__version__})"
        )


# -- what is written ------------------------------------------------------------------------------


def _file_name(arms: Sequence[str], names: Sequence[str], run: int) -> str:
    """Of the page of these arms; one that another of the ``arms`` would be called like has its number too."""
    short = {name: _short(name) for name in (*arms, *names)}
    often = Counter(map(str.casefold, short.values()))

    def safe(name: str) -> str:
        alone = often[short[name].casefold()] == 1 or name not in arms
        return short[name] if alone else f"{short[name]}-{list(arms).index(name) + 1}"

    return f"{'-against-'.join(map(safe, names))}-run-{run}"


def _short(name: str) -> str:
    plain = re.sub(r"[^\w-]+", "_", name).strip("_").encode()[:_LONGEST_NAME]
    return plain.decode(errors="ignore") or "arm"


def _page(study: StudyFolder, asked: Asked, sides: Sequence[_Side], played: _Played) -> str:
    plan, scenario, run = study.plan, sides[0].task.case.scenario, asked.run
    draw = played.recordings[0].draw
    warm_up = sides[0].task.case.value_of("clock.warmup_days")
    about = (
        f"Run {run:,}: luck {luck_of(run)} of world {world_of(run):,}, seed {plan.seed}"
        f"{'' if draw is None else f', draw {draw:,} of the posterior'}; {many(scenario.days, 'day')} from "
        f"{scenario.start} after a warm-up of {many(warm_up, 'day')}."
    )
    made = f"Made by dmz replay, dmz-escalation {sim.__version__}, of the results of: {plan.command}."
    shown = [
        Shown(side.name, _LAID if side.key is None else _SAME, recording)
        for side, recording in zip(sides, played.recordings, strict=True)
    ]
    beside = "".join(f", beside {side.name}" for side in sides[1:])
    title = f"Replay of run {run:,} of {sides[0].name}{beside}"
    return replay_html(title, about, made, shown, played.parts)


def _film(stem: Path, side: _Side, recording: Recording, run: int, audience: Audience) -> Path:
    from experiments.live.film import can_mp4, save_film

    ending = ".mp4" if can_mp4() else ".gif"
    if ending == ".gif":
        audience.say("a GIF: with pip install 'dmz-escalation[video]' it is an MP4")
    path = stem.with_name(stem.name + ending)
    save_film(recording, f"Run {run:,} of {side.name}", path)
    return path
