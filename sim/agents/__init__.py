"""The agents: the readable, replaceable faces of rows in the state."""

from sim.agents.command_post import CommandPost
from sim.agents.government import Government
from sim.agents.guard_post import GuardPost
from sim.agents.unit import Patrol, SurveyTeam, Unit, WorkParty

__all__ = ["CommandPost", "Government", "GuardPost", "Patrol", "SurveyTeam", "Unit", "WorkParty"]
