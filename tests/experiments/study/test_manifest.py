"""A manifest from a stranger, with a seal that fits, is refused in a line or is one."""

import copy
import json

import pytest
from little import begun
from shape import strange

from experiments.design.manifest_file import Sealed
from experiments.study.folder import StudyFolder
from experiments.study.manifest import misshapen
from sim.documents import BadInput
from sim.scenario.case import digest


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return begun(tmp_path_factory.mktemp("manifest")).path


@pytest.fixture(scope="module")
def whole(sound):
    """The manifest without its seal."""
    manifest = json.loads((sound / "manifest.json").read_text())
    del manifest["sealed"]
    return manifest


def test_what_is_written_is_what_readers_are_told(sound):
    text = (sound / "manifest.json").read_text()
    assert misshapen(text) is None and strange(json.loads(text), Sealed) is None


def test_no_part_of_it_takes_a_key_that_it_has_not(sound, whole):
    """Every shape is checked strictly, not the outermost alone."""
    arm = list(whole["arms"])[-1]
    inner = (
        ("request",),
        ("rule",),
        ("columns", "border_marker_survival"),
        ("arms", arm),
        ("arms", arm, "case"),
    )
    for path in ((), *inner, ("arms", arm, "case", "overlays", 0)):
        assert "is damaged" in opened(sound, with_value(whole, (*path, "more"), 1)), path


def with_value(whole, path, value):
    manifest = copy.deepcopy(whole)
    inner = manifest
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return manifest


def opened(folder, manifest):
    """What is said of a folder with this manifest; None if it is taken."""
    text = json.dumps(manifest | {"sealed": digest(manifest)})
    (folder / "manifest.json").write_text(text)
    try:
        _ = StudyFolder(folder).plan
    except BadInput as bad:
        (line,) = str(bad).splitlines()
        return line
    return None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("code",), []),
        (("inputs",), 7),
        (("libraries",), "x"),
        (("notes",), [1]),
        (("columns",), {"a": {"kind": "x", "of": "y"}}),
        (("columns", "border_marker_survival", "of"), 3),
        (("arms", "border.marker_survival = 0.1", "values"), []),
        (("request", "verb"), 1.5),
        (("request",), "x"),
        (("request", "changes"), -1),
        (("request", "name"), [[1]]),
        (("request", "verb"), "run"),
        (("kind",), "run"),
        (("estimate",), []),
        (("estimate",), [float("nan")]),
        (("estimate",), ["nothing"]),
        (("rule", "runs"), "a"),
        (("rule", "runs"), 10**30),
        (("rule",), {"until": "decided"}),
        (("arms",), {}),
        (("seed",), 10**30),
        (("factors",), {}),
        (("lucks_per_world",), 3),
        (("name",), {"a": "b"}),
    ],
)
def test_a_shape_that_no_manifest_has_is_damage(sound, whole, path, value):
    """A seal that fits once let any of these through, to a traceback where it was read."""
    assert "manifest.json: is damaged" in opened(sound, with_value(whole, path, value))


def test_arms_that_are_one_and_levels_that_no_factor_has_are_damage(sound, whole):
    second = list(whole["arms"])[1]
    for key, value in (("policy", None), ("levels", {}), ("levels", {"season": "spring"})):
        manifest = with_value(whole, ("arms", second, key), value)
        assert "is damaged" in opened(sound, manifest), key
    assert opened(sound, whole) is None


@pytest.mark.parametrize("value", [None, [], {}, -1, 10**30, float("inf"), True, [[[]]], {"a": 1}])
def test_no_value_in_any_place_is_more_than_a_line(sound, whole, value):
    arm = list(whole["arms"])[-1]
    places = [(key,) for key in whole]
    places += [("arms", arm, key) for key in whole["arms"][arm]]
    places += [("arms", arm, "case", key) for key in whole["arms"][arm]["case"]]
    for path in places:
        opened(sound, with_value(whole, path, value))


def test_a_sealed_manifest_of_another_version_and_shape_is_named_so(sound, whole):
    manifest = with_value(whole, ("version",), "9.9.9") | {"more": 1}
    assert "made by version 9.9.9" in opened(sound, manifest)
