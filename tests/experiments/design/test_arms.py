"""Study files: what they make, and what is refused where it stands."""

import datetime as dt
import itertools
import json

import numpy as np
import pytest
from little import SCENARIO, plan
from typed import dmz

from experiments.commands.check import _verdict
from experiments.design.arms import plan_of, read_study
from experiments.design.plan import Plan, StoppingRule, differences
from experiments.design.sorts import SHIPPED_STUDIES
from experiments.study.code import with_agents
from sim.documents import BadInput


def planned(folder, text, changes=()):
    (folder / "short.yaml").write_text(SCENARIO)
    (folder / "study.yaml").write_text(text)
    return plan_of(read_study(str(folder / "study.yaml"), dict(changes)), "c", {})


def test_arms_are_the_cross_of_futures_and_policies(tmp_path):
    found = plan(tmp_path)
    assert list(found.arms) == [
        f"border.marker_survival = {p}{policy}"
        for p in ("0.9", "0.1")
        for policy in ("", " + nothing", " + wider response margin")
    ]
    assert list(found.futures) == ["border.marker_survival = 0.9", "border.marker_survival = 0.1"]
    assert found.factors == {"border.marker_survival": ("0.9", "0.1")} and found.pairs == 4
    arm = found.arms["border.marker_survival = 0.1 + nothing"]
    assert arm.case.parameters(()).border.marker_survival == 0.1 and not arm.is_baseline


UNASKED = """\
name: unasked
scenarios: [short.yaml]
policies: [nothing]
runs: 2
"""


def test_expected_clashes_decide_unless_something_else_is_asked_for(tmp_path):
    found = planned(tmp_path, UNASKED)
    assert found.estimate == ("expected_clashes",) and found.rated == "clashes"
    assert planned(tmp_path, UNASKED + "estimate: [clashes]\n").estimate == ("clashes",)


@pytest.mark.parametrize(("rung", "estimate"), [(2, "clashes"), (3, "expected_clashes")])
def test_clashes_are_counted_where_runs_end_before_the_fire_that_was_decided(tmp_path, rung, estimate):
    found = planned(tmp_path, f"{UNASKED}sweep: {{ends_at_rung: [{rung}]}}\n")
    assert found.estimate == (estimate,)
    assert any("clashes are counted" in note and "2 of 2 arms" in note for note in found.notes) == (rung < 3)


def test_clashes_are_counted_where_code_of_ones_own_plays(tmp_path):
    """What its draws decide nobody has said to the sum of chances."""
    found = with_agents(planned(tmp_path, UNASKED), {"CommandPost": "mine:Post"})
    assert found.estimate == ("clashes",) and any("code of one's own" in note for note in found.notes)


def test_a_plan_survives_its_manifest(tmp_path):
    found = plan(tmp_path, "until: {relative_half_width: 0.3}\nbudget: 400")
    plain = json.loads(json.dumps(found.manifest()))
    again = Plan.of(plain, tmp_path)
    assert json.loads(json.dumps(again.manifest())) == plain
    assert again.rule == StoppingRule(None, 0.3, 400) and again.rule.most == 400
    plain["arms"]["border.marker_survival = 0.1"]["case"]["scenario"]["days"] = 41
    with pytest.raises(ValueError, match="content_hash"):
        Plan.of(plain, tmp_path)


def test_arms_keep_what_they_have_alike_once(tmp_path):
    """Thousands of arms are held at once, as planned and as read back."""
    found = plan(tmp_path)
    for each in (found, Plan.of(json.loads(json.dumps(found.manifest())), tmp_path)):
        cases = [arm.case for arm in each.arms.values()]
        assert len({id(case.scenario.north.patrols) for case in cases}) == 1
        assert len({id(case.scenario.border) for case in cases}) == 2


