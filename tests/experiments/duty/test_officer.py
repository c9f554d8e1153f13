"""A command post that is told what to decide, and asks where it is not: the rules stand where they stood."""

import pytest
from little import BUSY

from experiments.duty.officer import Choice, DecisionWanted, Orders, officer_under
from sim.acts import Act, Actor
from sim.codes import Action, Trigger
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH

BUSIER = (*BUSY, "north.conduct.attack_intercept=0", "south.rules.weapons=true")


@pytest.fixture(scope="module")
def case():
    return load_case("declared", assignments=BUSIER, days=8)


def model_under(case, orders):
    return DmzModel(case, seed=3, world=1, agents={"CommandPost": officer_under(orders)})


def test_orders_that_leave_it_to_the_rules_play_as_the_rules_do(case):
    """Nothing decided, not on duty yet, or on duty for another area: the shipped command post."""
    plain = DmzModel(case, seed=3, world=1).run()
    for orders in (
        Orders(SOUTH, by_rules=True),
        Orders(SOUTH, since=1e9),
        Orders(SOUTH, area=99),
        Orders(NORTH),
    ):
        model = model_under(case, orders)
        try:
            model.run()
        except DecisionWanted:
            assert orders.side == NORTH
            continue
        assert model.state.identical(plain.state)


def first_asked(case, **more):
    model = model_under(case, Orders(SOUTH, **more))
    with pytest.raises(DecisionWanted) as wanted:
        model.run()
    return wanted.value


def test_it_asks_at_the_first_decision_of_its_side_from_its_minute_on(case):
    since = 3 * 1440.0
    early, late = first_asked(case), first_asked(case, since=since)
    assert early.incident.minute < since <= late.incident.minute
    assert early.officer.side == SOUTH and early.incident.record.trigger == Trigger.VIOLATION
    area = int(late.officer.record["area"])
    assert int(first_asked(case, area=area, since=since).officer.record["area"]) == area


def decided(case, choice, **more):
    wanted = first_asked(case)
    moment = (wanted.incident.row, wanted.incident.minute)
    model = model_under(case, Orders(SOUTH, decided={moment: choice}, by_rules=True, **more)).run()
    return moment, [line for line in model.state.log if line[0] == moment[0] and line[1] >= moment[1]]


def test_each_choice_is_carried_out_as_the_model_does(case):
    (_, minute), lines = decided(case, Choice.BROADCAST)
    assert (lines[0][1], lines[0][3], lines[0][4]) == (minute, Actor.POST, Act.BROADCAST)
    (_, minute), lines = decided(case, Choice.WAIT)
    assert (lines[0][1], lines[0][4]) == (minute, Act.CHOSE_TO_WAIT)
    (_, minute), lines = decided(case, Choice.WARNING_SHOTS)
    asked = lines[0]
    assert (asked[1], asked[4], asked[5], asked[6]) == (minute, Act.ASKED, Action.WARNING_SHOTS, 1.0)
    (_, minute), lines = decided(case, Choice.ASK)
    assert (lines[0][4], lines[0][5], lines[0][6]) == (Act.ASKED, Action.AIMED_FIRE, 2.0)
    (_, minute), lines = decided(case, Choice.CALL)
    assert lines[0][4] == Act.CHOSE_TO_WAIT, "no call on a line that is dead"
    assert not {Act.CALLED, Act.NO_ANSWER} & {line[4] for line in lines}


def test_a_call_is_made_where_the_hotline_works():
    case = load_case(
        "declared", assignments=[*BUSIER, "hotline.working=true", "hotline.call_minutes=2"], days=8
    )
    (_, minute), lines = decided(case, Choice.CALL)
    calls = [line for line in lines if line[4] in (Act.CALLED, Act.NO_ANSWER)]
    assert calls and calls[0][1] == pytest.approx(minute + 2.0) and calls[0][2] == SOUTH


def test_who_holds_fire_after_rounds_leaves_it_at_that():
    assignments = [
        *BUSY,
        "north.stray.per_post_year=0.1",
        "south.stray.read_as_attack=4",
        "south.watch.looks_per_hour=0",
    ]
    case = load_case("declared", assignments=assignments, days=200)
    wanted = first_asked(case)
    row, minute = wanted.incident.row, wanted.incident.minute
    assert wanted.incident.record.trigger == Trigger.STRAY_SHOT
    for choice, act in ((Choice.WAIT, Act.CHOSE_TO_WAIT), (Choice.ASK, Act.ASKED)):
        model = model_under(case, Orders(SOUTH, decided={(row, minute): choice}, by_rules=True)).run()
        lines = [line for line in model.state.log if line[0] == row and line[1] >= minute]
        assert lines[0][4] == act and (act != Act.ASKED or lines[0][5] == Action.REPLY)
        assert (Act.ASKED in {line[4] for line in lines}) == (choice == Choice.ASK), "nothing is asked again"
        assert model.state.incidents[row].is_closed
