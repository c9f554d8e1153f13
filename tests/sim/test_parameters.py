"""The declared schema: every parameter says what it is, and no default contradicts another."""

import csv
import re
from importlib.resources import files

import pytest

from sim.documents import BadInput, Document, StrictModel, merge, parse, validate
from sim.parameters.whole import Parameters, default_of, default_tree, walk, world_paths
from sim.scenario.scenario_file import Scenario
from sim.sides import NORTH, SIDES, SOUTH

DECLARED = dict(walk(Scenario))


def limits(field) -> dict[str, float]:
    return {
        name: getattr(note, name) for note in field.metadata for name in ("ge", "le") if hasattr(note, name)
    }


def errors(text: str) -> list[str]:
    """What is wrong with parameters given as YAML, defaults below them."""
    document = parse(text, "f")
    whole = Document(default_tree(), {}, "defaults")
    try:
        validate(merge(whole, document), Parameters)
    except BadInput as bad:
        return [f"{problem.path}: {problem.message}" for problem in bad.problems]
    return []


def test_every_parameter_says_what_it_is():
    grades = ("measured", "analogue", "assumption")
    silent = [
        path
        for path, field in DECLARED.items()
        if not (field.description and field.json_schema_extra["unit"])
        or field.json_schema_extra["grade"] not in grades
    ]
    assert DECLARED and silent == []


def test_every_parameter_has_a_source_or_is_an_assumption():
    """MODEL.md: what comes from the trial, or from the brief itself, is an assumption too."""
    doubtful = [
        path
        for path, field in DECLARED.items()
        if not field.json_schema_extra["source"]
        or (
            re.match("assumption|TRIAL|MODEL", field.json_schema_extra["source"])
            and field.json_schema_extra["grade"] != "assumption"
        )
    ]
    assert doubtful == []


def test_every_number_has_a_range_and_its_default_lies_in_it():
    numbers = 0
    for path, field in DECLARED.items():
        default = default_of(path, field)
        if isinstance(default, bool) or not isinstance(default, int | float):
            continue
        numbers += 1
        within = limits(field)
        assert within.keys() == {"ge", "le"}, path
        assert within["ge"] <= default <= within["le"], path
        assert within["ge"] < within["le"], path
    assert numbers > 100


def test_sources_name_rows_of_the_priors_that_exist():
    table = (files("sim") / "data" / "priors.csv").read_text(encoding="utf-8").splitlines()
    rows = {row["parameter"] for row in csv.DictReader(table)}
    for path, field in DECLARED.items():
        source = field.json_schema_extra["source"]
        cited = re.findall(r"priors\.csv: (\w+)", source)
        assert set(cited) <= rows, path
        assert bool(cited) == ("priors.csv" in source), path


def test_every_field_of_a_group_is_a_parameter_or_a_group():
    """No number can hide behind a bare default, without unit and source."""

    def bare(model: type[StrictModel]) -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, StrictModel):
                found += bare(inner)
            elif "unit" not in (field.json_schema_extra or {}):
                found.append(name)
        return found

    assert bare(Parameters) == []


def test_the_defaults_are_possible_together():
    parameters = validate(Document(default_tree(), {}, "defaults"), Parameters)
    assert parameters.sides == (parameters.north, parameters.south)
    assert (SIDES[NORTH], SIDES[SOUTH]) == ("north", "south")


def test_the_south_has_its_own_defaults_and_only_where_declared():
    tree = default_tree()
    for path, field in walk(Parameters):
        value = tree
        for name in path:
            value = value[name]
        extra = field.json_schema_extra
        own = extra.get("default_south") if path[0] == "south" else None
        wanted = field.default if own is None else own
        assert value == (list(wanted) if isinstance(wanted, tuple) else wanted)
    assert tree["south"]["response"]["line"] == "favour_other"
    assert tree["north"]["response"]["line"] == "own"


