"""What a study shows: names as they are, the measure that decides, and nobody else's files gone."""

import csv
import html
import json
import re
import shutil

import pandas as pd
import pytest
from little import SCENARIO
from rich.console import Group
from typed import dmz
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands.console import console
from experiments.commands.progress import ProgressBar
from experiments.design.plan import Plan
from experiments.measures import EVERY, noun
from experiments.pictures import pictures
from experiments.report import gallery
from experiments.report.answer import answer
from experiments.report.own_files import LIST
from experiments.report.publish import picture_tables, publish
from experiments.report.study_tables import verdict_parts
from experiments.store.csv_cells import harmless
from experiments.study.folder import StudyFolder
from experiments.study.results import Results
from sim.documents import BadInput

SHORT = "=1 [/] <b>_x_</b> $y$ |z| [old] km²"
POLICIES = ("[red]x", "=1+1 [/b] res[old] :smile:", "baseline", "@sum")
DECIDES, ALSO = "casualties", "unanswered_north"
NAME = "[/] *study* [link](x) <i>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    (folder / "short.yaml").write_text(SCENARIO.replace("name: short", f"name: '{SHORT}'"))
    (folder / "mine").mkdir()
    for i, name in enumerate(POLICIES[:3]):
        what = "{}" if i == 1 else f"{{south: {{watch: {{margin_m: {30 + 10 * i}}}}}}}"
        (folder / "mine" / f"{i}.yml").write_text(f"name: '{name}'\nbinds: [north, south]\nset: {what}\n")
    (folder / "mine" / ".hidden.yaml").write_text("no policy")
    (folder / "study.yml").write_text(
        f"name: '{NAME}'\nscenarios: [short.yaml]\npolicies: [mine]\nruns: 6\n"
        f"estimate: [{DECIDES}, {ALSO}, clashes]\n"
    )
    done = dmz("study", "study.yml", "--out", "out", "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout").write_text(done.stdout)
    return folder / "out"


@pytest.fixture(scope="module")
def figures(folder):
    return json.loads((folder / "figures.json").read_text("utf-8"))


@pytest.fixture
def plan(folder):
    return Plan.of(Results(StudyFolder(folder)).manifest, folder / "inputs")


def words(text):
    return " ".join(text.split())


def test_names_are_printed_as_they_are(folder):
    text = (folder.parent / "stdout").read_text()
    assert NAME in text and SHORT in text
    for name in POLICIES[:3]:
        assert text.count(name) >= 5


@pytest.mark.parametrize("columns", ["0", "1", "20", "40", "60", "80", "200"])
def test_every_number_is_printed_in_full_at_any_width(plan, figures, columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "1000")
    console().print(Group(*verdict_parts(plan, figures)))
    numbers = set(re.findall(r"[-+]?\d[\d,.]*\d|\d", capsys.readouterr().out))
    monkeypatch.setenv("COLUMNS", columns)
    console().print(Group(*verdict_parts(plan, figures)))
    text = capsys.readouterr().out
    assert len(numbers) > 30
    assert {number for number in numbers if number not in text} == set()
    assert "…" not in text


def test_the_measure_that_decides_has_the_verdicts_and_every_other_its_rows(
    plan, figures, monkeypatch, capsys
):
    monkeypatch.setenv("COLUMNS", "300")
    console().print(Group(*verdict_parts(plan, figures)))
    text = capsys.readouterr().out
    assert f"{noun(DECIDES)} a year (95% interval" in text
    heads = [line.split("  ")[0] for line in text.splitlines() if "policy v none" in line]
    judged = [DECIDES, ALSO, "clashes", "clashes_violation", "clashes_otherwise"]
    assert heads == [noun(each) + ("" if each in plan.estimate else ", unadjusted") for each in judged]
    assert figures["family"]["measures"] == [DECIDES, ALSO, "clashes"]
    found = figures["comparisons"][SHORT]["[red]x"]["measures"][ALSO]
    n = f"{found['policy']['events']:,.0f} v {found['baseline']['events']:,.0f}"
    line = next(line for line in text.split(noun(ALSO))[1].splitlines() if "[red]x" in line)
    assert n in line


def test_the_answer_is_of_the_measure_that_decides(folder, figures):
    first, _, third = answer(Results(StudyFolder(folder)).manifest, figures)
    rate = figures["rates"][SHORT][DECIDES]
    assert (
        f"{noun(DECIDES)} a year, from runs of 40 days (95% interval" in first
        and f"n = {rate['events']:.0f}" in first
    )
    assert "at least one accidental clash comes with probability" in first
    assert noun(DECIDES) in third


def test_pictures_of_verdicts_and_rates_are_of_the_measure_that_decides(folder, figures):
    results = Results(StudyFolder(folder))
    made = {each.name: each for each in pictures(results.manifest, figures, picture_tables(results))}
    forest = made["forest"]
    assert noun(DECIDES) in forest.title and "casualties" in forest.caption.lower()
    data = forest.data.set_index("policy")
    assert set(data["measure"]) == {DECIDES}
    for policy, found in figures["comparisons"][SHORT].items():
        kept = found["measures"][DECIDES]
        assert data.loc[policy, "difference"] == kept["difference"]["estimate"]
        assert data.loc[policy, "events_baseline"] == kept["baseline"]["events"]
        assert data.loc[policy, "rate_baseline_high"] == kept["baseline"]["high"]


