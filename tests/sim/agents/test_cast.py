"""The cast of a run: made when asked for, and in Mesa's eyes always there, in their order."""

import gc
import weakref

import pytest

from sim.agents import CommandPost, Government
from sim.agents.cast import Cast
from sim.model import DmzModel


def test_each_is_made_once_and_only_when_asked_for():
    made = []
    cast = Cast(lambda row: made.append(row) or f"agent {row}", 5)
    assert len(cast) == 5 and made == []
    assert cast[3] == cast[3] == "agent 3" and made == [3]
    assert cast[-1] == "agent 4" and cast[1:4] == ["agent 1", "agent 2", "agent 3"]
    assert made == [3, 4, 1, 2]
    assert list(cast) == [f"agent {row}" for row in range(5)]
    with pytest.raises(IndexError):
        cast[5]


def test_mesa_sees_everybody_in_order_whoever_acted_first():
    fresh, played = DmzModel("baseline", days=40, seed=1), DmzModel("baseline", days=40, seed=1).run()
    assert played.state.incidents  # so that some have acted before others
    for model in (fresh, played):
        state = model.state
        everybody = [*model.units, *model.posts, *model.command_posts, *model.governments]
        assert list(model.agents) == everybody
        assert len(everybody) == state.units.size + state.posts.size + state.command_posts.size + 2
        assert [agent.unique_id for agent in everybody] == list(range(1, len(everybody) + 1))
        assert set(model.agent_types) == set(map(type, everybody)) == set(model.agents_by_type)
        posts = model.agents_by_type[CommandPost]
        assert [agent.row for agent in posts] == list(range(state.command_posts.size))


def test_a_class_that_cannot_be_made_says_so_when_the_model_is_built():
    class Broken(Government):
        def __init__(self, *args):
            super().__init__(*args)
            raise RuntimeError("no such archive")

    with pytest.raises(RuntimeError, match="no such archive"):
        DmzModel("baseline", seed=1, agents={"Government": Broken})


def test_a_model_that_is_let_go_is_not_kept_by_those_who_acted():
    model = DmzModel("baseline", days=20, seed=1).run()
    there = weakref.ref(model)
    model.dismiss()
    del model
    gc.collect()
    assert there() is None
