"""What rows rest on beside their cases, held against another process's."""

import importlib.metadata
import sys
from dataclasses import replace

import pytest

from experiments.play import surroundings as there
from experiments.play.surroundings import Surroundings
from sim.scenario.loading import load_case


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A case with an agent of one's own, and its file."""
    file = tmp_path / "agents_near.py"
    file.write_text("from sim.agents import CommandPost\nclass Mine(CommandPost):\n    pass\n")
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nbinds: [north, south]\nagents: {CommandPost: agents_near:Mine}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield load_case("baseline", [str(tmp_path / "mine.yaml")]), file
    sys.modules.pop("agents_near", None)


def test_the_process_itself_is_as_it_is(mine):
    case, _ = mine
    own = Surroundings.of([case, load_case("own_sites")])
    assert own.difference() is None
    assert len(own.files) == 2 and own.modules.keys() == {"agents_near"}


def test_a_posterior_travels_with_its_case_and_need_not_be_there():
    case = load_case("baseline")
    assert case.posterior is not None and not Surroundings.of([case]).files


@pytest.mark.parametrize(
    "name", ["python", "machine", "dmz", "numpy", "numba", "llvmlite", "mesa", "distributed"]
)
def test_another_version_is_named(name):
    own = Surroundings.of([])
    other = replace(own, versions={**own.versions, name: "1.0"})
    assert other.difference() == f"{name} is {own.versions[name]}, here 1.0"


def test_a_package_that_is_not_there_is_named(monkeypatch):
    own, version = Surroundings.of([]), importlib.metadata.version

    def without(name):
        if name == "mesa":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", without)
    assert own.difference() == f"mesa is not there, here {version('mesa')}"


def test_other_code_of_the_same_version_is_named(mine, monkeypatch):
    case, file = mine
    own = Surroundings.of([case])
    file.write_text(file.read_text() + "    asked = 1\n")
    assert own.difference().startswith("agents_near is ")
    monkeypatch.setattr(there, "_sources", lambda: "0" * 64)
    assert own.difference().startswith("the source of dmz is 000000000000, here ")


def test_another_libm_is_named(monkeypatch):
    own = Surroundings.of([])
    exact = there._FUNCTIONS[0]
    nearly = (lambda x: exact(x) * (1.0 + 2.0**-52), *there._FUNCTIONS[1:])
    there.arithmetic.cache_clear()
    monkeypatch.setattr(there, "_FUNCTIONS", nearly)
    try:
        assert "libm is " in own.difference()
    finally:
        there.arithmetic.cache_clear()