def test_lists_ranges_and_levels(tmp_path):
    found = planned(
        tmp_path,
        """\
name: sweep
scenarios: [short.yaml, baseline]
sweep:
  south.watch.margin_m: {low: 5, high: 20, points: 3, scale: log}
  season:
    levels:
      spring: {start: 2026-03-01, days: 20}
      autumn: {start: 2026-09-01, days: 30}
runs: 4
""",
    )
    assert found.factors == {
        "scenario": ("short", "baseline"),
        "south.watch.margin_m": ("5", "10", "20"),
        "season": ("spring", "autumn"),
    }
    arm = found.arms["baseline, south.watch.margin_m = 10 m, autumn"]
    assert arm.case.scenario.start == dt.date(2026, 9, 1) and arm.case.scenario.days == 30
    assert arm.case.parameters(()).south.watch.margin_m == 10
    assert len(found.arms) == 12


def test_the_ends_of_a_range_are_what_the_file_says(tmp_path):
    found = planned(
        tmp_path,
        """\
name: ends
scenarios: [short.yaml]
sweep: {south.watch.margin_m: {low: 1.23456, high: 45.6789, points: 3}}
runs: 4
""",
    )
    assert found.factors == {"south.watch.margin_m": ("1.23456", "23.46", "45.6789")}


