"""The report: one file, the answer first, names escaped; opened in a real browser as well."""

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from little import SCENARIO
from matplotlib import image
from typed import dmz

from experiments.report.answer import answer
from experiments.report.assumptions import assumptions

EVIL = '<script>document.title="taken"</script>'
ALSO = '"><img src=x onerror="document.title=1"> & $x_1$'
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--hide-scrollbars",
)
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
    assert not names & {"script", "img", "iframe", "object", "link"} and not tags.open
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


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
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
                *FLAGS,
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


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
def test_the_printed_page_opens_what_is_folded(page, tmp_path):
    opens = re.search(r"\n *details::details-content \{[^}]*\}", page).group()
    pages = []
    for text in (page, page.replace(opens, "")):
        (tmp_path / "report.html").write_text(text)
        words = ("--no-pdf-header-footer", f"--print-to-pdf={tmp_path}/report.pdf")
        subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}/user", *words, f"file://{tmp_path}/report.html"],
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