def test_what_is_drawn_once_for_a_world():
    """The list that keeps twin runs of one world comparable: changes here need a thought."""
    shared = {
        "space.*",
        "counting.*",
        "ground.*",
        "clock.*",
        "weather.*",
        "border.marker_spacing_m",
        "border.kernel",
        "border.correlation_km",
        "border.shared_error",
        "border.marker_clustering",
        "border.marker_cluster_km",
        "border.markers_file",
        "border.lines_file",
        "border.posts_file",
        "feedback.rule",
    }
    its = {
        "patrols.slots",
        "patrols.home_spread",
        "works.slots",
        "works.weeks",
        "works.first_month",
        "works.last_month",
        "works.from_year",
        "works.surge_sd",
        "works.early",
        "works.programme_size",
        "works.programme_weeks",
        "works.programme_km",
        "works.programme_share",
        "works.named_counties",
        "works.named_density",
        "works.rugged_loss",
        "watch.posts",
        "watch.post_distance_m",
        "watch.post_spread_m",
        "watch.post_floor_m",
        "learning.rule",
        "conduct.attack_rule",
    }
    wanted = shared | {f"{side}.{name}" for side in SIDES for name in its}
    found = {".".join(path) for path in world_paths()}
    whole = {"space", "ground", "clock", "weather", "counting"}
    assert {f"{path.split('.')[0]}.*" if path.split(".")[0] in whole else path for path in found} == wanted
    for path, _ in walk(Parameters):
        assert (path[0] in whole) <= (".".join(path) in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clock: {tick_minutes: 7}", ["clock.tick_minutes: shifts begin between two ticks"]),
        ("clock: {tick_minutes: 60}", []),
        ("clock: {tick_minutes: 48}", ["clock.tick_minutes: shifts begin between two ticks"]),
        ("clock: {tick_minutes: 48, day_shift_hour: 0}", []),
        (
            "north: {politics: {alert_at: 0.8, predelegate_at: 0.79}}",
            ["north.politics.predelegate_at: authority would move down before posture goes to alert"],
        ),
        ("north: {politics: {alert_at: 0.8, predelegate_at: 0.8}}", []),
        (
            "south: {works: {first_month: 11, last_month: 3}}",
            ["south.works.last_month: a season cannot run over the turn of the year"],
        ),
        (
            "survey: {first_month: 5, last_month: 4}",
            ["survey.last_month: a season cannot run over the turn of the year"],
        ),
        ("survey: {first_month: 5, last_month: 5}", []),
        ("space: {length_km: 20, area_km: 21}", ["space.area_km: longer than the line"]),
        ("space: {length_km: 20, area_km: 20}", []),
        ("survey: {from_km: 249}", ["survey.from_km: longer than the line"]),
        ("space: {cell_m: 10, length_km: 5000}", ["space.cell_m: the grid would have 200,000,000 cells"]),
        ("space: {cell_m: 32, length_km: 5000}", []),
        (
            "north: {watch: {posts: 20000}}\nsouth: {watch: {posts: 12768}}",
            ["south.watch.posts: 32768 posts in all"],
        ),
        ("north: {watch: {posts: 20000}}\nsouth: {watch: {posts: 12767}}", []),
        (
            "space: {half_width_km: 1}\nsouth: {watch: {post_distance_m: 1001}}\n"
            "north: {patrols: {standoff_m: 1001}, works: {buffer_m: 1000}}",
            ["north.patrols.standoff_m: outside the zone", "south.watch.post_distance_m: outside the zone"],
        ),
        (
            "border: {lines_file: x.csv}\nsurvey: {km_per_week: 1}",
            ["survey.km_per_week: a survey changes nothing on lines of the scenario's own"],
        ),
        ("border: {lines_file: x.csv}", []),
        ("north: {politics: {jumps: [0, 0, 0, 0, 0, 0, 1.1]}}", ["north.politics.jumps.6: out of range"]),
    ],
)
def test_values_that_cannot_be_together(text, said):
    assert sorted(errors(text)) == said
