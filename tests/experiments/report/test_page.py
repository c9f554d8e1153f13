"""The report: one file, the answer first, names escaped; opened in a real browser as well."""

import html
import json
import random
import re
import shlex
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from browser import CHROMIUM, FLAGS, browser, in_a_browser, opened
from little import SCENARIO
from matplotlib import image
from typed import dmz

from experiments.design.plan import policy_words
from experiments.findings.definitions import definitions
from experiments.findings.mixture import Mixture
from experiments.findings.mixture_words import mixture_rows
from experiments.measures import accidental_clashes
from experiments.report import clashes as clashes_
from experiments.report.answer import answer
from experiments.report.assumptions import assumptions
from experiments.report.clashes import clash_map
from experiments.report.numbers import script, script_digest
from experiments.report.page import report_html
from experiments.study.folder import StudyFolder
from experiments.study.results import Results
from experiments.wording import capital
from sim.model import DmzModel
from sim.outcome.story import tell

EVIL = '<script>document.title="taken"</script>'
ALSO = '"><img src=x onerror="document.title=1"> & $x_1$'
BY_HAND = ("--headless", *FLAGS, "--hide-scrollbars")  # what Playwright adds of itself
PROBE = """<script>
addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".wide, pre, svg")
    && e.getBoundingClientRect().right > innerWidth + 1);
  const svgs = [...document.querySelectorAll("figure svg")];
  const small = svgs.filter(e => e.getBoundingClientRect().height < 100);
  document.body.setAttribute("data-probe", JSON.stringify({
    overflow: document.documentElement.scrollWidth - innerWidth, wide: wide.map(e => e.outerHTML),
    pictures: svgs.length, small: small.length, title: document.title,
    images: document.images.length, inner: innerWidth,
    hints: [...document.querySelectorAll(".wide")].filter(e => !e.closest("details:not([open])") &&
      (e.scrollWidth > e.clientWidth + 1) !== (e.querySelector(".scrolls").offsetParent !== null)).length,
    scrolling: [...document.querySelectorAll(".wide")].filter(e => e.scrollWidth > e.clientWidth + 1).length,
  }));
});
</script>"""


class Tags(HTMLParser):
    """All elements and attributes of a page; the tags that are still open."""

    def __init__(self, page):
        super().__init__()
        self.seen, self.open, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "img", "input", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    quoted = SCENARIO.replace("name: short", f"name: '{EVIL}'")
    (folder / "evil.yaml").write_text(quoted)
    (folder / "policy.yaml").write_text(
        f"name: '{ALSO}'\nbinds: [south]\nset: {{south: {{watch: {{margin_m: 40}}}}}}\n"
    )
    (folder / "more.yaml").write_text(
        "name: more\nbinds: [south]\nset: {south: {watch: {margin_m: {plus: 31.5}}}}\n"
    )
    words = (
        "--policies",
        "policy.yaml",
        "--policies",
        "nothing",
        "--policies",
        "more.yaml",
        "--runs",
        "12",
        "--out",
        "out",
    )
    done = dmz("compare", "evil.yaml", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text()


def test_names_are_text_and_nothing_else(page):
    tags = Tags(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"img", "iframe", "object", "link"} and not tags.open
    scripts = [attributes for tag, attributes in tags.seen if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "numbers"}, {"type": "module"}]
    assert page.count(f'<script type="module">{script()}</script>') == 1
    policy = re.search(r'Security-Policy" content="([^"]*)"', page).group(1)
    assert f"script-src '{script_digest()}';" in html.unescape(policy) and "default-src 'none'" in policy
    numbers = page.split('id="numbers">')[1].split("</script>")[0]
    assert "<" not in numbers and ALSO not in numbers and json.loads(numbers)["counting"]
    assert not any(key.startswith("on") for _, attributes in tags.seen for key in attributes)
    assert html.escape(EVIL, quote=False) in page and EVIL in "".join(tags.text)
    assert ALSO in "".join(tags.text)


def test_it_needs_nothing_from_elsewhere(page):
    for tag, attributes in Tags(page).seen:
        for key in ("src", "href", "xlink:href", "action"):
            value = attributes.get(key) or "#"
            assert value.startswith(("#", "data:text/csv;base64,")), (tag, key, value)
    assert not re.search(r"url\((?!#)|@import", page)


def test_it_opens_with_the_answer_in_three_sentences(page, folder):
    manifest, figures = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("manifest", "figures")
    )
    found = answer(manifest, figures)
    assert len(found) == 3
    for sentence in found:  # one each: a full stop inside belongs to a number
        assert sentence.endswith(".") and not re.search(r"[.!?]\s", sentence), sentence
    text = " ".join("".join(Tags(page).text).split())
    places = [text.index(" ".join(sentence.split())) for sentence in found]
    assert places == sorted(places) and places[-1] < text.index("Verdicts")
    assert "95% interval" in found[0] and "n = " in found[0]
    assert "1 identical to no policy" in found[1]


