"""The words of reports, with what they mean: ``python -m experiments.report.words`` writes docs/WORDS.md.

One file, ``experiments/data/words.yaml``, holds them; the glossary of every report is made of it too.
"""

import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

PAGE = Path("docs") / "WORDS.md"
_HEAD = """\
# Words

What the tables, pictures and reports of this project mean by a word; every report has these at its end.
Written by `python -m experiments.report.words` from `experiments/data/words.yaml`. Parameters are in
[PARAMETERS.md](PARAMETERS.md), the model in [ODD.md](ODD.md), statistics in
[STUDIES.md](STUDIES.md#statistics).
"""


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """By group, each word and its meaning, in the order in which one needs them."""
    text = (files("experiments") / "data" / "words.yaml").read_text(encoding="utf-8")
    return {group: dict(each) for group, each in yaml.safe_load(text).items()}


def anchor(word: str) -> str:
    """The id of a word's meaning in a page. Raises KeyError for one that has none."""
    if not any(word in group for group in words().values()):
        raise KeyError(word)
    letters = word.replace(" ", "-").replace("'", "")
    return f"word-{letters}"


def as_markdown() -> str:
    """The page of all words."""
    lines = [_HEAD]
    for group, each in words().items():
        lines += [f"## {group}", ""]
        lines += [f'- <a id="{anchor(word)}"></a>**{word}**: {meaning}' for word, meaning in each.items()]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(None if PAGE.write_text(as_markdown(), encoding="utf-8") else 1)
