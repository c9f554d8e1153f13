"""The run that is watched: the bits of the same run unwatched, under what was chosen."""

import pytest
from little import BUSY

from experiments.live.packing import packed_frames
from experiments.watch import watched
from experiments.watch.seen import Eye
from experiments.watch.watched import Asked, Show, Watched
from sim.codes import Trigger
from sim.constants import DAY
from sim.documents import BadInput
from sim.model import DmzModel

MARGIN, SHARE = "south.watch.margin_m", "north.works.share"


def show(**more):
    asked = {"days": 12, "seed": 3, "run": 3, "assignments": BUSY} | more
    return Show(Asked("declared", **asked))


@pytest.fixture(scope="module")
def unwatched():
    return DmzModel(show().case, seed=3, world=1, luck=1).run()


@pytest.mark.parametrize(("stride", "slow"), [(0, True), (60, False), (DAY, True), (7 * DAY, False)])
def test_however_it_is_watched_it_has_the_bits_of_the_run_that_nobody_watches(unwatched, stride, slow):
    model = Watched(show())
    model.show.stride, model.show.slow = stride, slow
    eye = Eye(model)
    while model.running:
        model.step()
        eye.look()
    assert model.state.identical(unwatched.state)


def test_a_step_is_a_stride_and_near_incidents_a_tick_if_that_is_wished():
    model = Watched(show())
    model.show.stride = 6 * 60
    model.show.slow = False
    for k in range(1, 5):
        model.step()
        assert model.minute == k * 360
    model.show.slow = True
    while not model.open_incidents:
        model.step()
    opened = model.open_incidents[0].record.opened
    assert opened <= model.minute < opened + model.scene.tick, "it stops where one opens"
    before = model.minute
    model.step()
    assert model.minute == before + model.scene.tick


def test_on_a_page_ticks_near_incidents_pass_at_twelve_minutes_a_second(monkeypatch):
    model, waited = Watched(show()), []
    while not (model.open_incidents and model.state.incidents[-1].trigger == Trigger.VIOLATION):
        model.to_next()
    model.has_been_shown(1)
    monkeypatch.setattr(model.show.stopping, "wait", waited.append)
    monkeypatch.setattr(watched.time, "monotonic", lambda: 100.0)
    model.step()
    model.step()
    assert waited == [0.0, model.scene.tick / 12.0]
    model.show.slow = False
    model.step()
    assert len(waited) == 2


def test_the_next_incident_is_jumped_to():
    model = Watched(show())
    for n in range(1, 4):
        model.to_next()
        incidents = model.state.incidents
        assert len(incidents) >= n and model.minute - incidents[-1].opened < model.scene.tick
    seen = Eye(model).look()
    assert (
        [each["row"] for each in seen["told"]]
        == [each[0] for each in seen["dots"]]
        == [*range(len(incidents))]
    )


def test_sliders_a_policy_and_talks_make_the_case_that_the_command_would(unwatched):
    its = show()
    model = Watched(its, **{"policy": _named(its, "hotline"), "talks": "refused", MARGIN: 40.0})
    given = (*(each for each in BUSY if MARGIN not in each), f"{MARGIN}=40", "talks.outcome=refused")
    wanted = Asked("declared", ("hotline",), 12, 3, 3, given)
    assert model.case.content_hash == Show(wanted).case.in_world(1).content_hash
    said = Eye(model).look()["played"]
    assert said["moved"] == [
        f"{MARGIN} 5 → 40 m",
        f"policy: {_named(its, 'hotline')}",
        "talks: refused (in the scenario: ignored)",
    ]
    assert said["title"].startswith("declared") and "hotline" in said["title"]
    assert Eye(Watched(its)).look()["played"]["moved"] == []


def _named(its, policy):
    return next(name for name, names in its.policies.items() if names == (policy,))


def test_what_cannot_be_played_is_said_and_leaves_the_run_as_it_was_asked():
    its = show()
    out_of_range = {"policy": _named(its, "wider_margin"), MARGIN: 100.0}
    replaced = {"policy": _named(its, "restored_markers"), "border.marker_survival": 0.5}
    for values, why in ((out_of_range, "allowed 0 to 100 m"), (replaced, "one of the two")):
        model = Watched(its, **values)
        assert why in model.refused and model.case.content_hash == its.case.in_world(1).content_hash
        said = Eye(model).look()["played"]
        assert said["refused"] == model.refused and said["moved"] == []
    assert Watched(its, **{MARGIN: 100.0}).refused == ""