def test_the_report_says_which_measure_decides(folder):
    page = (folder / "report.html").read_text()
    text = html.unescape(words(re.sub(r"<[^>]*>", " ", page)))
    assert "<caption>Casualties by fire</caption>" in page
    for measure in (DECIDES, ALSO, "clashes", "clashes_violation", "clashes_otherwise"):
        assert noun(measure) in text
    for name in (SHORT, *POLICIES[:3]):
        assert name in text and html.escape(name, quote=False) in page
    assert "casualties by fire a year, is that of fixed values" in text


def test_no_text_says_one_runs_or_shows_a_line_of_dashes(folder):
    page = words(re.sub(r"<svg.*?</svg>|<[^>]*>", " ", (folder / "report.html").read_text(), flags=re.DOTALL))
    for text in (words((folder.parent / "stdout").read_text()), page):
        assert not re.search(r"(?<![\d.,])1 (runs|worlds|arms|years|policies|futures|rows)\b", text)
        assert not re.search(r"(^| )- 0 - -|- - -|to none|\b0 (exposed )?years", text)
        assert "none in either" in text


def test_csvs_hold_no_formula_and_every_number(folder, tmp_path):
    done = CliRunner().invoke(app, ["results", str(folder), "--csv", str(tmp_path / "csv")])
    assert done.exit_code == 0 and done.stdout.count(" 6 runs\n") == 4, done.output
    files = [*(folder / "figures").glob("*.csv"), *(tmp_path / "csv").glob("*.csv")]
    assert len(files) > 10
    for file in files:
        cells = {cell for row in csv.reader(file.open()) for cell in row}
        assert {cell for cell in cells if harmless(cell) != cell} == set(), file
    forest = pd.read_csv(folder / "figures" / "forest.csv")
    assert f"'{POLICIES[1]}" in set(forest["policy"])
    kept, told = (pd.read_parquet(folder / "runs.parquet"), pd.read_csv(tmp_path / "csv/runs.csv"))
    assert kept["contested_area_km2"].tolist() == told["contested_area_km2"].tolist()


def test_a_report_keeps_what_others_put_beside_its_pictures(folder, figures, tmp_path):
    mine = tmp_path / "out"
    shutil.copytree(folder, mine)
    own = {"my-chart.png": b"mine", "notes.csv": b"mine", "forest-9.svg": b"mine"}
    for name, content in own.items():
        (mine / "figures" / name).write_bytes(content)
    before = sorted(path.name for path in (mine / "figures").iterdir())
    fewer = json.loads(json.dumps(figures))
    fewer["comparisons"] = {}
    publish(Results(StudyFolder(mine)), fewer)  # without comparisons there is no forest
    after = sorted(path.name for path in (mine / "figures").iterdir())
    assert set(before) - set(after) == {"forest.csv", "forest.png", "forest.svg"}
    assert {name: (mine / "figures" / name).read_bytes() for name in own} == own
    assert json.loads((mine / "figures" / LIST).read_text())["made"].keys() == {
        name for name in after if name not in {*own, LIST}
    }


@pytest.mark.parametrize("name", ["..", ".", "/", "", "../..", "a/../..", "x\\y", "~"])
def test_a_page_is_written_into_a_folder_of_its_own_only(folder, tmp_path, name, monkeypatch):
    monkeypatch.setattr(gallery, "pictures", lambda *_: [])
    into = tmp_path / "docs" / "studies"
    into.mkdir(parents=True)
    (tmp_path / "docs" / "mine.md").write_text("mine")
    kept = Results(StudyFolder(folder)).manifest
    of_a_study, of_a_run = {"verb": "study", "name": name}, {"verb": "run"}
    for manifest in (kept | {"request": of_a_study}, kept | {"request": of_a_run, "name": name}):
        monkeypatch.setattr(Results, "manifest", property(lambda _, kept=manifest: kept))
        page = gallery.page(folder, into)
        assert page.parent.parent == into and page.name == "README.md"
    assert (tmp_path / "docs" / "mine.md").read_text() == "mine"
    (page.parent / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"mine\.txt"):
        gallery.page(folder, into)
    assert (page.parent / "mine.txt").read_text() == "mine"


def test_a_page_takes_names_as_text(folder, tmp_path):
    page = gallery.page(folder, tmp_path).read_text()
    assert r"# \[/\] \*study\* \[link\](x) &lt;i&gt;" in page
    for text in (
        r"=1 \[/\] &lt;b&gt;\_x\_&lt;/b&gt; \$y\$ \|z\| \[old\] km²",
        r"\[red\]x",
        r"=1+1 \[/b\] res\[old\] \:smile:",
    ):
        assert text in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {6, 7, 9, 10, 11}
    for measure in (DECIDES, ALSO, "clashes"):
        assert f"| {noun(measure)}, by policy |" in page
    assert (tmp_path / "study" / "forest.csv").is_file()


def test_progress_shows_the_measure_and_names_as_they_are(plan, monkeypatch, capsys):
    class Tally:
        measure = DECIDES

        def rate(self, arm):
            return 3.0, 1.5

    class Progress:
        wanted, done, done_now, tally = 8, 4, 4, Tally()

    monkeypatch.setenv("COLUMNS", "300")
    talk = console(stderr=True)
    talk._force_terminal = True
    with ProgressBar(plan, talk) as show:
        show(Progress())
    text = capsys.readouterr().err
    assert NAME in text and f"{SHORT}: 2.0 casualties by fire a year (n = 3)" in text


def test_every_measure_has_a_noun_of_its_own():
    nouns = [noun(measure) for measure in EVERY]
    assert len(set(nouns)) == len(nouns) and all(each == each.strip() for each in nouns)
