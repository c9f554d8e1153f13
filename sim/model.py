"""The model: it builds a world, plays its days, and keeps the order of things.

A day, in order: talks; which overlays are in force, and the lines that follow from them; the
governments' posture and intensities; the survey; which posts will misfire. Then tick by tick: the
field (its phases stand in ``sim.field``), incidents that begin in the tick, and every open
incident up to the tick's end. ``step()`` is one tick, ``run()`` many: same trajectory, bit for bit.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import mesa
import numpy as np

from sim import agents as agent_classes
from sim.agents import CommandPost, Government, GuardPost, Unit
from sim.arithmetic import relax
from sim.border import BorderMeasures, measures
from sim.case import Case
from sim.environment import Calendar
from sim.field.advance import WALK, advance
from sim.field.courses import courses
from sim.field.events import EVENT
from sim.field.land import cell_of, growth
from sim.field.looks import look_again
from sim.field.path import catch_up, catch_up_all, place, stand
from sim.field.rules import side_records
from sim.field.shifts import end_shift, remembered
from sim.field.strays import draw_strays
from sim.incident import Incident
from sim.initial import build_land, build_sky, dated_shots, initial_state
from sim.parameters import NORTH, SOUTH, Parameters
from sim.randomness import luck_key, world_key
from sim.scenario import load_case
from sim.state import DAY, LOG, NEVER, State
from sim.story import code_of
from sim.survey import survey
from sim.talks import Negotiation
from sim.triggers import begin
from sim.world import draw_world, responses

_UNIT_CLASSES = ("Patrol", "WorkParty", "SurveyTeam")
REPORTERS = {
    "minute": lambda model: model.minute,
    "incidents": lambda model: int(model.state.run["incidents"][0]),
    "open_incidents": lambda model: len(model.open_incidents),
    "tension_north": lambda model: model.tensions(model.minute)[NORTH],
    "tension_south": lambda model: model.tensions(model.minute)[SOUTH],
}


class DmzModel(mesa.Model):
    """One run of a case in one world with one luck.

    ``scenario`` and ``policies`` are shipped names, paths, or a ``Case`` that holds both;
    ``agents`` replaces agent classes by subclasses, by name: ``{"CommandPost": MyCommandPost}``.
    ``collect`` gives the model a ``DataCollector`` that ``step()`` fills, as ``mesa.batch_run``
    wants it.
    """

    def __init__(
        self, scenario: str | Case = "baseline", policies: Iterable[str] = (),
        days: int | None = None, seed: int | None = 1, world: int = 0, luck: int = 0,
        agents: Mapping[str, type] | None = None, collect: bool = False,
    ) -> None:  # fmt: skip
        seed = 1 if seed is None else int(seed)  # Mesa 3.5's batch_run passes None
        super().__init__(rng=seed)
        self.case = (
            scenario
            if isinstance(scenario, Case)
            else _cached_case(scenario, tuple(policies), days)
        )
        base = self.case.parameters(())
        self.calendar = Calendar(
            self.case.scenario.start, base.clock.warmup_days, self.case.scenario.days
        )
        if self.case.agents and agents is None:
            raise ValueError("a policy names agent classes: pass agents=load_agents(case, True)")
        self.address = (seed, int(world), int(luck))
        self.luck = luck_key(*self.address)
        self.tick = float(base.clock.tick_minutes)
        self.warmup = DAY * base.clock.warmup_days
        self.horizon = DAY * self.calendar.n_days
        self.world = draw_world(base, self.calendar, world_key(seed, int(world)))
        self.land = build_land(base, self.world)
        self.sky = build_sky(base, self.calendar, self.luck)
        self.state = initial_state(self.case, self.world, self.calendar, self.luck)
        self._events = np.zeros(self.state.units.size + self.state.posts.size, EVENT)
        self._scratch = np.zeros(self.state.units.size, WALK)
        self._in_force: tuple[int, ...] | None = None
        self._dated = dated_shots(self.case)
        self.open_incidents: list[Incident] = []
        self.sparing = True  # False walks every unit, also those out of reach: nothing changes
        self._make_agents(dict(agents or {}))
        self.negotiation = Negotiation(self)
        self._enter_regime(())
        if collect:
            self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    # -- building ---------------------------------------------------------------------------------

    def _make_agents(self, classes: dict[str, type]) -> None:
        def made(name: str) -> type:
            return classes.get(name, getattr(agent_classes, name))

        state = self.state
        kinds = [made(name) for name in _UNIT_CLASSES]
        self.units: list[Unit] = [
            kinds[kind](self, row, side)
            for row, (kind, side) in enumerate(
                zip(state.units["kind"].tolist(), state.units["side"].tolist(), strict=True)
            )
        ]
        post = made("GuardPost")
        self.posts: list[GuardPost] = [
            post(self, row, side) for row, side in enumerate(state.posts["side"].tolist())
        ]
        command = made("CommandPost")
        self.command_posts: list[CommandPost] = [
            command(self, row, side)
            for row, side in enumerate(state.command_posts["side"].tolist())
        ]
        government = made("Government")
        self.governments: list[Government] = [government(self, side, side) for side in (0, 1)]
        # Mesa 3.3 counts agents in a class attribute keyed by the model, which would keep every
        # model of the process alive; all agents have their number by now.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    # -- the clock --------------------------------------------------------------------------------

    @property
    def minute(self) -> float:
        """Minutes since the first day of the warm-up."""
        return float(self.state.run["minute"][0])

    @property
    def exposed_days(self) -> float:
        """Days of exposure so far: those after the warm-up, up to an end at a rung."""
        reached = min(self.minute, float(self.state.run["ended_at"][0]))
        return max(0.0, reached - self.warmup) / DAY

    @property
    def ended(self) -> bool:
        """Whether the run ended at a rung, as the scenario asks, before its horizon."""
        return bool(self.state.run["ended_at"][0] != NEVER)

    def step(self) -> None:
        """One tick; collects ``REPORTERS`` after it if the model was built to."""
        self._play(min(self.minute + self.tick, self.horizon))
        if hasattr(self, "datacollector"):
            self.datacollector.collect(self)

    def run(self, days: float | None = None) -> "DmzModel":
        """Play ``days`` more days, to the end of the tick in which they end, or to the horizon."""
        until = self.horizon if days is None else self._tick_end(self.minute + DAY * days)
        self._play(min(until, self.horizon))
        return self

    run_model = run

    def _play(self, until: float) -> None:
        while self.running and self.minute < until:
            if self.minute % DAY == 0.0:
                self._begin_day()
            day_ends = (self.minute // DAY + 1.0) * DAY
            self._play_ticks(min(until, day_ends))
            if self.minute >= self.horizon or self.ended:
                self.running = False

    def _play_ticks(self, until: float) -> None:
        t = self.minute
        dated = [shot[0] for shot in self._dated if t <= shot[0] < until]
        stop = (min(dated) // self.tick + 1.0) * self.tick if dated else until
        ticks = 1 if self.open_incidents else round((stop - t) / self.tick)
        state = self.state
        reached, n = advance(
            state.units, state.posts, state.projects, state.tallies, self.courses, self.pars,
            self.land, self.sky, self.luck, t, self.tick, ticks, self.sparing, self._events,
            self._scratch,
        )  # fmt: skip
        state.run["minute"] = reached
        if n or dated or self.open_incidents:
            self._play_incidents(t, reached, self._events[:n].copy())

    def _tick_end(self, minute: float) -> float:
        return float(np.ceil(minute / self.tick)) * self.tick

    def _play_incidents(self, since: float, until: float, events: np.ndarray) -> None:
        order = np.lexsort((events["side"], events["t"]))
        begun = [(float(e["t"]), e) for e in events[order]]
        begun += [(shot[0], shot) for shot in self._dated if since <= shot[0] < until]
        for minute, event in sorted(begun, key=lambda pair: pair[0]):
            begin(self, minute, event)
        for incident in tuple(self.open_incidents):
            incident.play(until)

    def dismiss(self) -> None:
        """Let go of everything, so that memory returns at once; the model is of no use afterwards.

        Mesa ties models and agents together in reference cycles, which Python collects late when
        large libraries are loaded.
        """
        self.__dict__.clear()

    # -- a day ------------------------------------------------------------------------------------

    def _begin_day(self) -> None:
        if self.minute == self.warmup:
            self.state.tallies[:] = 0
        day = (self.minute - self.warmup) / DAY
        self.negotiation.act(day)
        self._enter_regime(self._overlays_in_force(day))
        self._settle_tension()
        self.state.daily[int(self.minute // DAY)] = self.state.governments["tension"]
        for government in self.governments:
            government.act(self.minute)
        self._take_intensities()
        if survey(self):
            self._draw_lines()
        draw_strays(self.state.posts, self.pars, self.luck, self.minute)

    def _take_intensities(self) -> None:
        for name in ("work_intensity", "patrol_intensity"):
            self.pars[name] = self.state.governments[name]

    def _overlays_in_force(self, day: float) -> tuple[int, ...]:
        """Policies from their day on, never in the warm-up; clauses while talks say so; injects."""
        reached = self.negotiation.in_force
        return tuple(
            i for i, overlay in enumerate(self.case.overlays) if overlay.in_force(day, reached)
        )

    def _enter_regime(self, overlays: tuple[int, ...]) -> None:
        """Put these overlays in force, and draw the lines anew where they change the border."""
        if overlays == self._in_force:
            return
        before = None if self._in_force is None else self.regime
        if before is not None:
            self._settle_tension()
            catch_up_all(self.state.units, self.pars, self.minute, self.tick)
        self._set_regime(overlays)
        if before is None or _border_of(before) != _border_of(self.regime):
            self._draw_lines()

    def _set_regime(self, overlays: tuple[int, ...]) -> None:
        self.regime = self.case.parameters(overlays)
        self._in_force = overlays
        self.pars = side_records(self.regime)
        self.pars["work_intensity"] = self.pars["patrol_intensity"] = 1.0
        sides = self.regime.sides
        self._resting = tuple(
            mine.politics.resting + mine.voice.campaign_tension * other.voice.campaign
            for mine, other in (sides, sides[::-1])
        )

    def _draw_lines(self) -> None:
        self._settle_ambiguity()
        self.state.lines[:] = self.world.lines(self.regime, self.state.restored)
        self.state.responses[:] = responses(self.state.lines, self.regime)
        found = measures(self.state.lines, self.land.line_step_m, self.regime.border.differ_m)
        self.state.run["ambiguity"] = tuple(vars(found).values())
        self._lay_courses()

    def _lay_courses(self) -> None:
        self.courses = courses(self.land.line_step_m, self.state.lines, self.state.responses)

    def _settle_ambiguity(self) -> None:
        """Add the time under the lines in force, as far as it was exposure, to their integral."""
        run = self.state.run[0]
        run["ambiguity_minutes"] = self._ambiguity_minutes()
        run["lines_since"] = self.minute

    def _ambiguity_minutes(self) -> np.ndarray:
        run = self.state.run[0]
        minutes = max(0.0, self.minute - max(self.warmup, float(run["lines_since"])))
        return run["ambiguity_minutes"] + minutes * run["ambiguity"]

    def ambiguity(self) -> BorderMeasures:
        """The border's measures, averaged over the exposure so far."""
        exposed = max(self.minute - self.warmup, 1e-9)
        return BorderMeasures(*(self._ambiguity_minutes() / exposed).tolist())

    # -- tension ----------------------------------------------------------------------------------

    def tensions(self, minute: float) -> tuple[float, float]:
        """Both governments' tension at ``minute``, not before the last jump."""
        north, south = self.state.governments["tension"].tolist()
        days = (minute - float(self.state.run["tension_at"][0])) / DAY
        if days <= 0.0:
            return north, south
        feedback = self.regime.feedback
        return relax(north, south, *self._resting, feedback.half_life_days, feedback.k, days)

    def _settle_tension(self) -> None:
        self.state.governments["tension"] = self.tensions(self.minute)
        self.state.run["tension_at"] = self.minute

    def jump_tension(self, jumps: tuple[float, float], minute: float | None = None) -> None:
        """Add to both governments' tension at ``minute`` (default now)."""
        at = self.minute if minute is None else minute
        now = self.tensions(at)
        for side in (NORTH, SOUTH):
            level = min(1.0, max(0.0, now[side] + jumps[side]))
            self.state.governments[side]["tension"] = level
        self.state.run["tension_at"] = max(at, float(self.state.run["tension_at"][0]))

    # -- incidents --------------------------------------------------------------------------------

    def incident_closed(self, incident: Incident) -> None:
        """Release the units, let them learn, raise tension, and end the run if it is to end."""
        data, minute = incident.record, incident.minute
        self.open_incidents.remove(incident)
        for side in (NORTH, SOUTH):
            subject = incident.subject(side)
            if subject is not None:
                subject.learn(incident)
                self._release(subject.record, bool(data["gone"][side]), minute)
            if data["post"][side] >= 0:
                incident.post(side).command_post.remember(minute)
        jumps = tuple(government.jump(incident) for government in self.governments)
        self.jump_tension(jumps, minute)

    def rung_reached(self, incident: Incident, rung: int) -> None:
        """An incident has climbed; the scenario may end the run there."""
        last = self.case.scenario.ends_at_rung
        if last is not None and rung >= last and incident.minute >= self.warmup and not self.ended:
            self.state.run["ended_at"] = incident.minute

    def _release(self, unit: np.void, gone: bool, minute: float) -> None:
        unit["incident"], unit["violations"] = -1, 0
        if gone or minute >= unit["end"]:
            end, start = float(unit["end"]), float(unit["begin"])
            left = max(0.0, end - minute) / (end - start)
            self.state.tallies[int(unit["side"])]["workdays_lost"] += left * (unit["project"] >= 0)
            end_shift(unit, self.state.tallies[int(unit["side"])])
            return
        unit["track"] = minute + self.pars[1 - int(unit["side"])]["watch_track_interval"]
        unit["t"] = max(float(unit["t"]), minute)

    def push_back(self, row: int, metres: float, minute: float) -> None:
        """A unit, and the other crew of its project, will keep more distance for a while."""
        units = self.state.units
        unit = units[row]
        half_life = self.regime.sides[int(unit["side"])].learning.memory_days
        total = remembered(unit, minute, half_life) + metres
        mates = units["project"] == unit["project"] if unit["project"] >= 0 else [row]
        units["pushback"][mates] = total
        units["pushed_at"][mates] = minute

    def look_again(self, incident: Incident, side: int) -> tuple[float, float]:
        """The watcher's next look at the unit of ``side``: deepest and perceived depth, metres."""
        data, state = incident.record, self.state
        row = int(data["unit"][side])
        return look_again(
            state.units[row], incident.minute, self.land, self.courses, self.pars, self.luck,
            state.tallies, int(data["looks"][1 - side]),
        )  # fmt: skip

    # -- answers to agents ------------------------------------------------------------------------

    def position(self, row: int) -> tuple[float, float]:
        """Where the unit of a row is: ``s`` and ``d`` in metres."""
        unit = self.state.units[row : row + 1].copy()[0]
        side = int(unit["side"])
        if unit["active"] and unit["incident"] < 0:
            catch_up(unit, self.pars[side], self.minute, self.tick)
        t, length_m = float(unit["t"]), self.land.length_m
        x, _ = stand(unit, self.courses, length_m, t, float(unit["z"]))
        return place(length_m, unit, t), (2 * side - 1) * x

    def growth_at(self, row: int) -> float:
        """Vegetation density where the unit of a row is."""
        i, j = cell_of(self.land, *self.position(row))
        return growth(self.land, self.sky, i, j, float(self.state.units[row]["t"]))

    def command_post(self, side: int, area: int) -> CommandPost:
        """The command post of an area."""
        return self.command_posts[side * (len(self.command_posts) // 2) + area]

    def nearest_post(self, side: int, s: float) -> int:
        """Row of the post of ``side`` nearest to ``s`` along the line, -1 for none."""
        posts = self.state.posts
        rows = np.flatnonzero(posts["side"] == side)
        return int(rows[np.abs(posts["s"][rows] - s).argmin()]) if rows.size else -1

    def supporting_post(self, incident: Incident, side: int) -> GuardPost | None:
        """The next post of ``side`` within reach of the one that acts, if any."""
        posts, own = self.state.posts, int(incident.record["post"][side])
        if own < 0:
            return None
        away = np.where(posts["side"] == side, np.abs(posts["s"] - posts["s"][own]), NEVER)
        away[own] = NEVER
        row = int(away.argmin())
        reach = self.regime.sides[side].fire.support_reach_m
        return self.posts[row] if away[row] <= reach else None

    def other_incidents(self, command_post: CommandPost, incident: Incident) -> int:
        """Open incidents that the command post handles beside this one."""
        area, side = int(command_post.record["area"]), command_post.side
        return sum(
            other.row != incident.row
            and other.record["post"][side] >= 0
            and int(other.post(side).record["area"]) == area
            for other in self.open_incidents
        )

    def note(self, incident: Incident, side: int, actor: str, act: str, x: float, y: float) -> None:
        """Append a line to the chain of reasons."""
        state = self.state
        n = int(state.run["log"][0])
        if n == state.log.size:
            state.log = np.concatenate([state.log, np.zeros(n, LOG)])
        state.log[n] = (incident.row, incident.minute, side, *code_of(actor, act), x, y)
        state.run["log"] += 1

    # -- snapshots --------------------------------------------------------------------------------

    def snapshot(self) -> State:
        """A copy of all changing state; microseconds."""
        return self.state.snapshot()

    def restore(self, snapshot: State) -> None:
        """Go on from ``snapshot``, taken of this model or of another of the same case and luck."""
        self.state.restore(snapshot)
        self.running = self.minute < self.horizon and not self.ended
        used = int(self.state.run["incidents"][0])
        rows = np.flatnonzero(self.state.incidents["closed"][:used] == NEVER)
        self.open_incidents = [Incident(self, int(row)) for row in rows]
        self._set_regime(self._overlays_in_force((self._last_midnight - self.warmup) / DAY))
        self._lay_courses()
        self._take_intensities()

    @property
    def _last_midnight(self) -> float:
        """When the day began whose rules are in force: at midnight still yesterday's."""
        return max(0.0, np.ceil(self.minute / DAY) - 1.0) * DAY


def _border_of(parameters: Parameters) -> tuple:
    sides = parameters.sides
    return (
        parameters.border, *((s.map_error_m, s.marker_use, s.response.line) for s in sides)
    )  # fmt: skip


@lru_cache(maxsize=8)
def _cached_case(scenario: str, policies: tuple[str, ...], days: int | None) -> Case:
    return load_case(scenario, policies, days=days)
