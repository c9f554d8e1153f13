"""What an incident file may say: one moment in which a watcher has just confirmed a violation."""

import datetime as dt
from typing import ClassVar, Literal

from pydantic import Field

from sim.documents import StrictModel, Tree
from sim.parameters.whole import Parameters
from sim.scenario.scenario_file import Name

Metres = float


class Party(StrictModel):
    """Who stands too near, how far from its own line, and what it was told."""

    side: Literal["north", "south"] = Field(description="whose people they are")
    kind: Literal["patrol", "work_party", "survey_team"] = Field("work_party", description="what they do")
    persons: int = Field(10, ge=1, le=500, description="how many they are")
    keeps_m: Metres = Field(
        30, ge=0, le=2000, description="metres that they mean to keep from the line that they believe in"
    )
    strayed_m: Metres = Field(
        0,
        ge=-500,
        le=500,
        description="metres by which they stand nearer to the other side than they mean to",
    )
    ordered_to_cross: bool = Field(False, description="they were told to: what comes of it is no accident")
    leaves_after_minutes: float = Field(
        240, ge=1, le=720, description="minutes after which they go home whatever happens"
    )


class Watcher(StrictModel):
    """The other side's post that sees them, and how far off its fix is."""

    away_m: Metres = Field(500, ge=20, le=2000, description="metres of the post from the true line")
    aside_m: Metres = Field(0, ge=-5000, le=5000, description="metres of the post along the line from them")
    fix_error_m: Metres = Field(
        0, ge=-500, le=500, description="metres by which it sees them nearer to itself than they stand"
    )


class Lines(StrictModel):
    """Where each believes the line to be here, metres north of where it truly is."""

    north_m: Metres = Field(0, ge=-500, le=500, description="the north's map line")
    south_m: Metres = Field(0, ge=-500, le=500, description="the south's map line")
    commission_m: Metres = Field(0, ge=-500, le=500, description="the commission's map line")


class Tensions(StrictModel):
    """How tense both governments are at that moment."""

    north: float = Field(0.2, ge=0, le=1, description="the north's tension")
    south: float = Field(0.2, ge=0, le=1, description="the south's tension")


class IncidentFile(StrictModel):
    """One described moment: who stands where, what either side believes, and its rules."""

    holds: ClassVar = {"set": Parameters}

    name: Name = Field(description="its name")
    description: str = Field("", max_length=2000, description="what it stands for, in words")
    scenario: str = Field("baseline", min_length=1, description="the situation, a path or a shipped name")
    policies: tuple[str, ...] = Field((), description="policies in force, paths or shipped names")
    date: dt.date = Field(
        dt.date(2025, 11, 1), ge=dt.date(1954, 1, 1), le=dt.date(2100, 1, 1), description="the day"
    )
    hour: float = Field(ge=0, lt=24, description="hour of the day at which the watcher is sure")
    at_km: float = Field(ge=0, description="where along the line, km from its west end")
    party: Party
    watcher: Watcher = Watcher()
    lines: Lines = Lines()
    tension: Tensions | None = Field(None, description="without it both are at their rest")
    set: Tree = Field({}, description="rules and orders of both sides: parameters that differ here")
