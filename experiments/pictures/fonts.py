"""Which font draws a letter: DejaVu Sans, else the shipped one for Korean, else one that is installed.

Names come from files in any script. DejaVu Sans, which comes with Matplotlib, has no Hangul;
NanumSquare (``experiments/data/fonts``) has all of it, and 4,620 Hanja. What neither draws is looked
for among the fonts of this machine; where none has it, a picture shows U+FFFD and says so, and
every form that is text keeps the letter.
"""

import base64
import io
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

DPI = 100
SANS, SHIPPED = "DejaVu Sans", "NanumSquare"
EMBEDDED = "dmz letters"  # the shipped font inside a page or SVG, of the letters there
_FILES = [str(files("experiments") / "data" / "fonts" / f"{SHIPPED}{weight}.ttf") for weight in "RB"]
_UNKNOWN, _TOLD = "\ufffd", 8  # and how many letters a note names
_NOT_THESE = ("Last Resort",)  # fonts whose every letter is a box
for _file in _FILES:
    fontManager.addfont(_file)


def families(text: str) -> list[str]:
    """The fonts that draw ``text``, each for what those before it lack."""
    others = {name: None for letter in _strange(text) if (name := _installed(letter))}
    return [SANS, SHIPPED, *others]


def drawable(text: str) -> str:
    """``text`` with U+FFFD for each letter that no font here draws."""
    missing = undrawable([text])
    return "".join(_UNKNOWN if letter in missing else letter for letter in text)


def undrawable(texts: Iterable[str]) -> set[str]:
    """The letters of ``texts`` that no font here draws."""
    return {letter for letter in _strange("".join(texts)) if not _installed(letter)}


def letters_note(texts: Iterable[str]) -> list[str]:
    """A sentence on the letters of ``texts`` that no font here draws; none where all are drawn."""
    missing = sorted(undrawable(texts))
    if not missing:
        return []
    codes = ", ".join(f"U+{ord(letter):04X}" for letter in missing[:_TOLD])
    more = f" and {len(missing) - _TOLD} more" if len(missing) > _TOLD else ""
    return [
        f"{_UNKNOWN} stands for a letter that no font of this machine draws ({codes}{more}); it stands "
        "in the SVG and the data of this picture, and in the report."
    ]


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width in pixels of ``text`` on one line at ``size`` points, as it is drawn."""
    return _width(drawable(text), size, weight)


def dress(texts: Iterable[Text]) -> list[tuple[Text, str]]:
    """Give each text the fonts that draw it; return those that no font draws whole, with their words."""
    lacking = []
    for each in texts:
        words = each.get_text()
        if _strange(words):
            each.set_fontfamily(families(words))
        if undrawable([words]):
            lacking.append((each, words))
    return lacking


def embedded(text: str) -> str:
    """A CSS rule with the shipped font, of the letters in ``text`` that need it; empty without any."""
    wanted = {letter for letter in set(text) if letter.isprintable() and ord(letter) not in _glyphs(SANS)}
    letters = "".join(sorted(letter for letter in wanted if ord(letter) in _glyphs(SHIPPED)))
    return "".join(_face(letters, *each) for each in zip(_FILES, (400, 700), strict=True) if letters)


@lru_cache(maxsize=64)  # pictures of a study share their names
def _face(letters: str, file: str, weight: int) -> str:
    font = TTFont(file, recalcTimestamp=False)
    cut = subset.Subsetter(
        subset.Options(hinting=False, name_IDs=[], layout_features=[], notdef_outline=True)
    )
    cut.populate(text=letters)
    cut.subset(font)
    stream = io.BytesIO()
    font.save(stream)
    source = base64.b64encode(stream.getvalue()).decode()
    return (
        f"@font-face {{ font-family: '{EMBEDDED}'; font-weight: {weight}; "
        f"src: url(data:font/ttf;base64,{source}) format('truetype'); }}\n"
    )


def _strange(text: str) -> set[str]:
    """The letters that neither of the two fonts that are always here has."""
    return {letter for letter in set(text) if not letter.isspace() and not _is_ours(ord(letter))}


def _is_ours(code: int) -> bool:
    return code in _glyphs(SANS) or code in _glyphs(SHIPPED)


@cache
def _installed(letter: str) -> str | None:
    """The first family, by name, of an installed font that draws the letter."""
    known = {entry.name: entry.fname for entry in sorted(fontManager.ttflist, key=lambda each: each.fname)}
    names = (name for name in sorted(known) if not name.startswith(_NOT_THESE))
    return next((name for name in names if _draws(known[name], ord(letter))), None)


def _draws(file: str, code: int) -> bool:
    """Whether the font has an outline of the letter that Matplotlib can draw: bitmaps it cannot."""
    try:
        font = get_font(file)
        return font.scalable and code in font.get_charmap()
    except (OSError, RuntimeError):
        return False


@cache
def _glyphs(family: str) -> frozenset[int]:
    return frozenset(get_font(findfont(family)).get_charmap())


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(1, 1, DPI)


@lru_cache(maxsize=4096)
def _width(text: str, size: float, weight: str) -> float:
    font = FontProperties(family=families(text), size=size, weight=weight)
    return _ruler().get_text_width_height_descent(text, font, ismath=False)[0]
