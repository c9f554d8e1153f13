"""Command posts: they weigh a report, ask for authority, and decide what a post does next."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.base import DmzAgent
from sim.arithmetic import halved
from sim.parameters import AUTHORITIES
from sim.randomness import Kind
from sim.state import DAY, VIOLATION_TRIGGER

if TYPE_CHECKING:
    from sim.incident import Incident

BROADCAST, WARNING_SHOTS, BROADCAST_AND_SHOTS, AIMED_FIRE, REPLY = 1, 2, 3, 4, 5
CODES = {
    "broadcast": BROADCAST, "warning_shots": WARNING_SHOTS,
    "broadcast_and_warning_shots": BROADCAST_AND_SHOTS, "aimed_fire": AIMED_FIRE,
}  # fmt: skip


class CommandPost(DmzAgent):
    """The command of one area. Replace ``decide`` to try other conduct.

    An incident calls ``act`` when the moment has come that ``report`` or an earlier decision set.
    """

    @property
    def record(self) -> np.void:
        """The command post's row, a view."""
        return self.model.state.command_posts[self.row]

    def alertness(self, minute: float) -> float:
        """0 to 1: full after an incident, then halved every ``alert_half_life_days``."""
        if self.model.governments[self.side].alerted:
            return 1.0
        data = self.record
        if data["handled"] == 0:
            return 0.0
        days = (minute - float(data["alerted_at"])) / DAY
        half_life = self.rules_in_force.rules.alert_half_life_days
        return halved(float(data["alertness"]), days, half_life)

    def report(self, incident: "Incident") -> None:
        """A violation is reported: plan the first decision."""
        rules = self.rules_in_force.rules
        spread = incident.lognormal(Kind.COMMAND_DELAY, self.side, 0, rules.delay_log_sd)
        delay = rules.delay_minutes * spread
        delay *= 1.0 - rules.alert_speedup * self.alertness(incident.minute)
        delay += rules.load_delay * self.model.other_incidents(self, incident)
        incident.plan(self.side, "command", delay)

    def act(self, incident: "Incident") -> None:
        """The moment to decide, or the answer to a request for authority."""
        data = incident.record
        asked = int(data["pending"][self.side])
        if not asked:
            self.decide(incident)
            return
        data["pending"][self.side] = 0
        if asked > 0:
            self.carry_out(incident, asked)
        else:
            self._refused(incident, -asked)

    def decide(self, incident: "Incident") -> None:
        """Choose the next step: wait while the violation has lapsed, else the next of the rules."""
        data, side, rules = incident.record, self.side, self.rules_in_force.rules
        if data["trigger"] != VIOLATION_TRIGGER:
            self.ask(incident, REPLY)
            return
        if data["clear"][side] > 0:
            incident.note(side, "command", "waited")
            incident.plan(side, "command", rules.step_minutes)
            return
        self.ask(incident, self.next_step(incident))

    def next_step(self, incident: "Incident") -> int:
        """The step of the rules that is due; broadcasts again once they are used up or refused."""
        steps = self.rules_in_force.rules.steps
        n = int(incident.record["step"][self.side]) - self._extra_broadcasts(incident)
        if n < 0:
            return BROADCAST
        if n >= len(steps):
            return BROADCAST
        code = CODES[steps[n]]
        armed = self.rules_in_force.rules.weapons
        refused = bool(incident.record["refused"][self.side])
        return code if armed and not refused else BROADCAST

    def _extra_broadcasts(self, incident: "Incident") -> int:
        """A party of which notice was given is called once more before the rules begin."""
        return int(incident.notified(1 - self.side))

    def needed_authority(self, action: int) -> int:
        """Level whose word is needed: 0 the post itself, 3 the nation; lower under high tension."""
        rules = self.rules_in_force.rules
        if action == BROADCAST:
            return 0
        name = {
            AIMED_FIRE: rules.action_authority, REPLY: rules.reply_authority
        }.get(action, rules.warning_authority)  # fmt: skip
        lowered = self.model.governments[self.side].predelegated
        return max(0, AUTHORITIES.index(name) - lowered)

    def ask(self, incident: "Incident", action: int) -> None:
        """Ask up to the level that is needed; the answer comes after minutes, or act at once."""
        data, side, rules = incident.record, self.side, self.rules_in_force.rules
        wait = self.too_early(incident, action)
        if wait > 0.0:
            incident.plan(side, "command", wait)
            return
        level = self.needed_authority(action)
        n = int(data["asked"][side])
        data["asked"][side] += 1
        minutes, granted = 0.0, True
        for asked in range(1, level + 1):
            spread = incident.lognormal(Kind.AUTHORITY_DELAY, side, 8 * n + asked, rules.ask_log_sd)
            minutes += rules.ask_minutes * spread
            p = incident.calmed(self.p_granted(action), rung=2 if action <= 3 else 3)
            granted &= incident.uniform(Kind.AUTHORITY, side, 8 * n + asked) < p
            if not granted:
                break
        if action == AIMED_FIRE:
            p = incident.calmed(rules.p_grant_action, rung=3)
            granted &= incident.uniform(Kind.AUTHORITY, side, 8 * n) < p
        data["pending"][side] = action if granted else -action
        if level:
            incident.note(side, "command", "asked", float(action), float(level))
        incident.plan(side, "command", minutes)

    def p_granted(self, action: int) -> float:
        """Probability that one level says yes."""
        rules = self.rules_in_force
        return rules.fire.p_grant_reply if action == REPLY else rules.rules.p_grant

    def too_early(self, incident: "Incident", action: int) -> float:
        """Minutes still to wait before shots: after a broadcast, and for a notified party."""
        if action in (BROADCAST, REPLY):
            return 0.0
        data, rules = incident.record, self.rules_in_force.rules
        least = rules.broadcast_to_shots_minutes
        if incident.notified(1 - self.side):
            least += rules.notice_wait
        return float(data["last_broadcast"][self.side]) + least - incident.minute

    def _refused(self, incident: "Incident", action: int) -> None:
        data, side = incident.record, self.side
        incident.note(side, "command", "refused", float(action))
        if action == REPLY:
            return
        data["refused"][side] = 1  # else aimed fire could follow warning shots that never fell
        self.carry_out(incident, BROADCAST)

    def carry_out(self, incident: "Incident", action: int) -> None:
        """Have the post do it, unless a look has since said that the violation has lapsed."""
        data, side = incident.record, self.side
        post = incident.post(side)
        if action == REPLY:
            incident.note(side, "command", "ordered", float(action))
            incident.plan_fire(side)
            return
        if data["clear"][side] > 0:
            incident.note(side, "command", "lapsed", float(action))
        else:
            data["step"][side] += 1
            if action in (BROADCAST, BROADCAST_AND_SHOTS):
                post.broadcast(incident)
            if action in (WARNING_SHOTS, BROADCAST_AND_SHOTS) and incident.present(1 - side):
                post.fire_warning(incident)
            if action == AIMED_FIRE and incident.present(1 - side):
                incident.note(side, "command", "ordered", float(action))
                incident.plan_fire(side)
        if not incident.is_closed:
            incident.plan(side, "command", self.rules_in_force.rules.step_minutes)

    def remember(self, minute: float) -> None:
        """An incident has closed: alertness is full again."""
        data = self.record
        data["alertness"], data["alerted_at"] = 1.0, minute
        data["handled"] += 1
