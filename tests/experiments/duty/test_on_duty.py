"""A run that stops for decisions: to the bit the one that is played again from them; kept, and refused."""

import itertools
import json
import shutil
from dataclasses import replace

import pytest
from little import BUSY

import sim
from experiments.duty.again import Otherwise, case_again, makes_of, played_again
from experiments.duty.beside import bits_of, verdict_on
from experiments.duty.eye import DutyEye
from experiments.duty.kept import FILE, read_kept, sealed
from experiments.duty.officer import Choice
from experiments.duty.on_duty import OnDuty, duty_of, refuse_what_cannot_be_played
from experiments.watch.watched import Asked
from sim.constants import DAY
from sim.documents import BadInput
from sim.outcome.outcome import outcome
from sim.sides import SOUTH

ASKED = Asked("declared", days=6, seed=3, run=2, assignments=(*BUSY, "north.conduct.attack_intercept=0"))
TURNS = ("wait", "broadcast", "warning shots", "ask")


def on_duty(place, asked=ASKED, area=None):
    return OnDuty(duty_of(asked, "south", area, place)())


def played(place, pace, turns=TURNS):
    """A run in which choices follow each other in turn, stepped in strides of ``pace`` minutes."""
    model, choices = on_duty(place), itertools.cycle(turns)
    model.show.stride, model.show.slow = pace, False
    while model.running:
        model.step()
        while model.question is not None:
            model.decide(next(choices))
    return model


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("duty")


@pytest.fixture(scope="module")
def ended(place):
    return played(place, DAY)


def test_however_it_is_stepped_and_again_from_what_was_kept_it_has_the_same_bits(ended, place, tmp_path):
    ticks = played(tmp_path, 0)
    assert ticks.state.identical(ended.state) and ticks.orders.decided == ended.orders.decided
    kept = read_kept(place, False)
    assert kept.orders.decided == ended.orders.decided and len(kept.orders.decided) > 10
    assert set(kept.orders.decided.values()) == {Choice(each) for each in TURNS}
    officer, rules = (make().run() for make in makes_of(kept, case_again(kept)))
    assert officer.state.identical(ended.state) and bits_of(officer.state) == kept.ended["bits"]
    assert rules.state.identical(ended.twin().run().state) and not rules.state.identical(officer.state)


SAYS = {  # what is to be decided to do as the rules say
    "Wait, as the last look was clear.": "wait",
    "Call out.": "broadcast",
    "Fire warning shots.": "warning shots",
    "Call out and fire warning shots.": "broadcast and warning shots",
    "Ask for authority to fire aimed shots.": "ask",
    "Ask for authority to return fire.": "ask",
}


def test_who_always_decides_as_the_rules_say_has_the_row_of_the_rules(tmp_path):
    steps = "south.rules.steps=[broadcast, broadcast_and_warning_shots, warning_shots, aimed_fire]"
    model, said = on_duty(tmp_path, replace(ASKED, assignments=(*ASKED.assignments, steps))), set()
    for _ in range(500):
        model.to_next()
        if not model.running:
            break
        says = dict(model.question.facts)["The rules say"]
        said.add(says)
        model.decide(SAYS[says])
    assert len(said) >= 4 and "Call out and fire warning shots." in said
    assert outcome(model.scene).row == outcome(model.twin().run().scene).row


def test_a_decision_at_the_very_end_of_a_tick_is_asked_for_before_it(tmp_path):
    """A round that a scenario dates, whose origin is reported after so many minutes: no luck in between."""
    (tmp_path / "dated.yaml").write_text(DATED)
    asked = Asked(str(tmp_path / "dated.yaml"), days=3, seed=3, run=2)
    model = on_duty(tmp_path / "out", asked)
    model.to_next()
    assert model.question.minute == 5 * DAY + 7 * 60.0 + 10.0 and model.minute == model.question.minute - 10.0
    model.decide("wait")
    assert not model.held and model.minute == 5 * DAY + 7 * 60.0 + 10.0


DATED = """\
extends: declared
name: dated
clock: {warmup_days: 5}
space: {length_km: 60}
south: {stray: {p_origin_seen: 1, origin_seen_minutes: 10, read_as_attack: 4, p_explained: 0}}
north: {stray: {p_explained: 0}}
injects: [{name: a round, act: stray_shot, date: 2025-11-01, hour: 7, side: north, at_km: 30}]
"""


def test_who_stops_the_server_has_not_ended_the_run(tmp_path, monkeypatch):
    """Decisions are kept as those of a run that goes on, and nobody sees more than before."""
    model = on_duty(tmp_path)
    model.to_next()
    model.decide("broadcast")
    eye, see = DutyEye(model), model.incident

    def stopped_as_it_asks(row):
        model.show.stopping.set()
        return see(row)

    monkeypatch.setattr(model, "incident", stopped_as_it_asks)
    model.to_next()
    assert model.held and model.verdict is None
    before = model.minute
    model.step()
    assert not model.running and model.minute == before and model.verdict is None
    assert eye.look()["now"]["only"] == SOUTH and read_kept(tmp_path, False).ended is None
    anew = type(model)(show=model.show)
    anew.step()
    assert not anew.running, "nor does one that was begun anew play on"