@pytest.mark.parametrize("design", ["latin_hypercube: 8", "sobol: 8"])
def test_samples_fill_the_ranges_and_come_again(tmp_path, design):
    text = f"""\
name: sample
scenarios: [short.yaml]
sweep:
  south.watch.margin_m: {{low: 0, high: 80}}
  north.works.distance_m: {{low: 20, high: 200, scale: log}}
design: {{{design}}}
runs: 2
"""
    found = planned(tmp_path, text)
    levels = [arm.case.parameters(()) for arm in found.arms.values()]
    assert len(levels) == 8
    octants = sorted(int(each.south.watch.margin_m // 10) for each in levels)
    assert octants == list(range(8))
    # each eighth of the decade once: as many between 20 and 63 as between 63 and 200
    eighths = sorted(int(8 * np.log10(each.north.works.distance_m / 20)) for each in levels)
    assert eighths == list(range(8))
    assert list(planned(tmp_path, text).arms) == list(found.arms)
    assert list(planned(tmp_path, text, {"seed": 2}).arms) != list(found.arms)


def test_what_a_policy_makes_of_sampled_values_is_clipped_counted_and_said(tmp_path):
    found = planned(
        tmp_path,
        """\
name: sample
scenarios: [short.yaml]
policies: [wider_margin]
sweep: {south.watch.margin_m: {low: 0, high: 100}}
design: {latin_hypercube: 20}
runs: 2
""",
    )
    margins = [
        (arm.case.parameters(()).south.watch.margin_m, arm.case.parameters((0,)).south.watch.margin_m)
        for arm in found.arms.values()
        if arm.case.policies
    ]
    assert all(wider == min(margin + 20, 100) for margin, wider in margins)
    beyond = [margin + 20 for margin, _ in margins if margin > 80]
    assert found.notes == [
        f"wider response margin takes south.watch.margin_m out of its range in {len(beyond)} of 40 "
        f"arms, as far as {max(beyond):g}: there it is 100"
    ]


def test_what_a_policy_makes_of_drawn_values_is_counted_and_said(tmp_path):
    (tmp_path / "draws.csv").write_text("south.watch.margin_m\n40\n85\n95\n")
    (tmp_path / "drawn.yaml").write_text("extends: short.yaml\nname: drawn\nposterior: draws.csv\n")
    found = planned(
        tmp_path,
        """\
name: drawn
scenarios: [drawn.yaml]
policies: [wider_margin, better_rangefinding]
runs: 6
""",
    )
    assert found.notes[1:] == [
        "wider response margin takes south.watch.margin_m out of its range in 2 of 3 draws, as far as 115: "
        "there it is 100, in 1 of 3 arms"
    ]


@pytest.mark.again  # the notes of a plan are held above
def test_a_study_says_what_it_clips(tmp_path):
    (tmp_path / "short.yaml").write_text(SCENARIO.replace("days: 40", "days: 2"))
    (tmp_path / "study.yaml").write_text("""\
name: sample
scenarios: [short.yaml]
policies: [wider_margin]
sweep: {south.watch.margin_m: {low: 90, high: 100}}
design: {latin_hypercube: 2}
runs: 4
""")
    done = dmz("study", "study.yaml", "--workers", "1", "--out", "out", cwd=tmp_path)
    said = "takes south.watch.margin_m out of its range in 2 of 4 arms"
    assert done.returncode == 0 and said in done.stderr, done.stderr
    (line,) = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["notes"]
    assert said in line and line in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_what_a_policy_makes_of_a_grid_is_refused_out_of_range(tmp_path):
    text = """\
name: grid
scenarios: [short.yaml]
policies: [wider_margin]
sweep: {south.watch.margin_m: [20, 90]}
runs: 2
"""
    with pytest.raises(BadInput, match="out of range under wider response margin; found 110"):
        planned(tmp_path, text)


def test_policies_by_name_folder_stack_and_pairs(tmp_path):
    (tmp_path / "mine").mkdir()
    for name in ("one", "two"):
        (tmp_path / "mine" / f"{name}.yaml").write_text(
            f"name: {name}\nbinds: [south]\nset: {{south: {{watch: {{margin_m: 30}}}}}}\n"
        )
    text = "name: p\nscenarios: [short.yaml]\npolicies: [mine, [hotline, nothing]]\nruns: 2\n"
    found = planned(tmp_path, text)
    singles = ["one", "two", "hotline + nothing"]
    assert list(found.futures["short"]) == [None, *singles]
    combined = planned(tmp_path, text + "combine: true\n")
    pairs = [f"{a} + {b}" for a, b in itertools.combinations(singles, 2)]
    assert list(combined.futures["short"]) == [None, *singles, *pairs]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: [shrt.yaml]\nruns: 4", "study.yaml:2:13: there is no such file"),
        (
            "policies: [hotlin]\nruns: 4",
            "study.yaml:2:12: there is no such file; found the text 'hotlin'; allowed a file, or a "
            "shipped name (`dmz list policies`); did you mean hotline?",
        ),
        ("sweep: {south.watch.margin: [1]}\nruns: 4", "study.yaml:2:9: south.watch.margin: unknown key"),
        (
            "sweep:\n  south.watch.margin_m: [5, 300]\nruns: 4",
            "study.yaml:3:29: south.watch.margin_m: out of range; found 300",
        ),
        ("runs: 1", "study.yaml:2:7: runs: out of range; found 1"),
        ("run: 10", "did you mean runs"),
        ("runs: 4\nuntil: decided\npolicies: [hotline]", "either `runs` or `until` with `budget`"),
        ("until: decided\nbudget: 400", "no policy to decide about"),
        ("budget: 400", "when may an arm stop before it?"),
        ("runs: 4\nestimate: [clashs]", "estimate.0: no such measure"),
        ("runs: 4\nsweep: {a: {low: 2, high: 1, points: 2}}", "not above `low`"),
        ("runs: 4\nsweep: {a: {low: 1, high: 2}}", "points: 2 or more"),
        ("runs: 4\ndesign: {sobol: 6}\nsweep: {a: {low: 1, high: 2}}", "no power of two"),
        ("runs: 4\npolicies: [hotline, hotline]", "another arm has the same name"),
        ("runs: 4\npolicies: [empty]", "no policy file in this folder"),
        (
            "runs: 4\nsweep: {a: {low: 1, high: 2, points: 900}, b: {low: 1, high: 2, points: 900}}",
            "too many arms",
        ),
        (
            "runs: 4\nsweep:\n" + "".join(f"  {x}: {{low: 1, high: 2, points: 1000}}\n" for x in "abcde"),
            "too many arms; found 1,000,000,000,000,000; allowed at most 5,000",  # more than memory holds
        ),
    ],
)
def test_a_bad_study_is_refused_where_it_is_wrong(tmp_path, text, said):
    (tmp_path / "empty").mkdir(exist_ok=True)
    with pytest.raises(BadInput) as bad:
        planned(tmp_path, f"name: x\n{text}\n")
    assert said in str(bad.value), bad.value


