"""What one side knows of a run: its own line, its own people where they think they are, others where its
watchers put them; its own acts, and what of the other's can be seen or heard.

Metres across are counted from its own line: who had them from the true one could read off how far the two
lie apart.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.duty.officer import Choice, DutyOfficer, is_violation
from experiments.live.frames import Border, Doing, Frame, Incident, Step, Story, climb, seen_units
from experiments.watch.seen import told_of
from experiments.wording import many
from sim.acts import Act
from sim.agents.command_post import CommandPost
from sim.codes import Action, Cause, Posture, Rung, Trigger, UnitKind
from sim.constants import KM, MIL, NEVER
from sim.documents import Tree
from sim.incident_state import NOBODY, IncidentState
from sim.incidents.incident import Incident as Record
from sim.outcome.story import told
from sim.parameters.force import AUTHORITIES
from sim.scene import Scene
from sim.sides import SIDES, other
from sim.state import Line
from sim.world.geography import COUNTIES

# Acts of one's own side that a command post is told of, and those of the other that can be seen or heard.
_OWN = frozenset(
    {
        Act.VIOLATION,
        Act.BROADCAST,
        Act.WARNING_SHOTS,
        Act.CLEAR_LOOK,
        Act.WAITED,
        Act.CHOSE_TO_WAIT,
        Act.ASKED,
        Act.REFUSED,
        Act.ORDERED,
        Act.LAPSED,
        Act.AIMED_FIRE,
        Act.CASUALTIES,
        Act.HEAVY_WEAPONS,
        Act.OTHER_AREA,
        Act.STRAY_ROUND,
        Act.EXPLAINED,
        Act.MINE_STRIKE,
        Act.CALLED,
        Act.NO_ANSWER,
        Act.QUIET,
    }
)
_OTHERS = frozenset(
    {
        Act.BROADCAST,
        Act.WARNING_SHOTS,
        Act.AIMED_FIRE,
        Act.HEAVY_WEAPONS,
        Act.OTHER_AREA,
        Act.STRAY_ROUND,
        Act.EXPLAINED,
    }
)
# What opens an incident, to those whom it strikes: who ordered it, if anybody, is not known.
_STRUCK_BY = {Trigger.STRAY_SHOT: "rounds", Trigger.PROVOCATION: "rounds", Trigger.MINE_STRIKE: "explosion"}


# -- on the map -----------------------------------------------------------------------------------


def frame_of(side: int, frame: Frame, scene: Scene) -> Frame:
    """A minute as a side knows it: where its own think they are, and others where its watchers put them."""
    units = frame.units
    own = units["side"] == side
    known = units[own | (units["doing"] != Doing.UNSEEN)].copy()
    own = known["side"] == side
    known["d"] = np.where(own, known["thought"], known["fixed"]) - own_line(side, scene, known["s"])
    known["thought"], known["fixed"] = known["d"], np.where(own, np.nan, known["d"])
    known["doing"] = np.where(own, Doing.UNSEEN, known["doing"])  # who watches one's own is not known
    known["margin"] = np.where(own, np.nan, known["margin"])
    known["watcher"] = np.where(own, NOBODY, known["watcher"])
    known = known[~np.isnan(known["d"])]
    north, south = (each if party == side else np.nan for party, each in enumerate(frame.tension))
    return replace(frame, units=known, tension=(north, south))


def own_line(side: int, scene: Scene, s: ArrayLike) -> NDArray[np.float64]:
    """Where a side's own line is at ``s``, metres along it: what it counts metres across from."""
    line = scene.state.lines[side]
    return np.interp(np.asarray(s), scene.land.line_step_m * np.arange(line.size), line)


def border_of(side: int, border: Border) -> Border:
    """The lines as a side knows them: its own in every place, and what it acts on beside it."""
    own = border.lines[side]
    lines = np.zeros_like(border.lines)
    responses = np.repeat(border.responses[side : side + 1] - own, len(border.responses), axis=0)
    return replace(border, lines=lines, responses=responses, contested_km2=0.0)


def knows_of(side: int, data: IncidentState) -> bool:
    """Whether a side knows of an incident: it perceived it, or has been shot at in it."""
    return data.first == side or data.sides[other(side)].first_shot < NEVER


def _lines(side: int, scene: Scene, row: int) -> list[Line]:
    """What of the chain of an incident a side knows."""
    lines = (line for line in scene.state.log if line[0] == row)
    return [line for line in lines if line[4] in (_OWN if line[2] == side else _OTHERS)]


