"""The list of mutations fits the sources; ``mutate.py`` makes them, one by one."""

import pytest
from mutate import MUTATIONS, ROOT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation["mechanism"])
def test_a_mutation_has_its_place_and_its_tests(mutation):
    text = (ROOT / mutation["file"]).read_text("utf-8")
    assert text.count(mutation["from"]) == 1
    assert mutation["to"] != mutation["from"]
    assert all((ROOT / tests.partition("::")[0]).exists() for tests in mutation["tests"].split())


def test_every_room_with_mechanisms_is_mutated():
    rooms = {mutation["file"] for mutation in MUTATIONS}
    agents = {f"sim/agents/{name}.py" for name in ("command_post", "guard_post", "unit", "government")}
    field = {f"sim/field/{name}.py" for name in ("looks", "mines", "path", "shifts", "strays")}
    ground = {f"sim/world/{name}.py" for name in ("border", "seasons", "terrain", "draw")}
    incidents = {f"sim/incidents/{name}.py" for name in ("cause", "closing", "fire", "opening", "play")}
    rest = {
        f"sim/{name}.py"
        for name in (
            "exposure",
            "outcome/recording",
            "regime",
            "scenario/overlays",
            "scene",
            "survey",
            "talks",
            "tension",
        )
    }
    assert agents | field | ground | incidents | rest <= rooms