def test_it_holds_all_that_defends_a_figure(page, folder):
    text = " ".join("".join(Tags(page).text).split())
    manifest = json.loads((folder / "manifest.json").read_text())
    for part in (
        "Verdicts",
        "Rates",
        "Figures",
        "Method",
        "Parameters that are only assumptions",
        "Limits",
        "Manifest and command",
        "Deepest unanswered",
        "Work-days lost",
        "(unadjusted)",
        manifest["command"],
    ):
        assert part in text, part
    for arm in manifest["arms"].values():
        assert arm["content_hash"][:12] in page
    pictures = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert pictures == set(re.findall(r'<figure id="figure-([^"]+)"', page))
    assert page.count('download="') == len(pictures)
    stated = assumptions(manifest)
    assert all(f"<code>{each.path}</code>" in page for each in stated)
    assert [each.was_set for each in stated] == sorted((e.was_set for e in stated), reverse=True)
    margin = next(each for each in stated if each.path == "south.watch.margin_m")
    assert margin.values == (5.0,) and margin.policies == (40, {"plus": 31.5})
    assert margin.default == 20 and "40, plus 31.5" in text


def test_the_same_results_make_the_same_bytes(page, folder):
    (folder / "report.html").unlink()
    shutil.rmtree(folder / "figures")
    done = dmz("report", str(folder), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "report.html").read_text() == page


@in_a_browser
@pytest.mark.parametrize(("width", "height"), [(1400, 1000), (390, 844)])
def test_a_browser_shows_it_whole(page, tmp_path, width, height):
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', page).group()
    probed = page.replace(policy, "")  # it would stop the probe too
    probed = probed.replace("</head>", f"{PROBE}</head>")
    assert probed.count("<script>") == 1
    (tmp_path / "report.html").write_text(probed)
    # a window of chromium cannot be narrower than 500: a frame can
    (tmp_path / "frame.html").write_text(
        f'<iframe id=f src=report.html style="width:{width}px;height:{height}px;border:0"></iframe>'
        '<script>onload = () => document.body.setAttribute("data-probe", '
        'f.contentDocument.body.getAttribute("data-probe"))</script>'
    )
    shown, _ = (
        subprocess.run(
            [
                CHROMIUM,
                *BY_HAND,
                "--allow-file-access-from-files",
                f"--user-data-dir={tmp_path}/user",
                f"--window-size={max(500, width)},{height}",
                what,
                f"file://{tmp_path}/frame.html",
            ],
            capture_output=True,
            text=True,
            timeout=500,
        )
        for what in ("--dump-dom", f"--screenshot={tmp_path}/shot.png")
    )
    ink = image.imread(tmp_path / "shot.png")[:, :width, :3].mean(axis=2) < 0.5
    assert 0.005 < ink.mean() < 0.5, "a page with text, neither blank nor broken"
    probe = re.search(r'<body[^>]*data-probe="([^"]*)"', shown.stdout)
    assert probe, shown.stderr
    found = json.loads(html.unescape(probe.group(1)))
    assert found["inner"] == width and found["overflow"] <= 0 and found["wide"] == []
    assert found["pictures"] == page.count("<figure ") > 5 and found["small"] == 0
    assert found["hints"] == 0 and (found["scrolling"] > 3) == (width < 500)
    assert found["images"] == 0 and found["title"] == EVIL


@in_a_browser
def test_the_printed_page_opens_what_is_folded(page, tmp_path):
    opens = re.search(r"\n *details::details-content \{[^}]*\}", page).group()
    pages = []
    for text in (page, page.replace(opens, "")):
        (tmp_path / "report.html").write_text(text)
        words = ("--no-pdf-header-footer", f"--print-to-pdf={tmp_path}/report.pdf")
        subprocess.run(
            [
                CHROMIUM,
                *BY_HAND,
                f"--user-data-dir={tmp_path}/user",
                *words,
                f"file://{tmp_path}/report.html",
            ],
            capture_output=True,
            timeout=500,
            check=True,
        )
        pages.append(len(re.findall(rb"/Type /Page\b", (tmp_path / "report.pdf").read_bytes())))
    assert pages[0] > pages[1] + 5


