"""Command posts: they weigh a report, ask for authority, and decide what a post does next."""

from typing import Any

import numpy as np

from sim.acts import Act, Actor
from sim.agents.base import DmzAgent
from sim.arithmetic import halved
from sim.codes import Action, Due, Posture, Rung, Trigger
from sim.constants import DAY, NEVER
from sim.incidents.fire import prepare_fire
from sim.incidents.incident import Incident
from sim.parameters.force import AUTHORITIES
from sim.randomness import Kind, paired
from sim.sides import other


class CommandPost(DmzAgent):
    """The command of one area. Replace ``decide`` to try other conduct.

    An incident calls ``act`` when the moment has come that ``report`` or an earlier decision set.
    """

    @property
    def record(self) -> np.void:
        """The command post's row, a view."""
        return self.scene.state.command_posts[self.row]

    def posture(self, minute: float) -> Posture:
        """How far it has made ready."""
        return self.parties.governments[self.side].posture_in(int(self.record["area"]), minute)

    def alertness(self, minute: float) -> float:
        """0 to 1: full after an incident, then halved every ``alert_half_life_days``."""
        if self.posture(minute) >= Posture.ALERT:
            return 1.0
        data = self.record
        if data["handled"] == 0:
            return 0.0
        days = (minute - float(data["alerted_at"])) / DAY
        return halved(float(data["alertness"]), days, self.in_force.rules.alert_half_life_days)

    def report(self, incident: Incident) -> None:
        """A violation is reported: set the moment of the first decision."""
        rules = self.in_force.rules
        spread = incident.lognormal(Kind.COMMAND_DELAY, self.side, 0, rules.delay_log_sd)
        delay = rules.delay_minutes * spread
        delay *= 1.0 - rules.alert_speedup * self.alertness(incident.minute)
        delay += rules.load_delay * self.others_open(incident)
        incident.schedule(self.side, Due.COMMAND, delay)

    def others_open(self, incident: Incident) -> int:
        """Open incidents that it handles beside this one."""
        others = (each for each in self.parties.under_way if each.record is not incident.record)
        posts = [each.of(self.side).post for each in others]
        areas, own = self.scene.areas, self.record["area"]
        return len([post for post in posts if post >= 0 and areas[post] == own])

    def act(self, incident: Incident) -> None:
        """The moment to decide, or the answer to a request for authority."""
        own = incident.of(self.side)
        asked, own.pending = own.pending, 0
        if not asked:
            self.decide(incident)
            return
        action = Action(abs(asked))
        if self._would_lead_to_fire(incident, action):
            incident.note(self.side, Actor.COMMAND, Act.LAST_WORD, action, own.p_final)
            incident.expect(own.p_final)
        if asked < 0:
            self._refused(incident, action)
        elif own.owed and action != Action.REPLY:  # a call has given notice since it was asked for
            self.carry_out(incident, Action.BROADCAST)
        else:
            self.carry_out(incident, action)

    def _would_lead_to_fire(self, incident: Incident, action: Action) -> bool:
        """Whether nothing but the last word on an order now lies between it and aimed fire."""
        own, subject = incident.of(self.side), incident.of(other(self.side))
        if action == Action.AIMED_FIRE:
            possible = subject.present and not own.clear and not own.owed
        else:
            possible = action == Action.REPLY
        return possible and self.in_force.rules.weapons

    def decide(self, incident: Incident) -> None:
        """Choose the next step: wait while the violation has lapsed, else the next of the rules."""
        if incident.record.trigger != Trigger.VIOLATION:
            self.ask(incident, Action.REPLY)
            return
        if incident.of(self.side).clear > 0:
            incident.note(self.side, Actor.COMMAND, Act.WAITED)
            self._take_turn(incident)
            return
        self.ask(incident, self._chosen(self.next_step(incident)))

    def _chosen(self, step: Any) -> Action:
        """A step as the action that it is: whoever replaces ``next_step`` may return anything."""
        try:
            return Action(step)
        except ValueError:
            wanted = ", ".join(f"Action.{each.name}" for each in Action)
            message = f"{type(self).__name__}.next_step returned {step!r}; wanted one of {wanted}"
            raise TypeError(message) from None

    def next_step(self, incident: Incident) -> Action:
        """The step of the rules that is due; a broadcast where notice asks for one more, and at the end.

        The rules end once they are used up, or authority was refused.
        """
        rules, own = self.in_force.rules, incident.of(self.side)
        if own.owed or own.refused or own.step >= len(rules.steps):
            return Action.BROADCAST
        action = Action[rules.steps[own.step].upper()]
        return action if rules.weapons else Action.BROADCAST

    def _take_turn(self, incident: Incident) -> None:
        """Set the moment of the next decision."""
        own, rules = incident.of(self.side), self.in_force.rules
        spread = incident.lognormal(Kind.STEP_DELAY, self.side, own.turns, rules.step_log_sd)
        own.turns += 1
        incident.schedule(self.side, Due.COMMAND, rules.step_minutes * spread)

    def needed_authority(self, action: Action) -> int:
        """Level whose word is needed: 0 the post itself, 3 the nation; lower under high tension."""
        rules = self.in_force.rules
        if action == Action.BROADCAST:
            return 0
        special = {Action.AIMED_FIRE: rules.action_authority, Action.REPLY: rules.reply_authority}
        level = AUTHORITIES.index(special.get(action, rules.warning_authority))
        return max(0, level - (self.posture(self.scene.minute) == Posture.PREDELEGATED))

    def ask(self, incident: Incident, action: Action) -> None:
        """Ask up to the level that is needed; the answer comes after minutes, or act at once."""
        own = incident.of(self.side)
        wait = self.too_early(incident, action)
        if wait > 0.0:
            incident.schedule(self.side, Due.COMMAND, wait)
            return
        level = self.needed_authority(action)
        minutes, granted, own.p_final = self._answer(incident, action, level, own.asked)
        own.asked += level > 0 or action == Action.AIMED_FIRE  # else nobody was asked
        own.pending = action if granted else -action
        if level:
            incident.note(self.side, Actor.COMMAND, Act.ASKED, action, level)
        incident.schedule(self.side, Due.COMMAND, minutes)

    def _answer(self, incident: Incident, action: Action, level: int, n: int) -> tuple[float, bool, float]:
        """Minutes until question ``n`` is answered, whether all have said yes, and the last one's chance.

        The chance is that of the last word, 0 where a level below has said no.
        """
        side, rules = self.side, self.in_force.rules
        shots = action <= Action.BROADCAST_AND_WARNING_SHOTS
        rung = Rung.WARNING_SHOTS if shots else Rung.AIMED_FIRE
        minutes, granted, chance = 0.0, True, 1.0
        for asked in range(1, level + 1):
            ordinal = paired(n, asked, len(AUTHORITIES))
            spread = incident.lognormal(Kind.AUTHORITY_DELAY, side, ordinal, rules.ask_log_sd)
            minutes += rules.ask_minutes * spread
            chance = incident.calm(self.p_granted(action), rung)
            granted = incident.uniform(Kind.AUTHORITY, side, ordinal) < chance
            if not granted:
                if asked < level:
                    chance = 0.0
                break
        if action == Action.AIMED_FIRE:
            p = incident.calm(rules.p_grant_action, rung)
            granted &= incident.uniform(Kind.ACTION_AUTHORITY, side, n) < p
            chance *= p
        return minutes, granted, chance

    def p_granted(self, action: Action) -> float:
        """Probability that one level says yes."""
        own = self.in_force
        return own.fire.p_grant_reply if action == Action.REPLY else own.rules.p_grant

    def too_early(self, incident: Incident, action: Action) -> float:
        """Minutes still to wait before shots: after a broadcast, and for a notified party."""
        if action in (Action.BROADCAST, Action.REPLY):
            return 0.0
        rules = self.in_force.rules
        since, wait = incident.of(self.side).last_broadcast, rules.broadcast_to_shots_minutes
        if incident.announced(other(self.side)):
            wait += rules.notice_wait
        elif incident.called_at < NEVER:
            return max(since + wait, incident.called_at + rules.notice_wait) - incident.minute
        return since + wait - incident.minute

    def _refused(self, incident: Incident, action: Action) -> None:
        incident.note(self.side, Actor.COMMAND, Act.REFUSED, action)
        if action == Action.REPLY:
            return
        incident.of(self.side).refused = True  # else aimed fire could follow warnings that never came
        self.carry_out(incident, Action.BROADCAST)

    def carry_out(self, incident: Incident, action: Action) -> None:
        """Have the post do it, unless a look has since said that the violation has lapsed."""
        own = incident.of(self.side)
        if action == Action.REPLY:
            self._order_fire(incident, action)
            return
        if own.clear > 0:
            incident.note(self.side, Actor.COMMAND, Act.LAPSED, action)
        else:
            if own.owed and action == Action.BROADCAST:
                own.owed -= 1  # beside the steps of the rules
            else:
                own.step += 1
            self._take_step(incident, action)
        self._take_turn(incident)

    def _take_step(self, incident: Incident, action: Action) -> None:
        post, subject = self.parties.post(incident, self.side), incident.of(other(self.side))
        if action in (Action.BROADCAST, Action.BROADCAST_AND_WARNING_SHOTS):
            post.broadcast(incident)
        if action in (Action.WARNING_SHOTS, Action.BROADCAST_AND_WARNING_SHOTS) and subject.present:
            post.fire_warning(incident)
        if action == Action.AIMED_FIRE and subject.present:
            self._order_fire(incident, action)

    def _order_fire(self, incident: Incident, action: Action) -> None:
        incident.note(self.side, Actor.COMMAND, Act.ORDERED, action)
        prepare_fire(incident, self.side)

    def remember(self, minute: float) -> None:
        """An incident has closed: alertness is full again."""
        data = self.record
        data["alertness"], data["alerted_at"] = 1.0, minute
        data["handled"] += 1
