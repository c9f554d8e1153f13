"""What an incident asks of the parties, and that the shipped agents answer it."""

import inspect

import pytest

from sim.agents import CommandPost, Government, GuardPost, Patrol, SurveyTeam, WorkParty
from sim.incidents.parties import CommandParty, GovernmentParty, Parties, PostParty, UnitParty

ANSWERS = {
    UnitParty: (Patrol, WorkParty, SurveyTeam),
    PostParty: (GuardPost,),
    CommandParty: (CommandPost,),
    GovernmentParty: (Government,),
}


def asked(protocol):
    return {name: each for name, each in vars(protocol).items() if not name.startswith("_")}


def hints(each):
    """Names and types of what a method takes and gives back."""
    function = each.fget if isinstance(each, property) else each
    signature = inspect.signature(function)
    return [(p.name, p.annotation) for p in signature.parameters.values()], signature.return_annotation


@pytest.mark.parametrize("protocol", ANSWERS)
def test_shipped_agents_take_and_give_what_an_incident_asks(protocol):
    assert asked(protocol)
    for agent in ANSWERS[protocol]:
        for name, each in asked(protocol).items():
            own = inspect.getattr_static(agent, name)
            assert isinstance(own, property) == isinstance(each, property)
            assert hints(own) == hints(each), f"{agent.__name__}.{name}"


def test_parties_that_are_let_go_keep_nobody():
    parties = Parties(units=[object()], posts=[object()])
    parties.dismiss()
    assert parties == Parties()