def test_the_contents_lead_to_every_part_and_every_figure(page):
    targets = {attributes["id"] for _, attributes in Tags(page).seen if "id" in attributes}
    contents = page[page.index("<nav ") : page.index("</nav>")]
    links = set(re.findall(r'href="#([^"]+)"', contents))
    assert links <= targets and {"verdicts", "rates", "figures", "sources", "words", "manifest"} <= links
    assert {name for name in targets if name.startswith("figure-")} <= links
    used = set(re.findall(r'href="#([^"]+)"', page))
    assert used <= targets, used - targets


def test_a_rate_beside_a_first_luck_says_so(page):
    text = " ".join("".join(Tags(page).text).split())
    assert "over both lucks of every world. Of the first luck of each alone: any accidental clash" in text
    assert "in a run (first luck)" in text


# -- what the page answers ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module", params=[1280, 390])
def window(chromium, folder, request):
    """The page in a window that is wide or narrow; nothing may have been said in its console at the end."""
    window, said = opened(chromium, folder / "report.html", request.param)
    yield window
    assert said == [] and window.title() == EVIL
    assert window.evaluate("document.documentElement.scrollWidth") <= request.param
    window.close()


def rows_of(table):
    rows = "[...t.tBodies[0].rows].filter(r => !r.hidden)"
    return table.evaluate(f"t => {rows}.map(r => [...r.cells].map(c => c.innerText.trim()))")


def put(slider, value):
    slider.evaluate("(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})); }", value)


@in_a_browser
def test_without_scripts_it_reads_as_it_is_written(chromium, folder, page):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    window = context.new_page()
    window.goto((folder / "report.html").as_uri())
    assert window.locator("main button, main input, main select").count() == 0
    live = window.locator(".live")
    assert live.count() >= 1 and all(not each.is_visible() for each in live.all())
    table = window.locator("#counting table").first
    assert table.locator("tbody tr").count() == sum(len(each.lines) for each in definitions())
    assert window.locator("svg.map a").first.get_attribute("href").startswith("#place-")
    context.close()


@in_a_browser
def test_a_table_sorts_by_a_column_and_back_by_keys_alone(window):
    table = window.locator("#counting table").first
    before = rows_of(table)
    button = table.get_by_role("button", name="Sort by n", exact=True)
    counts = [float(row[2].replace(",", "")) for row in before]
    for order, expected in (("ascending", sorted(counts)), ("descending", sorted(counts, reverse=True))):
        button.focus()
        window.keyboard.press("Enter")
        assert [float(row[2].replace(",", "")) for row in rows_of(table)] == expected
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == order
    window.keyboard.press("Enter")
    assert rows_of(table) == before and table.locator("th[aria-sort]").count() == 0
    table.get_by_role("button", name="Sort by Line").click()
    lines = [row[1] for row in rows_of(table)]
    assert lines.index("the north's line") < lines.index("the south's line") < lines.index("the true line")
    window.reload()


@in_a_browser
def test_a_table_is_filtered_by_words(window):
    table, field = (
        window.locator("#counting table").first,
        window.locator("#counting input[type=search]").first,
    )
    field.fill("commission found")
    (row,) = rows_of(table)
    assert row[:2] == ["Found past the line", "the commission's line"]
    assert "1 of " in window.locator("#counting .filter").first.inner_text()
    field.fill("")
    assert len(rows_of(table)) == sum(len(each.lines) for each in definitions())


@in_a_browser
def test_the_definition_slider_tells_what_the_table_does(window):
    place = window.locator("[data-live=counting]")
    slider, told = place.locator("input[type=range]"), place.locator(".told")
    table = {(row[0], row[1]): row[2:] for row in rows_of(window.locator("#counting table").first)}
    slider.focus()
    for number, each in enumerate(definitions()):
        if number:
            window.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == capital(each.name)
        for line in each.lines:
            choice = place.get_by_label("Judged by")
            if len(each.lines) > 1:
                choice.select_option(line)
            assert choice.is_visible() == (len(each.lines) > 1)
            n, rate, times = table[capital(each.name), each.judged_by(line)]
            words = rate.replace(" (", " a year (", 1)
            assert (
                told.inner_text()
                == f"{capital(each.name)}: {words}, n = {n}; {times} times the recorded crossings."
            )
    numbers = [float(text.replace(",", "")) for text in place.locator(".track s").all_inner_texts()]
    assert len(numbers) > 2 and all(b == 10.0 * a for a, b in pairwise(numbers)), "a scale that can be read"
    put(slider, 3)
    place.get_by_label("Units").select_option("south")
    assert told.inner_text().startswith("Recorded crossing: 0 a year")


