"""Classes of one's own stand in for shipped ones only where that is allowed."""

from textwrap import dedent

import pytest
from said import places

from sim.agents import CommandPost
from sim.agents.loading import load_agents
from sim.documents import BadInput
from sim.model import DmzModel
from sim.scenario.loading import Case, load_case


@pytest.fixture
def with_class(folder, tmp_path, monkeypatch):
    """A case with a policy that names a class of a module beside it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load(reference: str, module: str = "", name: str = "ours") -> Case:
        (tmp_path / f"{name}.py").write_text(dedent(module))
        policy = f"name: p\nbinds: [north, south]\nagents:\n  CommandPost: {reference}\n"
        return folder(["p"], a="name: a", p=policy)

    return load


CALM = """
    from sim.agents import CommandPost

    class Calm(CommandPost):
        pass

    class Stranger:
        pass
"""


def test_a_class_is_loaded_only_when_code_is_allowed(with_class, tmp_path):
    module = f"{CALM}\n    open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    case = with_class("calm_ours:Calm", module, "calm_ours")
    with pytest.raises(BadInput) as caught:
        load_agents(case, allow_code=False)
    assert str(caught.value).endswith(
        "p.yaml:4:3: agents.CommandPost: it names code to run, which needs --allow-code; found the "
        "text 'calm_ours:Calm'"
    )
    assert not (tmp_path / "ran").exists()
    loaded = load_agents(case, allow_code=True)
    assert loaded.keys() == {"CommandPost"}
    assert issubclass(loaded["CommandPost"], CommandPost)
    model = DmzModel(case, agents=loaded, seed=1)
    assert {type(post) for post in model.command_posts} == {loaded["CommandPost"]}


@pytest.mark.parametrize(
    ("reference", "module", "said"),
    [
        ("no_such_module_of_ours:A", "", "there is no module 'no_such_module_of_ours'"),
        ("bad_a:Clam", CALM, "the module has no 'Clam'"),
        ("bad_b:Stranger", CALM, "allowed a subclass of sim.agents.CommandPost"),
        ("bad_c:A", "A = 3", "allowed a subclass of sim.agents.CommandPost"),
        ("bad_d:A", "1 / 0", "the module fails when imported: ZeroDivisionError: division by zero"),
        ("bad_f:A", "raise SystemExit(3)", "the module fails when imported: SystemExit: 3"),
        ("bad_e:A", "import nowhere_at_all", "the module needs 'nowhere_at_all', which is not there"),
    ],
)
def test_a_class_that_cannot_stand_in_is_one_error(with_class, reference, module, said):
    case = with_class(reference, module, reference.partition(":")[0] if module else "other")
    with pytest.raises(BadInput) as caught:
        load_agents(case, allow_code=True)
    assert len(caught.value.problems) == 1
    assert "p.yaml:4:3: agents.CommandPost" in str(caught.value)
    assert said in str(caught.value)


def test_two_policies_cannot_replace_the_same_agent(refused):
    policy = "name: {}\nbinds: [north, south]\nagents: {{Patrol: a:B}}"
    said = refused(["p", "q"], a="name: a", p=policy.format("p"), q=policy.format("q"))
    assert places(said) == ["q.yaml:3:10: agents.Patrol"]


def test_a_case_without_classes_needs_no_permission():
    assert load_agents(load_case("declared", ["hotline"]), allow_code=False) == {}
