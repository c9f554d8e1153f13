"""The model: it builds a run, plays its days, and keeps the order of things.

A day, in order: talks; which overlays are in force, and the lines that follow from them; the survey;
the governments' posture and intensities; which posts will misfire. Days on which only the last two fall
due begin in the field. Then tick by tick: the field (its phases stand in ``sim.field``), incidents that
begin in the tick, and every open incident up to the tick's end. ``step()`` is one tick, ``run()`` many:
same trajectory, bit for bit.
"""

import math
import secrets
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Literal, Self

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim import agents as shipped
from sim.agents import CommandPost, Government, GuardPost, Unit
from sim.agents.cast import Cast
from sim.agents.loading import fit_agents
from sim.codes import UnitKind
from sim.constants import DAY, NEVER
from sim.documents import refuse
from sim.documents.problems import nearest, show
from sim.exposure import Exposure
from sim.field.advance import advance, scratch
from sim.field.days import Days, begin_day, heed, keep_day, settle_tension
from sim.field.strays import draw_strays
from sim.incidents.closing import settle
from sim.incidents.incident import Incident
from sim.incidents.opening import begin
from sim.incidents.parties import Parties
from sim.incidents.play import play
from sim.outcome.outcome import accidental_clashes
from sim.randomness import luck_key, world_key
from sim.regime import Regime, changes_of_overlays, overlays_in_force
from sim.scenario.case import Case
from sim.scenario.loading import load_case
from sim.scenario.reading import names
from sim.scene import Scene
from sim.sides import NORTH, SIDES, SOUTH
from sim.start import DatedShot, build_land, build_sky, dated_shots, initial_state
from sim.state import State
from sim.survey import survey
from sim.talks import Negotiation
from sim.world.draw import draw_world
from sim.world.seasons import Calendar

STEPS = ("tick", "day")
_FACES = {UnitKind.PATROL: "Patrol", UnitKind.WORK_PARTY: "WorkParty", UnitKind.SURVEY_TEAM: "SurveyTeam"}
_LARGEST = 2**62  # of a seed, world or luck
_FRESH_BITS = 48  # of a seed that nobody gave: short enough to type, too many to meet twice
REPORTERS: dict[str, Callable[["DmzModel"], float]] = {
    "seed": lambda model: model.address[0],
    "minute": lambda model: model.minute,
    "incidents": lambda model: len(model.state.incidents),
    "open_incidents": lambda model: len(model.open_incidents),
    "clashes": lambda model: accidental_clashes(model.scene),
    "tension_north": lambda model: model.scene.tension.at(model.minute)[NORTH],
    "tension_south": lambda model: model.scene.tension.at(model.minute)[SOUTH],
}


