"""The page of a replay in a real browser: it plays, jumps, zooms; it is quiet, and names are only text."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from browser import browser, in_a_browser, opened
from little import BUSY

from experiments.live.frames import Border, Frame
from experiments.live.map_page import Shown, replay_html, script
from experiments.live.packing import packed_border, packed_frames, plain_ground
from experiments.live.recording import partings, record, spans
from sim.model import DmzModel
from sim.scenario.loading import load_case, under_policies

EVIL = '</script><img src=x onerror="document.title=1"><b>&amp;'


@pytest.fixture(scope="module")
def makers():
    case = load_case("declared", assignments=[*BUSY, "north.conduct.attack_intercept=0"], days=12)
    cases = [case, under_policies(case, ["wider_margin"])]
    return [lambda case=case: DmzModel(case, seed=3, world=1) for case in cases]


@pytest.fixture(scope="module")
def recordings(makers):
    worth = [span for make in makers for span in spans(make)]
    return [record(make, worth) for make in makers]


@pytest.fixture(scope="module")
def page(recordings, tmp_path_factory):
    """A page of one run, under a name that would like to be more."""
    path = tmp_path_factory.mktemp("page") / "replay.html"
    path.write_text(replay_html(f"Run {EVIL}", "about", "made", [Shown(EVIL, "checked", recordings[0])], []))
    return path


@pytest.fixture(scope="module")
def pair(makers, recordings, page):
    path = page.with_name("pair.html")
    shown = [Shown(name, "checked", each) for name, each in zip("ab", recordings, strict=True)]
    path.write_text(replay_html("Two", "about", "made", shown, partings(*makers)))
    return path


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:  # once: it takes a second to start
        yield found


def ready(chromium, page, width):
    window, said = opened(chromium, page, width)
    window.wait_for_selector("#stage.ready")
    return window, said


def ink(window, canvas):
    """The share of a canvas that is not white."""
    return window.evaluate(
        """id => {
          const canvas = document.getElementById(id), pen = canvas.getContext("2d");
          const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data;
          let inked = 0;
          for (let i = 0; i < bytes.length; i += 4) inked += bytes[i] < 240 || bytes[i + 1] < 240;
          return inked / (bytes.length / 4);
        }""",
        canvas,
    )


def picture(window, canvas):
    return window.evaluate("id => document.getElementById(id).toDataURL()", canvas)


def test_without_scripts_the_stories_are_there_and_names_are_text(page, recordings):
    text = page.read_text()
    assert EVIL not in text and "&lt;/script&gt;&lt;img" in text
    assert text.count("<script") == 2 and "://" not in text, "nothing is asked of a network"
    for each in recordings[0].incidents:
        assert all(f"</span> {step.said}</li>" in text.replace("&#39;", "'") for step in each.story.steps)
    data = json.loads(re.search(r'id="run">(.*?)</script>', text, re.S).group(1))
    assert len(data["runs"][0]["told"]) == len(recordings[0].incidents)


def test_equal_recordings_make_equal_bytes(page, makers):
    again = record(makers[0], [span for make in makers for span in spans(make)])
    assert page.read_text() == replay_html(
        f"Run {EVIL}", "about", "made", [Shown(EVIL, "checked", again)], []
    )


@in_a_browser
def test_nearer_only_counties_that_are_in_view_are_named(chromium, page, recordings):
    window, _ = ready(chromium, page, 1280)
    window.evaluate(
        """() => {
          const write = CanvasRenderingContext2D.prototype.fillText;
          globalThis.written = new Map();
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            written.set(text, [Math.round(x), Math.round(y)]);
            write.call(this, text, x, y);
          };
        }"""
    )
    names = [name for name, *_ in plain_ground(recordings[0].ground)["counties"]]

    def named():
        return {name: at for name, at in window.evaluate("[...written]") if name in names}

    window.click("#closer")
    window.click("#whole")
    assert set(named()) == set(names)
    for _ in range(5):
        window.click("#closer")
        window.wait_for_timeout(50)
    window.evaluate("written.clear()")
    window.click("#closer")
    window.wait_for_timeout(50)
    places = named()
    assert 0 < len(places) < len(names) and len(set(map(tuple, places.values()))) == len(places)
    window.close()


@in_a_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_it_plays_jumps_and_zooms_in_silence(chromium, page, recordings, width):
    window, said = ready(chromium, page, width)
    assert window.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert ink(window, "map-0") > 0.02 and ink(window, "timeline-0") > 0.02
    assert window.title() == f"Run {EVIL}" and window.inner_text("h2") == EVIL
    whole = picture(window, "map-0")
    # jump to the first incident, by key: its story opens, its first step has come
    window.keyboard.press("Home")
    window.keyboard.press("n")
    first = next(i for i in recordings[0].incidents if i.seen.opened > recordings[0].ground.begins)
    assert window.inner_text("#clock") == clock(recordings[0], first.seen.opened)
    told = f"#incident-0-{first.seen.row}"
    assert window.is_visible(f"{told} .story") and window.inner_text("li.told .come").endswith(
        first.story.steps[0].said
    )
    # close by and to scale, and back
    window.keyboard.press("m")
    close = picture(window, "map-0")
    window.click("#near")
    two_km = picture(window, "map-0")
    window.keyboard.press("+")
    nearer = picture(window, "map-0")
    assert len({whole, close, two_km, nearer}) == 4
    window.click("#whole")
    # a tick on, which says how long it is; then play, and stop
    assert window.get_attribute("#on", "title") == f"key →: {recordings[0].ground.tick:g} min on"
    before = window.inner_text("#clock")
    window.click("#on")
    assert window.inner_text("#clock") > before and window.inner_text("#clock").endswith("0")
    redraws, minute = int(window.evaluate("document.body.dataset.redraws")), window.inner_text("#clock")
    window.click("#play")
    window.wait_for_timeout(500)
    assert "pause" in window.inner_text("#play")
    window.click("#play")
    drawn = int(window.evaluate("document.body.dataset.redraws")) - redraws
    assert window.inner_text("#clock") > minute and "play" in window.inner_text("#play")
    assert drawn >= 10, "20 a second"
    # an incident of the list, by its button; of the timeline, by a click where it stands
    last = recordings[0].incidents[-1].seen
    window.click(f"#incident-0-{last.row} button")
    assert window.inner_text("#clock") == clock(recordings[0], last.opened)
    box = window.locator("#timeline-0").bounding_box()
    window.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + 5)
    assert window.inner_text("#clock") > clock(recordings[0], last.opened - 10 * 1440)
    assert said == []
    window.close()


def clock(recording, minute):
    at = np.datetime64(recording.ground.first, "m") + np.timedelta64(round(minute), "m")
    return str(at).replace("T", " ")


@in_a_browser
def test_two_runs_stand_side_by_side_and_say_where_they_part(chromium, pair):
    window, said = ready(chromium, pair, 1280)
    left, right = (window.locator(f"#map-{k}").bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
    assert picture(window, "map-0") == picture(window, "map-1"), "before they part"
    window.click("button.part >> nth=0")
    assert window.inner_text("#clock") == window.inner_text("button.part >> nth=0").removeprefix("◆ ")
    window.keyboard.press("End")
    assert picture(window, "timeline-0") != picture(window, "timeline-1")
    window.keyboard.press("Home")
    clocks = [(window.keyboard.press("n"), window.inner_text("#clock"))[1] for _ in range(4)]
    assert len(set(clocks)) == 4, "an incident of both runs is one stop"
    assert said == []
    window.close()


@in_a_browser
def test_played_fast_it_still_goes_slowly_at_incidents(chromium, page, recordings):
    """Where a frame is a day and a half, as on a slow machine, it does not leap over what is worth seeing."""
    window, said = opened(chromium, page, 1280)
    window.add_init_script("requestAnimationFrame = (f) => setTimeout(() => f(performance.now()), 200)")
    window.reload()
    window.wait_for_selector("#stage.ready")
    ground, highest = recordings[0].ground, max(each.seen.rung for each in recordings[0].incidents)
    first = next(
        i.seen for i in recordings[0].incidents if i.seen.rung == highest and i.seen.opened > ground.begins
    )
    window.select_option("#least", str(int(highest)))
    window.select_option("#speed", "10080")
    window.evaluate(
        """() => {
          window.clocks = [];
          new MutationObserver(() => clocks.push(document.getElementById("clock").textContent))
            .observe(document.getElementById("clock"), { childList: true });
        }"""
    )
    window.click("#play")
    begins = clock(recordings[0], first.opened - 40)
    window.wait_for_function("at => clocks.some((each) => each >= at)", arg=begins)
    assert begins in window.evaluate("clocks")
    assert said == []
    window.close()


@in_a_browser
def test_after_a_run_has_ended_there_is_nobody_and_the_page_says_so(chromium, page, recordings):
    ended = recordings[0].incidents[2].seen.opened
    path = page.with_name("ended.html")
    short = replace(recordings[0], ended=ended)
    path.write_text(replay_html("Short", "about", "made", [Shown("a", "checked.", short)], []))
    window, said = ready(chromium, path, 1280)
    when = clock(recordings[0], ended)
    assert f"It ended on {when}, as its scenario asks" in window.inner_text(".arm")
    window.keyboard.press("End")
    assert window.inner_text("#now-0") == f"The run ended on {when}."
    assert said == []
    window.close()


@in_a_browser
def test_a_hand_that_trembles_stays_at_its_incident_and_a_wheel_with_shift_zooms(chromium, page, recordings):
    window, _ = ready(chromium, page, 1280)
    ground, seen = recordings[0].ground, recordings[0].incidents[-1].seen
    window.locator("#timeline-0").scroll_into_view_if_needed()
    box = window.locator("#timeline-0").bounding_box()
    left, top, rows = 122, round(0.36 * 190), 190 - 24 - 14 - round(0.36 * 190)
    x = box["x"] + left + (box["width"] - 2 - left - 10) * seen.opened / ground.horizon
    y = box["y"] + top + rows * (1 - (seen.rung + 0.5) / 7)
    window.mouse.move(x, y)
    window.mouse.down()
    here = window.inner_text("#clock")
    window.mouse.move(x - 2, y)
    assert window.inner_text("#clock") == here and window.is_visible("li.told")
    window.mouse.move(x - 40, y)
    assert window.inner_text("#clock") < here
    window.mouse.up()
    before = picture(window, "map-0")
    window.evaluate(
        """() => document.getElementById("map-0").dispatchEvent(
          new WheelEvent("wheel", { deltaX: -300, shiftKey: true, cancelable: true }))"""
    )
    window.click("#on")
    assert picture(window, "map-0") != before
    window.close()


@in_a_browser
def test_a_widget_that_imports_the_map_reads_what_was_packed(chromium, makers):
    model = makers[0]().run(3.4)
    frames = [Frame.of(model.run(10 / 1440)) for _ in range(6)]
    border = Border.of(model.scene)
    moved = replace(border, lines=border.lines - 1.7)
    packed = [packed_frames(frames), packed_border(border), packed_border(moved, border)]
    window = chromium.new_page()
    found = window.evaluate(
        """async ([module, packed]) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const { readFrames, readBorder, unitsAt } = await import(url);
          const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const [frames, first, second] = packed.map(bytes);
          const read = readFrames(frames), border = readBorder(first), moved = readBorder(second, border);
          return {
            ticks: read.minutes.map((minute) => unitsAt(read, minute)),
            between: unitsAt(read, (read.minutes[2] + read.minutes[3]) / 2),
            lines: border.lines.map((line) => [...line]), moved: moved.lines.map((line) => [...line]),
            standing: [...border.standing],
          };
        }""",
        [script("map.js"), [base64.b64encode(each).decode() for each in packed]],
    )
    window.close()
    for frame, units in zip(frames, found["ticks"], strict=True):
        its = sorted(units, key=lambda each: each["row"])
        assert [each["row"] for each in its] == frame.units["row"].tolist() != []
        for name in ("s", "d", "thought"):
            assert np.abs([each[name] for each in its] - frame.units[name]).max() < 0.06
    middle = {each["row"]: each["s"] for each in found["between"]}
    a, b = ({u["row"]: u["s"] for u in frames[k].units} for k in (2, 3))
    assert all(abs(middle[row] - (a[row] + b[row]) / 2) < 0.06 for row in a.keys() & b.keys())
    assert np.abs(np.array(found["lines"])[:3] - border.lines).max() < 0.06
    assert np.abs(np.array(found["moved"])[:3] - moved.lines).max() < 0.06
    assert found["standing"] == border.standing.astype(int).tolist()