def steps_of(side: int, scene: Scene, row: int) -> list[Step]:
    """The steps of the chain of an incident that a side knows, as far as it knows what they are."""
    return [Step(line[1], _said(side, line)) for line in _lines(side, scene, row)]


def _said(side: int, line: Line) -> str:
    _, _, whose, _, act, hurt, _ = line
    if act == Act.STRAY_ROUND and whose != side:
        return f"rounds strike {SIDES[side]}'s post"
    if act == Act.MINE_STRIKE:
        return f"an explosion at {SIDES[side]}'s unit ({hurt:.0f} casualties)"
    return told(line)


def known_story(side: int, scene: Scene, incident: Incident) -> Tree:
    """An incident and its story as a side knows them, as the page has it.

    Without whose error it was, where all really are, and by what it is struck; who did not perceive it knows
    of it from the first act that can be seen or heard.
    """
    own, lines = incident.first == side, _lines(side, scene, incident.row)
    look = incident.misjudged if own else None
    d = 0.0 if look is None else look.fixed - float(own_line(side, scene, look.s))
    done = {(line[1], Act(line[4]).name) for line in lines}
    climbed = [each for each in climb(scene, incident.row)[1:] if (each[0], each[1].name) in done]
    opened = incident.opened if own or not lines else lines[0][1]
    rung = climbed[-1][1] if climbed else Rung.OBSERVED
    known = replace(
        incident,
        opened=opened,
        d=d,
        rung=rung,
        cause=Cause.ORDER,
        accidental=False,
        false=False,
        misjudged=None,
    )
    night = ", at night" if incident.night else ""
    head = f"km {incident.s / KM:.1f}, {incident.county}{night}, as reported."
    story = Story([head], steps_of(side, scene, incident.row))
    tree = told_of(known, [(opened, Rung.OBSERVED), *climbed], story)
    return tree | {"trigger": _STRUCK_BY.get(incident.trigger, tree["trigger"])}


# -- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """Something that can be chosen: in words, and why it cannot be now, if so."""

    choice: Choice
    said: str
    why_not: str = ""


@dataclass(frozen=True)
class Question:
    """A decision of a command post: which, what it knows (each a heading and a text), what it can do.

    ``told``: the incident and its story by then, as the page has it.
    """

    incident: int
    minute: float
    s: float
    title: str
    facts: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    told: Tree


def question_of(officer: DutyOfficer, incident: Record, seen: Incident) -> Question:
    """What is asked of an officer at this moment, with what that post knows and no more.

    ``seen``: what there is to see of the incident, of which it may know a part.
    """
    data = incident.record
    area = int(officer.record["area"]) + 1
    title = f"The {SIDES[officer.side]}'s command post of area {area}: what is to be done?"
    facts = (*_seen(officer, incident), *_done(officer, incident), *_held(officer, incident))
    options = tuple(_options(officer, incident))
    told = known_story(officer.side, incident.scene, seen)
    return Question(incident.row, incident.minute, data.s, title, facts, options, told)


def _seen(officer: CommandPost, incident: Record) -> list[tuple[str, str]]:
    data, side, scene = incident.record, officer.side, incident.scene
    own = incident.of(side)
    where = f"km {data.s / KM:.1f}, {COUNTIES[data.county]}{', at night' if data.night else ''}"
    facts = [("Where", where)]
    if not is_violation(incident):
        what = {
            "rounds": "Rounds have struck your post, and it reads them as an attack.",
            "explosion": "Your unit has met an explosion, and reads it as an attack.",
        }[_STRUCK_BY[Trigger(data.trigger)]]
        return [*facts, ("Report", what)]
    units = seen_units(scene)
    its = units[units["row"] == incident.of(other(side)).unit]
    kind = UnitKind(data.kind).word.replace("_", " ")
    watch, s, fixed = officer.in_force.watch, data.s, np.nan
    if its.size:
        s, fixed = float(its["s"][0]), float(its["fixed"][0])
    facts.append(
        ("Report", f"A {kind} of {data.persons}, up to {data.depth:.0f} m past the line you act on.")
    )
    if own.clear:
        facts.append(("Last look", f"No violation any more ({own.clear} in a row)."))
    if its.size and not np.isnan(fixed):
        away = incident.distance_to_post(side, s, fixed)
        lets = f"{away:,.0f} m from the post, which lets {float(its['margin'][0]):.0f} m pass"
        aside = away * watch.azimuth_error_mil * MIL
        errs = f"{watch.range_error_m:.0f} m in range, its azimuth by {watch.azimuth_error_mil:.1f} mil"
        facts.append(("Fix", f"{lets}; its rangefinder errs by about {errs}, {aside:.0f} m there."))
    if incident.announced(other(side)):
        facts.append(("Notice", "The other side has told of this unit beforehand."))
    return facts


