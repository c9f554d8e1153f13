"""What a scenario and a policy may be called, and what else they say of themselves."""

from textwrap import dedent

import pytest

from sim.documents import BadInput
from sim.scenario.loading import load_case

SCENARIO = "name: {}\n"
POLICY = "binds: [south]\nname: {}\n"
INJECT = "name: a\ninjects:\n  - name: {}\n    date: 2026-01-01\n    set: {{hotline: {{working: true}}}}\n"


def said(tmp_path, text: str) -> list[str]:
    """What is wrong with a scenario or policy, a line a problem."""
    file = tmp_path / "f.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    try:
        load_case("declared", [str(file)]) if "binds" in text else load_case(str(file))
    except BadInput as bad:
        return str(bad).replace(f"{tmp_path}/", "").splitlines()
    return []


@pytest.mark.parametrize("text", [SCENARIO, POLICY, INJECT])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (r'"a\nb"', "U+000A in a name"),
        (r'"a\tb"', "U+0009 in a name"),
        (r'"a\eb"', "an escape that stands for a control character"),
        (r'"a\u202eb"', "U+202E in a name"),
        ("a\u202eb", "U+202E in a name"),
        ("a\u200bb", "U+200B in a name"),
        ("a\u00a0b", "U+00A0 in a name"),
        ("a\x1b[31mb", "control or invisible characters"),
        ("a\x00b", "control or invisible characters"),
        ("' a'", "spaces before or after a name"),
        ("'a '", "spaces before or after a name"),
        ("'   '", "spaces before or after a name"),
        ("''", "0 characters are too short"),
        ("a" * 81, "81 characters are too long"),
        ("\u6f22" * 81, "81 characters are too long"),
        ("3", "a value of the wrong kind; found 3; allowed text"),
    ],
)
def test_a_name_is_one_line_of_printable_text(tmp_path, text, name, problem):
    lines = said(tmp_path, text.format(name))
    assert len(lines) == 1 and problem in lines[0] and lines[0].startswith("f.yaml:"), lines
    assert lines[0].isprintable()


@pytest.mark.parametrize("text", [SCENARIO, POLICY, INJECT])
@pytest.mark.parametrize(
    "name", ["a", "a" * 80, "\u6f22" * 80, "\u2714 \U0001f600", "'[/b] $(x) ; \\ %s {}'", "'-'"]
)
def test_any_other_name_will_do(tmp_path, text, name):
    assert said(tmp_path, text.format(name)) == []
