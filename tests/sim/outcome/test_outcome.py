"""What a run returns: what happened in its incidents beside their rungs, and where talks stood."""

import numpy as np
import pytest

from sim.acts import Act
from sim.codes import TalksState, UnitKind
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.outcome.story import tell
from sim.scenario.loading import load_case

BUSY = (
    "space.length_km=60",
    "clock.warmup_days=5",
    "north.watch.posts=40",
    "south.watch.posts=40",
    "north.works.share=1",
    "north.works.weeks=30",
    "north.works.first_month=1",
    "north.works.last_month=12",
    "south.watch.margin_m=5",
    "north.conduct.attack_intercept=2",
    "north.fire.p_heavy=0.15",
    "south.fire.p_heavy=0.15",
    "north.fire.p_support=0.5",
    "south.fire.p_support=0.5",
    "north.works.slots=60",
    "north.works.distance_m=25",
    "hotline.working=true",
    "hotline.p_connect=0.5",
    "north.patrols.recon_share=0.2",
    "north.patrols.recon_distance_m=10",
    "north.stray.per_post_year=0.1",
)


@pytest.fixture(scope="module")
def played():
    model = DmzModel(load_case("worst", (), BUSY, 120), seed=3).run()
    return model, outcome(model.scene)


def test_what_happened_is_told_by_itself_beside_the_highest_rung(played):
    _, found = played
    row, incidents = found.row, found.incidents
    hurt = [each["casualties_north"] + each["casualties_south"] > 0 for each in incidents]
    assert row["with_aimed_fire"] == sum(each["spells_of_fire"] > 0 for each in incidents) > 0
    assert row["with_casualties"] == sum(hurt) > 0
    assert row["with_heavy_weapons"] == sum(each["heavy_weapons"] for each in incidents) > 0
    assert row["with_another_area"] == sum(each["rung"] == 6 for each in incidents) > 0
    assert row["with_heavy_weapons"] < row["rung_5"], "rung 6 counts as 5+ and needs none"
    assert row["with_aimed_fire"] >= row["rung_3"]


def test_heavy_weapons_are_those_of_the_story(played):
    model, found = played
    for each in found.incidents:
        story = tell(model.scene, each["incident"])
        assert any("brings in heavy weapons" in line for line in story) == each["heavy_weapons"]
        assert "_" not in "".join(story), "words of codes are spoken"


def test_where_talks_stood_is_kept_for_every_day_of_exposure():
    model = DmzModel(
        load_case("talks_accepted", (), ("space.length_km=20", "space.area_km=10", "talks.offer_day=3"), 30),
        seed=1,
    ).run()
    talks = outcome(model.scene).talks
    assert talks.size == 30 and set(talks[:3]) == {TalksState.NONE}
    assert talks[3] == TalksState.PROPOSED and talks[-1] == model.negotiation.state
    assert (np.diff(talks) != 0).sum() == 2


@pytest.fixture(scope="module")
def lines_of(played):
    """The lines of each incident's log."""
    log = played[0].state.log.table
    order = np.argsort(log["incident"], kind="stable")
    rows, starts = np.unique(log["incident"][order], return_index=True)
    return dict(zip(rows.tolist(), np.split(log[order], starts[1:]), strict=True))


def test_the_minutes_to_what_happened_are_those_of_the_log(played, lines_of):
    model, found = played
    columns = {
        "to_broadcast_minutes": (Act.BROADCAST,),
        "to_shots_minutes": (Act.WARNING_SHOTS, Act.AIMED_FIRE, Act.STRAY_ROUND),
        "to_leaving_minutes": (Act.WITHDREW, Act.LEFT_BY_ITSELF, Act.RAN),
        "to_call_minutes": (Act.CALLED,),
    }
    told = {name: 0 for name in columns}
    for each in found.incidents:
        opened = model.state.incidents[each["incident"]].opened
        for name, acts in columns.items():
            own = lines_of[each["incident"]]
            line = next((line for line in own if line["act"] in acts), None)
            assert each[name] == (None if line is None else float(line["minute"]) - opened), name
            told[name] += line is not None
    assert min(told.values()) > 0 and min(told.values()) < len(found.incidents)


def test_an_incident_names_its_subject_and_the_largest_chance_with_which_rounds_were_read(played, lines_of):
    model, found = played
    read = (Act.READ_AS_ATTACK, Act.READ_AS_WARNING, Act.READ_AS_STRAY)
    for each in found.incidents:
        own = lines_of[each["incident"]]
        own = own[np.isin(own["act"], read)]
        # of a mine nobody reads rounds
        known = own.size > 0 and each["begun_by"] != "mine_strike"
        assert each["p_read"] == (float(own["x"].max()) if known else None)
        unit = model.state.incidents[each["incident"]].kind
        assert each["subject"] == (None if unit < 0 else UnitKind(unit).word)
        assert (each["subject"] is None) == (each["begun_by"] == "stray_shot")
        if each["subject"] is not None:  # projects are numbered from 0, slots of patrols below
            assert (each["subject"] == "work_party") == (each["site"] >= 0)
    assert {each["subject"] for each in found.incidents} >= {"work_party", "patrol", None}
    assert any(each["p_read"] for each in found.incidents)


@pytest.mark.parametrize(("watching", "idle"), [("south", "north"), ("north", "south")])
def test_a_broadcast_at_an_approach_is_that_of_the_side_that_watches(watching, idle):
    walkers = (f"{watching}.patrols.slots=0", f"{watching}.works.slots=0", f"{idle}.works.slots=0")
    watch = (f"{watching}.watch.p_approach_broadcast=0.5", f"{watching}.watch.margin_m=100")
    case = load_case(
        "declared",
        (),
        ("space.length_km=20", "clock.warmup_days=0", f"{idle}.patrols.standoff_m=60", *walkers, *watch),
        20,
    )
    row = outcome(DmzModel(case, seed=1).run().scene).row
    assert row[f"approaches_{idle}"] == row[f"approach_broadcasts_{idle}"] == 0
    assert 0 < row[f"approach_broadcasts_{watching}"] < row[f"approaches_{watching}"]