def _done(officer: CommandPost, incident: Record) -> list[tuple[str, str]]:
    own, across, minute = incident.of(officer.side), incident.of(other(officer.side)), incident.minute
    done = [f"{minute - incident.record.opened:.0f} min since the report"]
    if own.broadcasts:
        done.append(
            f"called out {many(own.broadcasts, 'time')}, last {minute - own.last_broadcast:.0f} min ago"
        )
    if own.volleys:
        done.append(f"fired warning shots {many(own.volleys, 'time')}")
    if own.refused:
        done.append("authority was refused")
    facts = [("So far", "; ".join(done) + ".")]
    if across.volleys or across.spells or own.casualties:
        under = f"The other side has fired ({across.volleys} warnings, {across.spells} aimed)"
        facts.append(("Under fire", f"{under}; own casualties {own.casualties}."))
    return facts


def _held(officer: CommandPost, incident: Record) -> list[tuple[str, str]]:
    rules = officer.in_force.rules
    orders = "ask for authority to return fire"
    if is_violation(incident):
        waits = incident.of(officer.side).clear > 0
        orders = "wait, as the last look was clear" if waits else _words(officer.next_step(incident))
    posture = officer.posture(incident.minute)
    facts = [("The rules say", f"{orders[0].upper()}{orders[1:]}.")]
    if posture != Posture.NORMAL:
        facts.append(("Posture", f"{posture.word.capitalize()}."))
    if others := _others_open(officer, incident):
        facts.append(("Elsewhere", f"{others} more open in your area."))
    if not rules.weapons:
        facts.append(("Weapons", "No fire may be opened."))
    return facts


def _others_open(officer: CommandPost, incident: Record) -> int:
    """Open incidents in its area of which it knows, beside this one."""
    scene, side, area = incident.scene, officer.side, int(officer.record["area"])
    known = (each for each in scene.state.incidents if not each.is_closed and knows_of(side, each))
    posts = [each.sides[side].post for each in known if each is not incident.record]
    return len([post for post in posts if post >= 0 and scene.areas[post] == area])


def _words(action: Action) -> str:
    return {
        Action.BROADCAST: "call out",
        Action.WARNING_SHOTS: "fire warning shots",
        Action.BROADCAST_AND_WARNING_SHOTS: "call out and fire warning shots",
        Action.AIMED_FIRE: "ask for authority to fire aimed shots",
    }[action]


def _options(officer: CommandPost, incident: Record) -> list[Option]:
    side, rules = officer.side, officer.in_force.rules
    no_fire = "" if rules.weapons else "no fire may be opened"
    hotline = incident.scene.regime.parameters.hotline
    no_call = (
        "" if incident.may_call(side) else "a call has been made" if hotline.working else "the line is dead"
    )
    call = Option(Choice.CALL, f"Have the other side called; about {hotline.call_minutes:.0f} min", no_call)
    if not is_violation(incident):
        level = _level(officer, Action.REPLY)
        return [
            Option(Choice.WAIT, "Hold fire, and leave it at that"),
            Option(Choice.ASK, f"Ask to return fire: the word of {level}", no_fire),
            call,
        ]
    early = officer.too_early(incident, Action.WARNING_SHOTS)
    later = f"; not before {early:.0f} min from now, when you are asked again" if early > 0.0 else ""
    shots = _level(officer, Action.WARNING_SHOTS)
    return [
        Option(Choice.WAIT, f"Wait; you are asked again in about {rules.step_minutes:.0f} min"),
        Option(Choice.BROADCAST, "Have the post call out"),
        Option(Choice.WARNING_SHOTS, f"Warning shots: the word of {shots}{later}", no_fire),
        Option(Choice.BOTH, f"Call out and fire warning shots: the word of {shots}{later}", no_fire),
        Option(
            Choice.ASK,
            f"Ask to fire aimed shots: the word of {_level(officer, Action.AIMED_FIRE)}{later}",
            no_fire,
        ),
        call,
    ]


def _level(officer: CommandPost, action: Action) -> str:
    level = officer.needed_authority(action)
    return "nobody above" if level == 0 else f"the {AUTHORITIES[level]}"