class DmzModel(mesa.Model):
    """One run of a case in one world with one luck.

    ``scenario`` and ``policies`` are shipped names, paths, or a ``Case`` that holds both. Without a
    ``seed`` it takes a fresh one, which ``address`` records. ``agents`` replaces agent classes by
    subclasses, by name: ``{"CommandPost": MyCommandPost}``. ``collect`` gives the model a
    ``DataCollector`` of ``REPORTERS`` that ``step()`` fills, as ``mesa.batch_run`` wants it; ``step``
    is what one call of ``step()`` plays. What a run is made of stands in ``scene``, who acts in it in
    ``parties``. Raises ``BadInput`` for what cannot be read, and for what none of these can be.
    """

    running: bool
    scene: Scene

    def __init__(
        self,
        scenario: str | Case = "baseline",
        policies: str | Iterable[str] = (),
        days: int | None = None,
        seed: int | None = None,
        world: int = 0,
        luck: int = 0,
        agents: Mapping[str, type] | None = None,
        collect: bool = False,
        step: Literal["tick", "day"] = "tick",
    ) -> None:
        classes = fit_agents(agents)
        seed = secrets.randbits(_FRESH_BITS) if seed is None else seed  # else replicates are alike
        address = _whole("seed", seed), _whole("world", world), _whole("luck", luck)
        super().__init__(rng=address[0])
        case = scenario if isinstance(scenario, Case) else _cached_case(scenario, names(policies), days)
        self.case = case.in_world(address[1])
        if self.case.agents and agents is None:
            raise ValueError("a policy names agent classes: pass agents=load_agents(case, True)")
        self.scene = _scene(self.case, address, case.draw_of(address[1]))
        self.parties = Parties()
        self._cast(classes)
        self.negotiation = Negotiation(self.scene, self.case.scenario.talks, self.governments[NORTH])
        self._step_minutes = _minutes_of(step, self.scene.tick)
        self.sparing = True  # False walks every unit through every tick: nothing changes
        self._dated = dated_shots(self.case)
        self._ordinary_until = 0.0  # the midnight at which somebody decides beside the governments
        self._scratch = scratch(self.state.units, self.state.posts.size)
        self._collector = mesa.DataCollector(model_reporters=REPORTERS) if collect else None

    def _cast(self, classes: dict[str, type]) -> None:
        """Say who plays whom; classes of one's own are all made at once: one that cannot be says so."""
        state, first, self._assembled = self.state, 1, False

        def cast(size: int, name: Callable[[int], str], sides: np.ndarray) -> Cast:
            nonlocal first
            begins, first = first, first + size

            def make(row: int) -> mesa.Agent:
                kind = classes.get(name(row)) or getattr(shipped, name(row))
                agent: mesa.Agent = kind(self, self.scene, self.parties, row, int(sides[row]))
                agent.unique_id = begins + row  # as if all were made in their order
                # Mesa 3.3 counts agents in a class attribute keyed by the model, which would keep every
                # model of the process alive.
                getattr(mesa.Agent, "_ids", {}).pop(self, None)
                return agent

            return Cast(make, size)

        units, posts, commands = state.units, state.posts, state.command_posts
        self.units: Cast[Unit] = cast(
            units.size, lambda row: _FACES[UnitKind(units["kind"][row])], units["side"]
        )
        self.posts: Cast[GuardPost] = cast(posts.size, lambda _: "GuardPost", posts["side"])
        self.command_posts: Cast[CommandPost] = cast(commands.size, lambda _: "CommandPost", commands["side"])
        self.governments: Cast[Government] = cast(2, lambda _: "Government", np.array([NORTH, SOUTH]))
        self.parties.units, self.parties.posts = self.units, self.posts
        self.parties.command_posts, self.parties.governments = self.command_posts, self.governments
        if classes:
            self._assemble()

    def _assemble(self) -> None:
        """Make whoever has not been asked for, and put Mesa's sets into their order."""
        if self._assembled:
            return
        self._assembled = True
        for cast in (self.units, self.posts, self.command_posts, self.governments):
            list(cast)
        for each in (super().agents, *super().agents_by_type.values()):
            each.sort("unique_id", ascending=True, inplace=True)

    @property
    def agents(self) -> AgentSet:
        """All agents, as Mesa has it: those who have not acted yet are made now."""
        self._assemble()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """The same by their classes."""
        self._assemble()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of all agents."""
        return list(self.agents_by_type)

    # -- the clock --------------------------------------------------------------------------------

    @property
    def address(self) -> tuple[int, int, int]:
        """Seed, world and luck of the run."""
        return self.scene.address

    @property
    def state(self) -> State:
        """All that changes in the run."""
        return self.scene.state

    @property
    def open_incidents(self) -> list[Incident]:
        """Incidents that are under way, in the order in which they opened."""
        return self.parties.under_way

    @property
    def minute(self) -> float:
        """Minutes since the first day of the warm-up."""
        return self.scene.minute

    def step(self) -> None:
        """One tick or day, as the model was built; then collects ``REPORTERS``, if it was built to."""
        self._play(min(self.minute + self._step_minutes, self.scene.exposure.horizon))
        if self._collector is not None:
            self._collector.collect(self)

    @property
    def datacollector(self) -> mesa.DataCollector:
        """What ``step()`` has collected; warns where all of it is of the warm-up, which does not count."""
        if self._collector is None:
            raise AttributeError("nothing is collected: build the model with collect=True")
        if 0.0 < self.minute <= self.scene.exposure.begins:
            warnings.warn(_still_warming_up(self), stacklevel=2)
        return self._collector

    def run(self, days: float | None = None) -> Self:
        """Play ``days`` more days, to the end of the tick in which they end, or to the horizon.

        Raises ``BadInput`` for days that cannot be.
        """
        if days is not None and not (isinstance(days, Real) and days >= 0):
            refuse("days", found=show(days), allowed="days, 0 or more")
        horizon, tick = self.scene.exposure.horizon, self.scene.tick
        until = horizon if days is None else float(np.ceil((self.minute + DAY * days) / tick)) * tick
        self._play(min(until, horizon))
        return self

    run_model = run

    def _play(self, until: float) -> None:
        while self.running and self.minute < until:
            self._go_on(until)

    def _go_on(self, until: float) -> None:
        """Play until somebody has acted, or a day or the run is over; ``until`` at most."""
        exposure = self.scene.exposure
        if self.minute % DAY == 0.0:
            self._begin_day()
        self._play_ticks(min(until, self._ordinary_until))
        if self.minute >= exposure.horizon or exposure.ended:
            self.running = False
            self.scene.rouse_units()

    def _play_ticks(self, until: float) -> None:
        scene, state, t = self.scene, self.state, self.minute
        dated = [shot for shot in self._dated if t <= shot.minute < until]
        stop = (min(dated).minute // scene.tick + 1.0) * scene.tick if dated else until
        due = min((incident.next_due()[0] for incident in self.open_incidents), default=NEVER)
        ticks = max(1, math.ceil((min(stop, due) - t) / scene.tick))  # then somebody has to act
        days, setting = Days.of(state), scene.setting
        reached, n = advance(state.units, state.tallies, setting, days, t, ticks, self.sparing, self._scratch)
        state.run["minute"] = reached
        if n or dated or self.open_incidents:
            fallen = [shot for shot in dated if shot.minute < reached]
            self._play_incidents(reached, self._scratch.events[:n].copy(), fallen)

    def _play_incidents(self, until: float, events: np.ndarray, dated: list[DatedShot]) -> None:
        begun = [(float(event["t"]), int(event["side"]), event) for event in events]
        begun += [(shot.minute, len(SIDES), shot) for shot in dated]  # after all else of their minute
        for minute, _, event in sorted(begun, key=lambda each: each[:2]):
            self.open(minute, event)
        self._play_open(until)

    def _play_open(self, until: float) -> None:
        """Play every open incident up to ``until``; those that close are settled."""
        for incident in tuple(self.open_incidents):
            play(incident, self.parties, until)
            if incident.is_closed:
                self.open_incidents.remove(incident)
                settle(incident, self.parties)

    def open(self, minute: float, event: np.void | DatedShot) -> Incident | None:
        """Open the incident of an event, unless it belongs to one that is open."""
        opened = begin(self.scene, self.parties, self.open_incidents, minute, event)
        if opened is not None:
            self.open_incidents.append(opened)
        return opened

    # -- a day ------------------------------------------------------------------------------------

    def _begin_day(self) -> None:
        """Begin a day by hand: also one on which others decide than the governments."""
        scene, state, minute = self.scene, self.state, self.minute
        if minute == scene.exposure.begins:
            scene.rouse_units()
            state.tallies[:] = 0
        day = self._day(minute)
        self.negotiation.act(day)
        self._enter_regime(day)
        scene.regime.enter_year(scene.year_effect)
        if survey(scene):
            scene.draw_lines()
        days, records = Days.of(state), scene.regime.records
        if self._usual_governments:
            begin_day(days, records, minute)
        else:
            settle_tension(days, records, minute)
            keep_day(days, minute)
            for government in self.governments:
                government.act(minute)
            heed(days.governments, records)
        draw_strays(state.posts, records, scene.luck, minute)
        self._ordinary_until = self._next_decision(minute, day)

    def _next_decision(self, minute: float, day: float) -> float:
        """The next midnight at which more happens than that governments of the usual kind decide."""
        scene, tomorrow = self.scene, minute + DAY
        if not self._usual_governments or scene.regime.parameters.survey.km_per_week > 0.0:
            return tomorrow
        changes = [self.negotiation.due, *changes_of_overlays(self.case), 0.0]
        later = [scene.exposure.begins + DAY * each for each in changes if each > day]
        next_year = date(scene.calendar.date_of(int(minute // DAY)).year + 1, 1, 1)
        later.append(DAY * (next_year - scene.calendar.first).days)
        return max(tomorrow, min(later)) if self.negotiation.due > day else tomorrow

    @property
    def _usual_governments(self) -> bool:
        """Whether days can begin without asking the governments one by one."""
        return all(type(government) is Government for government in self.governments)

    def _day(self, minute: float) -> float:
        """The day of exposure of a midnight, negative in the warm-up."""
        return (minute - self.scene.exposure.begins) / DAY

    def _enter_regime(self, day: float) -> None:
        overlays = overlays_in_force(self.case, day, self.negotiation.clauses)
        if overlays != self.scene.regime.overlays:
            self.scene.enter(Regime.under(self.case, overlays))

    # -- snapshots --------------------------------------------------------------------------------

    def snapshot(self) -> State:
        """A copy of all changing state; microseconds."""
        return self.state.snapshot()

    def restore(self, snapshot: State) -> None:
        """Go on from ``snapshot``, taken of this model or of another of the same case and luck."""
        self.state.restore(snapshot)
        exposure = self.scene.exposure
        self.running = self.minute < exposure.horizon and not exposure.ended
        incidents = enumerate(self.state.incidents)
        self.parties.under_way = [Incident(self.scene, row) for row, each in incidents if not each.is_closed]
        self._ordinary_until = (self.minute // DAY + 1.0) * DAY
        overlays = overlays_in_force(self.case, self._day(self._last_midnight), self.negotiation.clauses)
        self.scene.resume(Regime.under(self.case, overlays))

    def close_incident(self, row: int) -> None:
        """Go on from a copy that was taken between two acts of the incident in ``row``, until it closes."""
        self._play_open(self.minute)
        while self.running and not self.state.incidents[row].is_closed:
            self._go_on(self.scene.exposure.horizon)

    @property
    def _last_midnight(self) -> float:
        """When the day began whose rules are in force: at midnight still yesterday's."""
        return max(0.0, np.ceil(self.minute / DAY) - 1.0) * DAY

    def dismiss(self) -> None:
        """Let go of everything, so that memory returns at once; the model is of no use afterwards.

        Mesa ties models and agents together in reference cycles, which Python collects late when
        large libraries are loaded; agents know each other, too.
        """
        if self.scene.cloned is not None:
            self.scene.cloned.dismiss()
        self.parties.dismiss()
        self.__dict__.clear()


