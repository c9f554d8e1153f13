"""The documents keep up with the code: parameters, modules, links, and examples that work."""

import ast
import os
import re
from pathlib import Path

import numpy as np
import pytest

from experiments.commands.check import check
from experiments.report.ingredients import BEGIN, END
from experiments.report.ingredients import as_markdown as ingredients_table
from experiments.wording import put_between
from sim.agents.loading import load_agents
from sim.codes import Cause
from sim.field.events import EVENT
from sim.field.path import depth_past
from sim.incidents.cause import cause_of
from sim.model import DmzModel
from sim.randomness import logistic, normal_probability
from sim.scenario.loading import load_case
from sim.scenario.parameter_table import as_markdown, parameter_table
from sim.state import UNIT

ROOT = Path(__file__).parents[1]
ODD = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")
EXTENDING = (ROOT / "docs" / "EXTENDING.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

SIDE = re.compile(r"^(<side>|north|south)\.")
PARAMETERS = {SIDE.sub("", row.path) for row in parameter_table()}
DOTTED = re.compile(r"(<side>|[a-z_]+)(\.[a-z_0-9]+)+")
NO_PARAMETER = re.compile(
    r"^(sim|experiments|tests|dmz|mesa|model|incident|scene|self)\.|\.(py|md|csv|yaml|json)$"
)


def code(text: str) -> list[str]:
    """What stands in single backquotes outside fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def named_parameters(text: str) -> set[str]:
    """Every dotted name in backquotes that is neither a file nor a module, without its side."""
    dotted = {word for word in code(text) if DOTTED.fullmatch(word)}
    return {SIDE.sub("", word) for word in dotted if not NO_PARAMETER.search(word)}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


@pytest.mark.parametrize("text", [ODD, EXTENDING], ids=["ODD", "EXTENDING"])
def test_every_parameter_that_is_named_exists(text):
    names = named_parameters(text) - {"group.name"}  # how names are written, not one of them
    assert names and names <= PARAMETERS, sorted(names - PARAMETERS)


def test_the_odd_explains_every_parameter():
    """``days`` is the one parameter without a group; it stands in the table of scales."""
    missing = PARAMETERS - named_parameters(ODD) - {"days"}
    assert not missing, f"say in docs/ODD.md what these do: {sorted(missing)}"


def defines_or_imports(path: Path) -> bool:
    """Whether a module is more than the docstring of its room."""
    return len(ast.parse(path.read_text("utf-8")).body) > 1


def test_the_odd_mentions_every_module_of_the_model_and_no_other():
    files = (ROOT / "sim").rglob("*.py")
    modules = {str(path.relative_to(ROOT)) for path in files if defines_or_imports(path)}
    mentioned = {word for word in code(ODD) if re.fullmatch(r"sim/[\w/]+\.py", word)}
    assert mentioned == modules


def test_the_odd_has_the_seven_elements_in_their_order():
    heads = re.findall(r"^## (\d) (.+)$", ODD, flags=re.M)
    assert [number for number, _ in heads] == list("1234567")
    assert heads[0][1] == "Purpose and patterns" and heads[-1][1] == "Submodels"


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_an_anchor_is_made_as_github_makes_it(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# The line\n\n### 7.3 Markers, and the `lines`\n")
    assert anchors(page) == {"the-line", "73-markers-and-the-lines"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_resolve(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    broken = []
    for target in re.findall(r"\[[^\]]*\]\(([^()\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_the_table_of_parameters_is_current():
    """It is not, once a default has changed: DMZ_REFRESH=1 pytest tests/test_docs.py"""
    file, wanted = ROOT / "docs" / "PARAMETERS.md", as_markdown(parameter_table())
    if os.environ.get("DMZ_REFRESH") == "1":
        file.write_text(wanted, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == wanted, "DMZ_REFRESH=1 writes it"


def test_the_table_of_ingredients_is_current():
    """It is not, once one has changed: python -m experiments.report.ingredients"""
    text = (ROOT / "docs" / "ANATOMY.md").read_text(encoding="utf-8")
    assert put_between(text, BEGIN, END, ingredients_table()) == text


def test_the_example_of_an_agent_works(tmp_path, monkeypatch):
    (source,) = blocks(EXTENDING, "python")
    (tmp_path / "my_agents.py").write_text(source)
    overlay, _, _, policy = blocks(EXTENDING, "yaml")
    (tmp_path / "overlay.yaml").write_text(overlay)
    (tmp_path / "nights.yaml").write_text(policy)
    monkeypatch.syspath_prepend(tmp_path)
    case = load_case(
        "declared",
        [str(tmp_path / "overlay.yaml"), str(tmp_path / "nights.yaml")],
        ["space.length_km=24", "clock.warmup_days=0"],
        days=100,
    )
    model = DmzModel(case, agents=load_agents(case, allow_code=True), seed=1).run(days=1)
    assert {type(post).__name__ for post in model.command_posts} == {"NightCommandPost"}


def test_the_example_of_relative_changes_means_what_its_comments_say(tmp_path):
    (tmp_path / "relative.yaml").write_text(blocks(EXTENDING, "yaml")[1])
    case = load_case("mapmade", [str(tmp_path / "relative.yaml")])
    before, after = case.parameters(()).south, case.parameters((0,)).south
    assert after.watch.margin_m == before.watch.margin_m + 20
    assert after.watch.range_error_m == max(0.5 * before.watch.range_error_m, 1)
    assert after.watch.eye_only == min(before.watch.eye_only, 0.003) == before.watch.eye_only
    assert after.rules.steps == ("broadcast", *before.rules.steps)


def test_the_odd_says_of_a_dated_stray_round_what_the_code_does():
    """That it is accidental: see test_a_reply_makes_rung_3_and_is_answered_fire."""
    (said,) = [part for part in ODD.split("\n\n") if part.startswith("*Dated shots.*")]
    assert "accidental and counted as such, but marked dated" in said
    assert "not accidental" not in ODD[ODD.index("7.14 ") : ODD.index("### 7.15")]


# -- Appendix C, by the code ----------------------------------------------------------------------


def told_event() -> np.void:
    """The look that opens the told incident, with the three errors as the field forms them."""
    event = np.zeros((), EVENT)
    sign, response, own, navigation, fix, kept = 1.0, -3.0, -12.0, -26.0, -9.0, 30.0
    event["map_m"], event["nav_m"] = sign * (response - own), -navigation
    event["fix_m"] = -sign * fix
    event["depth"] = event["map_m"] + event["nav_m"] + event["fix_m"] - kept
    return event[()]


def test_the_told_unit_stands_where_the_odd_says():
    unit = np.zeros(1, UNIT)[0]
    unit["side"], unit["distance"], unit["nav_sd"] = 0, 30.0, 10.4
    assert depth_past(unit, -12.0, -2.5) == pytest.approx(8.0)
    assert depth_past(unit, 0.0, -2.5) == pytest.approx(-4.0)  # with markers standing here


def test_the_told_violation_has_the_told_depth_and_cause():
    event = told_event()
    assert float(event["depth"]) == 14.0
    assert Cause.words()[cause_of(event, 10.0, 0)] == "navigation"
    assert [14.0 - float(event[name]) for name in ("map_m", "nav_m", "fix_m")] == [5.0, -12.0, 5.0]


def test_the_told_chances_are_those_of_the_odd():
    belief = normal_probability(30 / 20)
    odds = belief / (1 - belief) * 0.3
    warned, jitter = odds / (1 + odds), np.sqrt(1 + 0.15**2)
    figures = {
        "0.933": belief,
        "0.807": warned,
        "0.33$": normal_probability((0.2 - 0.8 * warned) / jitter),
        "0.034": logistic(-5.2 + 1.5 * warned + 2.0 * 0.2 + 1.0 / (1 + 3)),
        "0.83$": normal_probability((1.6 - 0.8 * warned) / jitter),
    }
    example = ODD[ODD.index("## Appendix C") :]
    for shown, value in figures.items():
        digits = shown.rstrip("$")
        assert f"{value:.{len(digits) - 2}f}" == digits and shown in example


@pytest.mark.parametrize(
    ("page", "example"),
    [
        (page.name, example)
        for page in PAGES
        for example in re.findall(r"^```yaml\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    ],
)
def test_every_file_that_is_shown_is_valid(page, example, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.yaml").write_text("name: mine\nbinds: [south]\n")
    (tmp_path / "example.yaml").write_text(example, encoding="utf-8")
    assert check(["example.yaml"]) == 0, capsys.readouterr().err
