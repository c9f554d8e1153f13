"""From documents to a case: what is wrong is said at its place, all at once, and nothing else is raised."""

import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from said import places

from sim.documents import BadInput
from sim.model import DmzModel
from sim.parameters.whole import default_tree, walk, world_paths
from sim.scenario.library import shipped
from sim.scenario.loading import load_case
from sim.scenario.overlays import Layers, Overlay, regimes
from sim.scenario.scenario_file import Scenario

SCENARIOS, POLICIES = shipped(), shipped("policies")


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: a\nsouth:\n  watch:\n    margin: 3",
            ["a.yaml:4:5: south.watch.margin", "did you mean margin_m?"],
        ),
        (
            "name: a\nsouth: {watch: {margin_m: 300}}",
            ["a.yaml:2:27: south.watch.margin_m", "out of range; found 300; allowed 0 to 100 m"],
        ),
        (
            "name: a\nsouth: {watch: {margin_m: wide}}",
            ["a.yaml:2:27: south.watch.margin_m", "found the text 'wide'; allowed a number"],
        ),
        ("name: a\nstart: 2026-02-30", ["a.yaml:2:8: start", "not a date"]),
        ("days: 3", ["a.yaml:1:1: name", "missing key"]),
        ("extends: declared\ndays: 3", ["a.yaml:1:1: name", "missing key", "a name of its own"]),
        ("name: a\nextends: basline", ["a.yaml:2:10: extends", "did you mean baseline?"]),
        ("name: a\nname: b", ["a.yaml:2:1: name", "key written twice"]),
        ("name: a\nends_at_rung: 7", ["a.yaml:2:15: ends_at_rung", "allowed 1 to 6"]),
        (
            "name: a\nspace: {length_km: 5}",
            ["a.yaml:2:9: space.area_km", "longer than the line", "allowed at most 5 km"],
        ),
        (
            "name: a\nsouth:\n  politics:\n    alert_at: 0.99",
            ["a.yaml:4:5: south.politics.predelegate_at", "allowed at least alert_at, 0.99"],
        ),
    ],
)
def test_an_error_in_a_scenario_is_said_at_its_place(refused, text, said):
    (line,) = refused(a=text)
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("talks", "said"),
    [
        ("{outcome: agreed}", ["a.yaml:2:18: talks.outcome", "'accepted'"]),
        (
            "{decided_by: governments, outcome: ignored}",
            ["a.yaml:2:21: talks.decided_by", "allowed scenario, or outcome: none"],
        ),
        (
            "{decided_by: chance, probabilities: {ignored: 0.5}}",
            ["a.yaml:2:44: talks.probabilities", "the chances sum to 0.5"],
        ),
        (
            "{decided_by: chance, probabilities: {none: 0.5, ignored: 0.5}}",
            ["a.yaml:2:51: talks.probabilities.none"],
        ),
        (
            "{decided_by: chance, probabilities: {ignored: 1.5}}",
            ["a.yaml:2:54: talks.probabilities.ignored", "0 to 1"],
        ),
        (
            "{outcome: ignored, probabilities: {ignored: 1}}",
            ["a.yaml:2:42: talks.probabilities", "the outcome is decided by scenario"],
        ),
        ("{session_day: 29}", ["a.yaml:2:22: talks.session_day", "allowed day 30 or later"]),
        ("{agreed_day: 20}", ["a.yaml:2:21: talks.agreed_day", "before session_day"]),
        ("{implemented_day: 80}", ["a.yaml:2:26: talks.implemented_day", "day 90 or later"]),
        ("{agreed_clauses: [hotlin]}", ["a.yaml:2:26: talks.agreed_clauses.0", "did you mean hotline?"]),
    ],
)
def test_talks_that_cannot_be(refused, talks, said):
    (line,) = refused(a=f"name: a\ntalks: {talks}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("inject", "said"),
    [
        ("date: 2026-06-01", ["a.yaml:3:5: injects.0.set", "changes nothing"]),
        (
            "date: 2025-10-31, set: {hotline: {working: true}}",
            ["a.yaml:3:21: injects.0.date", "allowed 2025-11-01 to 2026-10-31"],
        ),
        ("date: 2026-11-01, set: {hotline: {working: true}}", ["a.yaml:3:21: injects.0.date"]),
        (
            "date: 2026-06-01, until: 2026-06-01, set: {hotline: {working: true}}",
            ["a.yaml:3:40: injects.0.until", "allowed a day after 2026-06-01"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north",
            ["a.yaml:3:38: injects.0.act", "a shot needs `at_km`"],
        ),
        (
            "date: 2026-06-01, act: provocation, at_km: 3",
            ["a.yaml:3:38: injects.0.act", "a shot needs `side`"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north, at_km: 249",
            ["a.yaml:3:70: injects.0.at_km", "allowed at most 248 km"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north, at_km: 2, set: {days: 3}",
            ["a.yaml:3:78: injects.0.set", "means nothing for act: stray_shot"],
        ),
        (
            "date: 2026-06-01, side: north, set: {hotline: {working: true}}",
            ["a.yaml:3:39: injects.0.side", "means nothing for act: change"],
        ),
        (
            "date: 2026-06-01, set: {hotline: {workin: true}}",
            ["a.yaml:3:49: injects.0.set.hotline.workin", "did you mean working?"],
        ),
        (
            "date: 2026-06-01, set: {south: {watch: {posts: 3}}}",
            ["a.yaml:3:55: injects.0.set.south.watch.posts", "drawn once for a world"],
        ),
        (
            "date: 2026-06-01, set: {south: {watch: {margin_m: -1}}}",
            ["a.yaml:3:65: injects.0.set.south.watch.margin_m", "allowed 0 to 100 m"],
        ),
    ],
)
def test_injects_that_cannot_be(refused, inject, said):
    (line,) = refused(a=f"name: a\ninjects:\n  - {{name: x, {inject}}}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "binds: [south]\nset:\n  south: {watch: {margin: 3}}",
            ["p.yaml:4:19: set.south.watch.margin", "did you mean margin_m?"],
        ),
        (
            "binds: [south]\nset:\n  south: {watch: {margin_m: 101}}",
            ["p.yaml:4:29: set.south.watch.margin_m", "allowed 0 to 100 m"],
        ),
        ("binds: [south]\nset:\n  sout: {}", ["p.yaml:4:3: set.sout", "did you mean south?"]),
        (
            "binds: [south]\nset:\n  north: {works: {notice: true}}",
            ["p.yaml:4:10: set.north", "allowed binds: [north]"],
        ),
        (
            "binds: [south]\nset: {hotline: {working: true}}",
            ["p.yaml:3:16: set.hotline", "leaves out the north", "binds: [north, south]"],
        ),
        ("binds: [east]", ["p.yaml:2:9: binds.0", "'north' or 'south'"]),
        ("binds: []", ["p.yaml:2:8: binds"]),
        ("set: {}", ["p.yaml:1:1: binds", "missing key"]),
        ("binds: [south]\nset: 3", ["p.yaml:3:6: set", "allowed a mapping"]),
        ("binds: [north, south]\nset: {days: 3}", ["p.yaml:3:7: set.days", "unknown key"]),
        ("binds: [south]\nstart: 2026-11-01", ["p.yaml:3:8: start", "outside the run"]),
        (
            "binds: [south]\nset:\n  south:\n    politics:\n      alert_at: 0.99",
            ["p.yaml:6:7: south.politics.predelegate_at", "allowed at least alert_at, 0.99"],
        ),
        (
            "binds: [south]\nagents: {CommandPost: a.b:C}",
            ["p.yaml:3:23: agents.CommandPost", "leaves out the north"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPost: a.b}",
            ["p.yaml:3:23: agents.CommandPost", "allowed package.module:Class"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPst: a:B}",
            ["p.yaml:3:10: agents.CommandPst", "'CommandPost'"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPost: a:B}\nstart: 2026-01-01",
            ["p.yaml:4:8: start", "classes act from the first day"],
        ),
    ],
)
def test_an_error_in_a_policy_is_said_at_its_place(refused, text, said):
    (line,) = refused(["p"], a="name: a", p=f"name: p\n{text}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


def test_no_overlay_may_change_what_is_drawn_once_for_a_world(refused):
    """Whether the value is a good one or not: the key alone is refused, once, at its place."""
    tree = default_tree()
    for i, path in enumerate(world_paths()):
        value = tree
        for name in path:
            value = value[name]
        inner = f"{{{path[-1]}: {json.dumps(value) if i % 2 else '[wrong]'}}}"
        for name in reversed(path[:-1]):
            inner = f"{{{name}: {inner}}}"
        (line,) = refused(["p"], a="name: a", p=f"name: p\nbinds: [north, south]\nset: {inner}")
        column = 6 + len("".join(f"{{{name}: " for name in path[:-1])) + 1
        assert places([line]) == [f"p.yaml:3:{column}: set.{'.'.join(path)}"]
        assert "drawn once for a world" in line


def test_the_world_is_refused_in_clauses_too(refused):
    said = refused(
        a="{name: a, talks: {outcome: accepted, agreed_clauses: [c]}}",
        c="name: c\nbinds: [north, south]\nset: {clock: {tick_minutes: 5}}",
    )
    assert places(said) == ["c.yaml:3:15: set.clock.tick_minutes"]


@pytest.mark.parametrize("outcome", ["accepted", "ignored"])
def test_a_clause_has_no_start_and_no_code_whether_or_not_it_comes_into_force(refused, outcome):
    said = refused(
        a=f"{{name: a, talks: {{outcome: {outcome}, agreed_clauses: [c]}}}}",
        c="name: c\nbinds: [north, south]\nagents: {Patrol: a:B}",
    )
    assert places(said) == ["c.yaml:3:1: agents"]
    said = refused(
        a=f"{{name: a, talks: {{outcome: {outcome}, agreed_clauses: [c]}}}}",
        c="name: c\nbinds: [south]\nstart: 2026-01-01\nset: {south: {watch: {margin_m: 3}}}",
    )
    assert places(said) == ["c.yaml:3:1: start"]


def test_all_errors_of_all_files_are_reported_at_once(refused):
    said = refused(
        ["p", "hotlin"],
        ["north.work=3", "nonsense"],
        a="""
        name: a
        ends_at_rung: 7
        injects:
          - {name: x, date: 2026-01-01, set: {south: {watch: {margn_m: 1}, works: 3}}}
        """,
        p="name: p\nbinds: [south]\nstat: 3\nset: {south: {watch: {posts: 3, margin_m: 300}}}",
    )
    assert sorted(places(said)) == [
        "--set: no assignment; found the text 'nonsense'; allowed key=value, the key being names "
        "joined by dots",
        "--set: north.work",
        "a.yaml:3:15: ends_at_rung",
        "a.yaml:5:55: injects.0.set.south.watch.margn_m",
        "a.yaml:5:75: injects.0.set.south.works",
        "hotlin: there is no such file; found the text 'hotlin'; allowed a file, or a "
        "shipped name (`dmz list policies`); did you mean hotline?",
        "p.yaml:3:1: stat",
        "p.yaml:4:23: set.south.watch.posts",
        "p.yaml:4:43: set.south.watch.margin_m",
    ]


def test_a_circle_and_a_missing_file_are_one_error_each(refused):
    (line,) = refused(a="{extends: b, name: a}", b="{extends: a, name: b}")
    assert "a.yaml -> b.yaml -> a.yaml" in line
    with pytest.raises(BadInput, match="did you mean baseline"):
        load_case("basline")


# -- a scenario's own sites -----------------------------------------------------------------------

OWN = "name: a\nspace: {length_km: 20, area_km: 10}\nborder:\n"
LINES = "s_km,north_m,south_m,commission_m\n"


def test_files_lie_beside_the_scenario_that_names_them(folder, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "m.csv").write_text("# ours\ns_km,note\n\n0,a\n12.5,b\n")
    case = folder(a="extends: b\nname: a\n", b=f"{OWN}  markers_file: data/m.csv\n")
    assert case.tree["border"]["markers_file"] == str(tmp_path / "data" / "m.csv")
    assert case.scenario.border.markers_file == "data/m.csv"
    model = DmzModel(case, seed=1)
    assert model.scene.world.grid.marker_m == pytest.approx([0.0, 12_500.0], abs=15.0)
    with pytest.raises(BadInput, match=r"--set: border\.markers_file: there is no such file"):
        load_case("own_sites", assignments=["border.markers_file=data/m.csv"])
    monkeypatch.chdir(tmp_path)
    load_case("own_sites", assignments=["border.markers_file=data/m.csv"])


def test_posts_and_lines_are_those_of_the_files(folder):
    posts = "side,s_km,d_m\nsouth,4,-400\nnorth,9,600\nnorth,3,500\n"
    lines = f"{LINES}0,-4,2,1\n10,6,2,1\n20,6,2,1\n"
    case = folder(a=f"{OWN}  posts_file: p.csv\n  lines_file: l.csv\n", p__csv=posts, l__csv=lines)
    model = DmzModel(case, seed=1)
    rows = [(int(p["side"]), float(p["s"]), float(p["d"])) for p in model.state.posts]
    assert rows == [(0, 3e3, 500.0), (0, 9e3, 600.0), (1, 4e3, -400.0)]
    middle = model.state.lines.shape[1] // 4
    assert model.state.lines[:, middle] == pytest.approx([1.0, 2.0, 1.0], abs=0.05)


@pytest.mark.parametrize(
    ("key", "content", "said"),
    [
        (
            "markers_file",
            "s_km\n1\nx\n300\n",
            [
                "m.csv:3:1: s_km: not a number; found the text 'x'; allowed a decimal number",
                "m.csv:4:1: s_km: out of range; found 300; allowed 0 to 20",
            ],
        ),
        (
            "markers_file",
            "s_km\nnan\n",
            ["m.csv:2:1: s_km: not a number; found the text 'nan'; allowed a decimal number"],
        ),
        (
            "markers_file",
            "s-km,km\n1,1\n",
            [
                "m.csv:1:1: s_km: missing column; found s-km, km; allowed a header with s_km; "
                "did you mean s-km?"
            ],
        ),
        ("markers_file", "s_km\n", ["m.csv:1:1: the file has no rows; allowed a header and rows"]),
        ("markers_file", "# nothing\n", ["m.csv:1:1: the file is empty; allowed a header s_km and rows"]),
        (
            "markers_file",
            "s_km\n1,2\n",
            [
                "m.csv:2:1: a row of another length; found 2 cells; allowed 1, as in the header; "
                "decimal commas need semicolons between the cells"
            ],
        ),
        (
            "posts_file",
            "side,s_km,d_m\nnorth,1,300\nsouth,1,300\neast,1,1\n",
            ["m.csv:4:1: side: not among the allowed values; found the text 'east'; allowed north or south"],
        ),
        (
            "posts_file",
            "# posts\nside,s_km,d_m\nnorth,1,300\nsouth,1,300\n",
            [
                "m.csv:4:1: d_m: a post on the other side of the line; found 300; allowed positive for "
                "the north, negative for the south"
            ],
        ),
        (
            "posts_file",
            "side,s_km,d_m\nnorth,1,3000\n",
            ["m.csv:2:1: d_m: out of range; found 3000; allowed -2000 to 2000"],
        ),
        (
            "lines_file",
            LINES + "0,1,1,1\n5,1,1,1\n5,1,1,1\n20,1,1,1\n",
            ["m.csv:4:1: s_km: not east of the line before; found 5"],
        ),
        (
            "lines_file",
            LINES + "0,1,1,1\n19,1,1,1\n",
            ["m.csv:1:1: s_km: the lines do not reach from end to end; found 0 to 19; allowed 0 to 20 km"],
        ),
    ],
)
def test_a_bad_file_is_said_with_its_line(refused, key, content, said):
    assert refused(a=f"{OWN}  {key}: m.csv\n", m__csv=content) == said


def test_files_that_cannot_be_read(refused, tmp_path):
    (tmp_path / "marks.csv").write_text("s_km\n1\n")
    (line,) = refused(a=f"{OWN}  markers_file: mark.csv\n")
    assert line == (
        "a.yaml:4:17: border.markers_file: there is no such file; found the text 'mark.csv'; did "
        "you mean marks.csv?"
    )
    (tmp_path / "m.csv").write_bytes(b"s_km\n\xff\n")
    assert refused(a=f"{OWN}  markers_file: m.csv\n") == [
        "m.csv:2:1: the file is not UTF-8; found byte 0xff at offset 5; allowed text in UTF-8"
    ]
    assert places(refused(a=f"{OWN}  markers_file: .\n")) == ["a.yaml:4:17: border.markers_file"]


def test_a_survey_on_lines_of_the_scenarios_own_is_refused():
    with pytest.raises(BadInput, match=r"survey_1km_week.yaml:\d+:\d+: set.survey.km_per_week"):
        load_case("own_lines", ["survey_1km_week"])


# -- dates and days -------------------------------------------------------------------------------


DATES = ("0001-01-01", "1953-12-31", "2026-06-01", "2100-01-02", "9999-12-31")


@pytest.mark.parametrize("date_", DATES)
@pytest.mark.parametrize("start", ["0001-01-01", "1954-01-01", "2099-12-31", "9999-12-31"])
@pytest.mark.parametrize("days", [1, 3660, 10**10, -(10**30)])
def test_dates_and_days_out_of_every_range_are_refused_or_work(folder, date_, start, days):
    """No pair of them overflows, with and without ``--days``."""
    files = {
        "a": f"""
            name: a
            start: {start}
            days: {days}
            injects:
              - {{name: x, date: {date_}, until: 9999-12-31, set: {{hotline: {{working: true}}}}}}
              - {{name: y, date: {date_}, act: stray_shot, side: north, at_km: 3}}
            """,
        "p": f"{{name: p, binds: [south], start: {date_}, set: {{south: {{map_error_m: 3}}}}}}",
    }
    for given_days in (None, 5, 3660, 10**30):
        try:
            case = folder(["p"], [], given_days, **files)
        except BadInput as bad:
            assert all(each.mark.line or each.mark.file == "--days" for each in bad.problems)
        else:
            assert case.scenario.start.isoformat() == start in ("1954-01-01", "2099-12-31")


def test_the_last_day_of_all_is_played():
    case = load_case(
        "declared", assignments=["start=2100-01-01", "space.length_km=20", "space.area_km=10"], days=3660
    )
    assert DmzModel(case, seed=1).run(days=1).scene.calendar.date_of(3719).isoformat() == "2110-01-08"


def test_events_that_follow_each_other_are_laid_on_one_by_one():
    """A thousand regimes take a thousand steps, not half a million."""
    overlays = [Overlay(str(i), "inject", {}, from_day=float(i)) for i in range(1000)]
    laid: list[int] = []
    layers = Layers((), overlays, lambda below, i: laid.append(i) or (*below, i))
    for active in regimes(overlays, may_agree=False):
        assert layers.under(active) == active
    assert laid == list(range(1000))


# -- whatever a file holds ------------------------------------------------------------------------


SIGNS = st.sampled_from(
    [
        "name: a\n",
        "south: ",
        "{",
        "}",
        "[",
        "]",
        "watch",
        ": ",
        "margin_m",
        "- ",
        "\n",
        "  ",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "---\n",
        "...\n",
        "'",
        '"',
        "\\",
        "#",
        "|\n",
        ">\n",
        "? ",
        "%YAML 1.9\n",
        "\t",
        "\r",
        "\0",
        "\ufeff",
        "\u2028",
        "\x1b",
        "1e400",
        ".nan",
        ".inf",
        "9" * 400,
        "0o7",
        "1:30",
        "2026-02-30",
        "2026-02-28",
        "9999-12-31",
        "injects: ",
        "talks: ",
        "extends: ",
        "days: ",
        "start: ",
        "set: ",
        "{times: 2}",
        "steps: ",
        "{before: [broadcast]}",
        "no",
        "~",
        "null",
        "true",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(SIGNS, max_size=25).map("".join)))
def test_any_file_is_a_case_or_bad_input(tmp_path, content):
    file = tmp_path / "a.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for load in (lambda: load_case(str(file)), lambda: load_case("declared", [str(file)])):
        try:
            load()
        except BadInput as bad:
            assert all(str(each).isprintable() for each in bad.problems)


# -- laws -----------------------------------------------------------------------------------------

NUMBERS = {
    path: tuple(
        getattr(note, name) for name in ("ge", "le") for note in field.metadata if hasattr(note, name)
    )
    for path, field in walk(Scenario)
    if any(hasattr(note, "ge") for note in field.metadata)
}


@st.composite
def assigned(draw) -> list[str]:
    """Assignments of values within their ranges."""
    paths = draw(st.lists(st.sampled_from(sorted(NUMBERS)), max_size=4, unique=True))
    types = {path: field.annotation for path, field in walk(Scenario)}
    found = []
    for path in paths:
        low, high = NUMBERS[path]
        whole = int in (types[path], *get_args(types[path]))  # `markers_standing` may be nothing as well
        value = draw(st.integers(low, high) if whole else st.floats(low, high, allow_nan=False))
        found.append(f"{'.'.join(path)}={value!r}")
    return found


@settings(max_examples=60)
@given(assigned())
def test_values_in_their_ranges_load_or_are_one_clear_conflict(assignments):
    try:
        case = load_case("declared", assignments=assignments)
    except BadInput as bad:
        for problem in bad.problems:
            assert problem.allowed and problem.path
            assert not problem.message.startswith(("out of range", "unknown", "a value of"))
        return
    for each in assignments:
        path, _, value = each.partition("=")
        found = case.scenario
        for name in path.split("."):
            found = getattr(found, name)
        assert found == pytest.approx(float(value))


KEYS = st.sampled_from(
    [
        "name",
        "set",
        "binds",
        "start",
        "agents",
        "north",
        "watch",
        "margin_m",
        "talks",
        "injects",
        "days",
        "date",
        "act",
        "agreed_clauses",
        "border",
        "markers_file",
        "extends",
    ]
)
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.sampled_from(["hotline", "baseline", "2026-01-01", "north", "x"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
).filter(lambda tree: isinstance(tree, dict) and tree)


@pytest.fixture(scope="module")
def junkyard(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("junk")


@settings(max_examples=60)
@given(scenario=JUNK, policy=JUNK)
def test_whatever_files_hold_they_load_or_are_refused(junkyard, scenario, policy):
    folder = junkyard
    (folder / "s.yaml").write_text(json.dumps({"name": "a", **scenario}))
    (folder / "p.yaml").write_text(json.dumps({"name": "p", "binds": ["north"], **policy}))
    try:
        load_case(str(folder / "s.yaml"), [str(folder / "p.yaml")])
    except BadInput as bad:
        assert all(str(problem).isprintable() for problem in bad.problems)