POLICY = "binds: [south]\nset: {{south: {{watch: {{margin_m: {}}}}}}}\n"


def test_the_name_of_a_policy_makes_no_baseline(tmp_path):
    names = ("baseline", "none", "shipped", "null", "short", "scenario")
    (tmp_path / "mine").mkdir()
    for i, name in enumerate(names):
        text = f"name: '{name}'\n" + POLICY.format(30 + i)
        (tmp_path / "mine" / f"{name}.yaml").write_text(text)
    found = planned(tmp_path, "name: x\nscenarios: [short.yaml]\npolicies: [mine]\nruns: 2\n")
    assert set(found.futures["short"]) == {None, *names} and found.pairs == len(names)
    assert [arm.name for arm in found.arms.values() if arm.is_baseline] == ["short"]
    plain = json.loads(json.dumps(found.manifest()))
    assert plain["arms"]["short"]["policy"] is None
    assert plain["arms"]["short + baseline"]["policy"] == "baseline"
    assert set(Plan.of(plain, tmp_path).futures["short"]) == {None, *names}
    plain["arms"]["short"]["policy"] = "baseline"  # as version 0.2 had it
    with pytest.raises(ValueError, match="no arm without a policy"):
        Plan.of(plain, tmp_path)


ONE = "scenarios: [short.yaml]\nruns: 4\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ONE + "sweep: {scenario: {levels: {a: {days: 30}}}}",
            "study.yaml:4:19: sweep.scenario: the scenarios are the factor of this name",
        ),
        (
            ONE + "sweep:\n  south.watch.margin_m: [10, 10.0]",
            "study.yaml:5:30: sweep.south.watch.margin_m: another arm has the same content, by 10; "
            "found 10.0; allowed levels",
        ),
        (ONE + "sweep:\n  border.marker_survival: [0.1, 0.5, 1.0e-1]", "study.yaml:5:38: sweep.border"),
        (
            ONE + "sweep:\n  m:\n    levels:\n      a: {days: 30}\n      b: {days: 30}",
            "study.yaml:8:7: sweep.m: another arm has the same content, by the text 'a'; found the text 'b'",
        ),
        (ONE + "sweep:\n  name: [a, b]", "study.yaml:5:13: sweep.name: another arm has the same con"),
        (
            ONE + "sweep:\n  border.marker_survival: [0.1, 0.5]\n  m:\n    levels:\n"
            "      a: {border: {marker_survival: 0.3}}",
            "study.yaml:8:20: sweep.m: the factor 'border.marker_survival' (",
        ),
        (
            ONE + "sweep:\n  t:\n    levels: {x: {days: 30}, 'x, 1': {days: 31}}\n  u:\n"
            "    levels: {'2': {ends_at_rung: 5}, '1, 2': {border: {marker_survival: 0.3}}}",
            "study.yaml:6:29: sweep.t: another arm has the same name, by the text 'x'",
        ),
        (
            "scenarios: [short.yaml, short.yaml]\nruns: 4",
            "study.yaml:2:25: scenarios: another arm has the same name; found the text 'short'",
        ),
        (ONE + "policies: [wide.yaml, hotline, wide.yaml]", "study.yaml:4:32: another arm has the sam"),
        (
            ONE + "policies: [no.yaml]",
            "study.yaml:4:12: a policy cannot be called that; found the text 'no policy'",
        ),
        (ONE + "policies: [shipped]", "study.yaml:4:12: the list of policies, or"),
    ],
)
def test_names_that_would_mean_two_things_and_equal_arms_are_refused(tmp_path, text, said):
    (tmp_path / "wide.yaml").write_text("name: wide\n" + POLICY.format(40))
    (tmp_path / "no.yaml").write_text("name: no policy\n" + POLICY.format(40))
    (tmp_path / "shipped").mkdir()
    with pytest.raises(BadInput) as bad:
        planned(tmp_path, f"name: x\n{text}\n")
    assert said in str(bad.value), bad.value
    assert len(str(bad.value).splitlines()) == 1