def test_bad_input_is_refused_before_there_is_a_page():
    replaced = {"policies": ("restored_markers",), "assignments": ("border.marker_survival=0.5",)}
    for wrong in ({"policies": ("no_such",)}, {"assignments": ("south.watch.margin_m=1000",)}, replaced):
        with pytest.raises(BadInput):
            show(**wrong)
    with pytest.raises(BadInput):
        Show(Asked("no_such"))


def test_what_has_not_changed_is_not_made_anew():
    model = Watched(show())
    eye = Eye(model)
    model.show.stride = 0
    model.step()
    first = eye.look()
    model.step()
    second = eye.look()
    same = [name for name in first if first[name] is second[name]]
    assert set(same) >= {"ground", "played", "border", "told", "dots", "daily"}
    assert first["now"]["minute"] == model.scene.tick and second["now"]["minute"] == 2 * model.scene.tick
    assert second["units"] == packed_frames([eye.frame()])


def test_at_any_pace_an_incident_is_seen_as_it_opened_and_told_as_it_stands():
    """Where a unit was and by which lines it was judged, days after it; how deep looks have seen it since."""
    closely, roughly = Watched(show()), Watched(show())
    closely.show.stride, roughly.show.stride, roughly.show.slow = 0, 4 * DAY, False
    eye, seen = Eye(closely), {}
    while closely.running:
        closely.step()
        for each in eye.look()["told"]:
            seen.setdefault(each["row"], each)
            data = closely.state.incidents[each["row"]]
            if data.trigger == Trigger.VIOLATION:
                assert f"seen {data.depth:.0f} m past" in each["head"][1]
    while roughly.running:
        roughly.step()
    told = [each for each in Eye(roughly).look()["told"] if each["trigger"] == "violation"]
    assert told
    for each in told:
        assert each["misjudged"] == seen[each["row"]]["misjudged"] is not None
        assert each["d"] == pytest.approx(each["misjudged"]["d"]) and each["d"] == seen[each["row"]]["d"]


def test_a_step_waits_for_a_drawing_that_was_asked_for_and_for_no_other(monkeypatch):
    model, slept = Watched(show()), []
    monkeypatch.setattr(watched.time, "sleep", slept.append)
    for _ in range(3):
        model.step()
    assert not slept, "there is no page"
    model.asked = lambda: 7
    model.has_been_shown(7)
    for _ in range(3):
        model.step()
    assert not slept, "Mesa's render interval: nobody has asked for another drawing"
    model.asked = lambda: 8
    monkeypatch.setattr(watched.time, "sleep", lambda s: (slept.append(s), model.has_been_shown(8)))
    model.step()
    assert 0 < len(slept) <= 2, "one was asked for, and was there at the first look"
    model.asked = lambda: 9
    monkeypatch.setattr(watched, "_PATIENCE_S", 0.0)
    before = model.minute
    model.step()
    assert model.minute > before, "a page that is gone stops nobody"


def test_the_timeline_has_every_day_that_has_begun():
    model = Watched(show())
    eye = Eye(model)
    model.show.stride, model.show.slow = 0, False
    for minutes, days in ((10.0, 1), (1440.0, 1), (1450.0, 2), (2880.0, 2)):
        while model.minute < minutes:
            model.step()
            seen = eye.look()
        assert len(seen["daily"]) == 9 * days, minutes


def test_a_closed_incident_is_told_as_it_ended_and_where_it_was_seen_first():
    model = Watched(show())
    eye = Eye(model)
    model.to_next()
    first = eye.look()["told"][0]
    model.show.slow, model.show.stride = False, 2 * DAY
    model.step()
    last = eye.look()["told"][0]
    assert first["closed"] is None and last["closed"] is not None
    assert last["misjudged"] == first["misjudged"] is not None and last["d"] == first["d"]
    assert len(last["steps"]) > len(first["steps"]) and last["steps"][-1][1].startswith(("north", "south"))
