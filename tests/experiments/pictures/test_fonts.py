"""Names in any script are drawn, or are kept as text, and never lost without a word."""

import base64
import io
import re
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from made_up import Study, drawn
from matplotlib import image
from matplotlib.font_manager import fontManager

from experiments.pictures import fonts, save, svg_text
from experiments.pictures.forest import forests

KOREAN, THAI = "비무장지대 봄 작업", "เขตปลอดทหาร"


def study(name):
    return Study(prefix=f"{name} ", worlds=3, of=(forests,))


@pytest.fixture
def nothing_installed(monkeypatch):
    ours = [each for each in fontManager.ttflist if each.name in (fonts.SANS, fonts.SHIPPED)]
    monkeypatch.setattr(fontManager, "ttflist", ours)
    fonts._installed.cache_clear()
    yield
    fonts._installed.cache_clear()


def test_every_syllable_of_korean_is_drawn_wherever_this_is_installed(nothing_installed):
    syllables = "".join(map(chr, range(0xAC00, 0xD7A4)))
    assert fonts.undrawable([syllables, "ㄱㅏ", "金正日板門店", "Ĵéß − ≤ ∞ ▼"]) == set()
    assert fonts.drawable(KOREAN) == KOREAN and fonts.families(KOREAN) == [fonts.SANS, fonts.SHIPPED]
    assert fonts.text_width("비무장", 9.0) > 2 * fonts.text_width("비", 9.0)


def test_a_korean_name_is_ink_and_not_boxes(tmp_path):
    made = study(KOREAN).pictures()["forest"]
    save(made, tmp_path)
    title = image.imread(tmp_path / "forest.png")[20:60, :, :3].mean(axis=2)
    other = study("제비무장 봄 작업").pictures()["forest"]
    save(other, tmp_path)
    assert np.abs(title - image.imread(tmp_path / "forest.png")[20:60, :, :3].mean(axis=2)).max() > 0.5


def test_an_svg_brings_the_letters_that_readers_may_lack():
    made = study(KOREAN).pictures()["forest"]
    faces = re.findall(r"font-weight: (\d+); src: url\(data:font/ttf;base64,([^)]+)\)", made.svg)
    assert [weight for weight, _ in faces] == ["400", "700"] and len(made.svg) < 2e5
    for _, source in faces:
        letters = TTFont(io.BytesIO(base64.b64decode(source))).getBestCmap()
        assert {ord(each) for each in KOREAN if not each.isspace()} <= set(letters)
    assert f"'{fonts.EMBEDDED}', 'DejaVu Sans', Verdana" in made.svg and ET.fromstring(made.svg) is not None
    assert "@font-face" not in svg_text(made) and "@font-face" not in study("plain").pictures()["forest"].svg


def test_a_letter_that_no_font_draws_is_marked_told_and_kept_as_text(
    nothing_installed, tmp_path, monkeypatch
):
    made = study(THAI).pictures()["forest"]
    save(made, tmp_path)
    assert THAI in "".join(ET.fromstring((tmp_path / "forest.svg").read_text()).itertext())
    assert pd.read_csv(tmp_path / "forest.csv")["policy"].str.contains(THAI).all()
    with warnings.catch_warnings(action="ignore"):
        told = " ".join(words for words, _ in drawn(made.figure, monkeypatch))
    assert "\ufffd stands for a letter that no font of this machine draws (U+0E02" in told
    assert fonts.drawable(THAI) == "\ufffd" * len(THAI)
    save(made, tmp_path / "..")  # the figure is as it was
    assert (tmp_path / ".." / "forest.png").read_bytes() == (tmp_path / "forest.png").read_bytes()


def test_an_installed_font_draws_what_the_shipped_ones_lack(nothing_installed, tmp_path, monkeypatch):
    file = tmp_path / "mine.ttf"
    font = TTFont(fonts._FILES[0])
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord("ต")] = table.cmap[ord("T")]
    for record in font["name"].names:
        record.string = "Mine" if record.nameID in (1, 4, 6, 16) else record.string
    font.save(file)
    fontManager.addfont(str(file))
    fonts._installed.cache_clear()
    assert fonts.undrawable(["ต"]) == set() and fonts.families("ต")[-1] == "Mine"
    assert fonts.letters_note(["ต ข"]) and not fonts.letters_note(["ต"])


def test_a_font_whose_letters_are_boxes_draws_nothing():
    boxes = [each.fname for each in fontManager.ttflist if each.name.startswith("Last Resort")]
    assert all(fonts._draws(file, 0xE123) for file in boxes)  # it says so
    assert fonts.undrawable(["\ue123"]) == {"\ue123"}