def test_the_page_of_both_shows_them_beside_each_other(place, ended):
    kept = read_kept(place, False)
    page = played_again(kept, case_again(kept))
    assert "duty officer of the south" in page and "to the same bits" in page and "by the rules" in page
    spoilt = replace(kept, orders=replace(kept.orders, decided=dict([*kept.orders.decided.items()][:-3])))
    with pytest.raises(Otherwise):
        played_again(spoilt, case_again(spoilt))


def test_the_verdict_counts_both_and_says_where_they_part(ended):
    counts = {name: (own, rules) for name, own, rules in ended.verdict.counts}
    twin = ended.twin().run()
    begins = ended.scene.exposure.begins
    for k, model in enumerate((ended, twin)):
        assert counts["incidents"][k] == sum(each.opened >= begins for each in model.state.incidents)
    assert ended.verdict.minute == min(minute for _, minute in ended.orders.decided)
    assert "chooses to wait" in ended.verdict.parted
    assert verdict_on(twin, ended.twin().run()).parted is None


def test_nothing_is_asked_in_the_warm_up_nor_of_another_area(place, tmp_path):
    model = on_duty(tmp_path)
    assert model.minute == model.scene.exposure.begins == 5 * DAY and model.state.incidents
    model.to_next()
    areas = {model.question.title.partition(" of area ")[2].partition(":")[0]}
    for area in (1, 2, 3, 4, 5):
        model, asked = on_duty(tmp_path, area=area), set()
        while model.running:
            model.to_next()
            if model.question is not None:
                asked.add(model.question.title.partition(" of area ")[2].partition(":")[0])
                model.decide("broadcast")
        assert asked <= {str(area)}
        areas |= asked
    assert len(areas) > 1


def test_a_choice_that_is_not_offered_or_not_asked_for_is_ignored(tmp_path):
    model = on_duty(tmp_path)
    model.decide("wait")
    assert not model.orders.decided and not (tmp_path / FILE).exists()
    model.to_next()
    before = model.snapshot()
    for choice in ("call", "no such thing"):
        model.decide(choice)
    model.step()
    assert model.question is not None and model.state.identical(before)


def test_where_nothing_can_be_kept_any_more_it_is_said_and_the_run_goes_on(tmp_path):
    model = on_duty(tmp_path / "out")
    (tmp_path / "out").mkdir()
    model.to_next()
    model.decide("wait")
    assert model.unkept == DutyEye(model).look()["duty"]["unkept"] == ""
    shutil.rmtree(tmp_path / "out")
    model.to_next()
    model.decide("wait")
    assert len(model.orders.decided) == 2 and "No such file" in DutyEye(model).look()["duty"]["unkept"]


def test_a_run_that_is_begun_anew_is_kept_beside_the_first(tmp_path):
    first = tmp_path / "duty"
    first.mkdir()
    for _ in range(2):
        model = on_duty(first)
        model.to_next()
        model.decide("wait")
    kept = [read_kept(folder, False) for folder in (first, tmp_path / "duty-2")]
    assert kept[0].orders == kept[1].orders and kept[0].ended is None
    assert kept[0].orders.side == SOUTH and len(kept[0].orders.decided) == 1
    page = played_again(kept[0], case_again(kept[0]))
    assert "end before the run does" in page
    unmet = replace(kept[0], orders=replace(kept[0].orders, decided={(999, 1.0): Choice.WAIT}))
    with pytest.raises(Otherwise):
        played_again(unmet, case_again(unmet))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found | {"version": "0.0.1"}, f"allowed version {sim.__version__}"),
        (lambda found: sealed(found | {"case": "0" * 64}), "say something else"),
        (lambda found: sealed(found | {"decisions": [{"incident": 1}]}), "is damaged"),
        (lambda found: sealed(found | {"side": "west"}), "is damaged"),
        (lambda found: sealed(found | {"seed": float("inf")}), "is damaged"),
        (lambda found: found | {"side": "north"}, "is not as it was written"),
        (lambda found: found | {"since": 0.0}, "is not as it was written"),
        (lambda found: found | {"ended": 5}, "is not as it was written"),
        (lambda found: [], "is damaged"),
        (None, "there is no decisions.json"),
    ],
)
def test_what_cannot_be_played_again_is_refused(ended, place, tmp_path, change, said):
    if change is not None:
        found = change(json.loads((place / FILE).read_text()))
        (tmp_path / FILE).write_text(json.dumps(found))
    with pytest.raises(BadInput, match=said):
        case_again(read_kept(tmp_path, False))


def test_what_cannot_be_played_is_refused(tmp_path):
    with pytest.raises(BadInput, match="1 to 5, from the west"):
        refuse_what_cannot_be_played(ASKED, 6)
    policy = tmp_path / "own.yaml"
    policy.write_text("name: own\nbinds: [north, south]\nagents: {CommandPost: 'sim.agents:CommandPost'}\n")
    asked = replace(ASKED, policies=(str(policy),), allow_code=True)
    with pytest.raises(BadInput, match="replaces the command posts"):
        refuse_what_cannot_be_played(asked, None)