@pytest.mark.parametrize("ending", ["yaml", "yml", "YAML"])
def test_files_of_either_ending_and_nothing_that_hides_are_policies(tmp_path, ending):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"wide.{ending}").write_text("name: wide\n" + POLICY.format(40))
    for name in (
        ".wide.yaml",
        ".#wide.yml",
        "#wide.yaml",
        "~$wide.yml",
        "wide.yaml~",
        ".yaml",
        "wide.yaml.swp",
        "notes.txt",
        "wide.yml.orig",
    ):
        (tmp_path / "mine" / name).write_text("[no policy")
    (tmp_path / "mine" / "folder.yaml").mkdir()
    text = f"name: x\n{ONE}policies: [mine]\n"
    assert set(planned(tmp_path, text).futures["short"]) == {None, "wide"}


@pytest.mark.parametrize(
    ("file", "name"),
    [("mine.yml", "mine.yml"), ("mine.yml", "mine"), ("mine.yaml", "mine"), ("mine.yaml", "mine.yaml")],
)
def test_a_study_and_what_it_names_may_end_either_way(tmp_path, monkeypatch, file, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yml").write_text(SCENARIO)
    (tmp_path / "wide.yml").write_text("name: wide\n" + POLICY.format(40))
    text = "name: x\nscenarios: [short.yml]\npolicies: [wide.yml]\nruns: 4\n"
    (tmp_path / file).write_text(text)
    found = plan_of(read_study(name, {}), "c", {})
    assert list(found.arms) == ["short", "short + wide"]
    assert "study 'x' is valid" in _verdict(name)
    (tmp_path / file).write_text(text.replace("short.yml", "short").replace("wide.yml", "wide"))
    monkeypatch.chdir(tmp_path.parent)
    again = plan_of(read_study(str(tmp_path / name), {}), "c", {})
    assert list(again.arms) == ["short", "short + wide"]


def test_a_folder_called_shipped_can_be_named(tmp_path):
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "wide.yaml").write_text("name: wide\n" + POLICY.format(40))
    found = planned(tmp_path, f"name: x\n{ONE}policies: [./shipped]\n")
    assert set(found.futures["short"]) == {None, "wide"}


def test_differences_are_named_by_their_field():
    old = {"a": {"b": [1, 2], "c": 3}, "d": 1}
    assert list(differences(old, {"a": {"b": [1, 5], "c": 3}, "e": 2})) == [
        ("a.b.1", 2, 5),
        ("d", 1, None),
        ("e", None, 2),
    ]
    assert not list(differences(old, old))


@pytest.mark.parametrize("file", sorted(SHIPPED_STUDIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_study_makes_a_plan(file):
    found = plan_of(read_study(file.stem, {}), "c", {})
    assert len(found.arms) > 2


def test_every_entry_of_the_policies_is_told(tmp_path):
    (tmp_path / "none").mkdir()
    text = "name: x\nscenarios: [short.yaml]\npolicies: [hotlin, none/, nope/]\nruns: 4\n"
    with pytest.raises(BadInput) as bad:
        planned(tmp_path, text)
    lines = [str(each).removeprefix(f"{tmp_path}/study.yaml:") for each in bad.value.problems]
    assert [line.split(":")[:2] for line in lines] == [["3", "12"], ["3", "20"], ["3", "27"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "sweep: {south.watch.margin_m: [1, 2]}\ndesign: {sobol: 4}",
            "study.yaml:4:31: sweep.south.watch.margin_m: a sample is taken from ranges; found a list",
        ),
        ("estimate: [clash]", "did you mean clashes?"),
        ("sweep: {south.watch.margin_m: []}", "too few values; found a list of 0 values"),
    ],
)
def test_what_is_wrong_is_said_in_our_words(tmp_path, words, said):
    with pytest.raises(BadInput) as bad:
        planned(tmp_path, f"name: x\nscenarios: [short.yaml]\nruns: 4\n{words}\n")
    assert said in str(bad.value)