def _scene(case: Case, address: tuple[int, int, int], draw: int | None) -> Scene:
    """The scene of a run before its first minute."""
    seed, world, luck = address
    base = case.parameters(())
    calendar = Calendar(case.scenario.start, base.clock.warmup_days, case.scenario.days)
    drawn, key = draw_world(base, calendar, world_key(seed, world)), luck_key(seed, world, luck)
    state = initial_state(case, drawn, calendar, key)
    begins, horizon = DAY * base.clock.warmup_days, DAY * calendar.n_days
    return Scene(
        state,
        drawn,
        build_land(base, drawn),
        build_sky(base, calendar, key),
        calendar,
        Exposure(state, begins, horizon, case.scenario.ends_at_rung, case.scenario.ends_after_incidents),
        address,
        key,
        float(base.clock.tick_minutes),
        Regime.under(case, ()),
        draw,
    )


def _whole(name: str, value: Any) -> int:
    """A part of an address, which would else be cut to a whole number without a word."""
    if isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) <= _LARGEST:
        return int(value)
    refuse(name, found=show(value), allowed=f"a whole number, 0 to {_LARGEST:,}")


def _minutes_of(step: str, tick: float) -> float:
    """How long a step is."""
    if step not in STEPS:
        allowed, near = " or ".join(STEPS), nearest(step, STEPS)
        refuse("step", found=show(step), allowed=allowed, near=near)
    return tick if step == "tick" else DAY


def _still_warming_up(model: DmzModel) -> str:
    """Why figures are read too soon, and what to ask for."""
    scene, exposure = model.scene, model.scene.exposure
    return (
        f"stopped on day {model.minute / DAY:.0f} of a warm-up of {exposure.begins / DAY:.0f} days, of which "
        f"nothing counts: a whole run is {exposure.horizon / scene.tick:,.0f} steps of {scene.tick:.0f} "
        f"minutes, or {exposure.horizon / DAY:,.0f} with step='day' (max_steps= of mesa.batch_run)"
    )


@lru_cache(maxsize=8)
def _cached_case(scenario: str, policies: tuple[str, ...], days: int | None) -> Case:
    return load_case(scenario, policies, days=days)