@in_a_browser
def test_a_circle_of_the_map_opens_the_story_of_its_clash(window, folder):
    circle = window.locator("svg.map a.told-of").first
    circle.focus()
    window.keyboard.press("Enter")
    (opened_,) = window.locator("details.place[open]").all()
    assert "#" + opened_.get_attribute("id") == circle.get_attribute("href")
    assert window.evaluate("document.activeElement.closest('details').id") == opened_.get_attribute("id")
    line, story = opened_.locator("li").first.inner_text().split(".\n", 1)
    assert re.match(r"2025-\d\d-\d\d \d\d:\d\d, km [\d.]+, run \d+: begun by a ", line)
    assert story.strip().startswith(line[:10]) and "opens aimed fire" in story
    window.locator("svg.map a").last.click()
    assert len(window.locator("details.place[open]").all()) == 1


def test_the_map_has_every_clash_and_tells_what_comes_out_the_same_again(folder, monkeypatch):
    results = Results(StudyFolder(folder))
    found, first = clash_map(results), next(iter(results.plan.arms))
    incidents = results.by_arm("incidents", None)[first]
    clashes = incidents[accidental_clashes(incidents)].sort_values(["run", "incident"])
    assert shlex.split(found.replayed) == ["--arm", first]
    assert found.arm == first and len(clashes) > 12 >= found.told > 0
    assert sum(len(place.clashes) + place.more for place in found.places) == len(clashes)
    assert all(int(place.title.split()[0]) == len(place.clashes) + place.more for place in found.places)
    most = max(found.places, key=lambda place: place.radius)
    assert most.told >= 1 and most.title.startswith(f"{max(len(p.clashes) + p.more for p in found.places)} ")
    line = clashes.iloc[0]
    (told,) = [
        c for p in found.places for c in p.clashes if c.line.startswith(str(line["opened"]).replace("T", " "))
    ]
    model = DmzModel(
        results.plan.arms[first].case, seed=results.plan.seed, world=line["run"] // 2, luck=line["run"] % 2
    )
    assert told.story in ((), tuple(tell(model.run().scene, line["incident"])))
    monkeypatch.setattr(clashes_, "play", lambda case, run, seed: DmzModel(case, seed=seed + 1).run())
    assert clash_map(results).told == 0, "runs that come out otherwise tell nothing"


def mixture_page(folder):
    """The page of the same study, were its policies played in three futures."""
    manifest, figures = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("manifest", "figures")
    )
    (policies,) = figures["comparisons"].values()
    luck, options = random.Random(1), [None, *policies]
    share = {option: 1 - 0.3 * i for i, option in enumerate(options)}
    events = [
        [[share[option] * luck.expovariate(1) for _ in range(30)] for _ in range(3)] for option in options
    ]
    figures["mixture"] = Mixture(
        kind="expected",
        futures=[EVIL, "two", "three"],
        options=options,
        events=events,
        years=[60.0] * 3,
        unseen=1.5,
        level=0.99,
    )
    largest = {"estimate": 0.1, "low": 0.0, "high": 0.2}
    figures["regret"] = [
        {
            "policy": option,
            "mean": 1.0,
            "worst": 2.0,
            "worst_future": "two",
            "regret": largest,
            "regret_future": EVIL,
        }
        for option in options
    ]
    return figures["mixture"], report_html(manifest, figures, [], [])


@in_a_browser
def test_weights_of_futures_move_rates_ranks_and_regret(chromium, folder, tmp_path):
    found, text = mixture_page(folder)
    (tmp_path / "report.html").write_text(text)
    written = re.search(r'<table id="mixture">.*?<tbody>(.*?)</tbody>', text, re.S).group(1)
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in written.split("</tr>")[:-1]]
    window, said = opened(chromium, tmp_path / "report.html", 390)
    table, sliders = window.locator("#mixture"), window.locator("[data-live=futures] input[type=range]")
    assert rows_of(table) == [[html.unescape(cell) for cell in row] for row in cells] == mixture_rows(found)
    for weights in ([4, 0.25, 1], [0, 0, 3]):
        for slider, weight in zip(sliders.all(), weights, strict=True):
            put(slider, weight)
        assert rows_of(table) == mixture_rows(found, weights)
    table.get_by_role("button", name="Sort by A year").click()
    assert table.locator("th[aria-sort]").count() == 1
    put(sliders.first, 0)
    assert table.locator("th[aria-sort]").count() == 0, "rows are in the order of the rates again"
    assert rows_of(table) == mixture_rows(found, [0, 0, 3])
    for slider in sliders.all():
        put(slider, 0)
    assert "Nothing weighs anything" in window.locator("[data-live=futures] .told").inner_text()
    assert rows_of(table) == mixture_rows(found, [0, 0, 3])
    window.get_by_role("button", name="All weigh the same").click()
    assert rows_of(table) == mixture_rows(found)
    assert policy_words(None) in {row[0] for row in rows_of(table)} and said == []
    window.close()
