"""Only what was made here, and is still as it was made, goes."""

import json

import pytest

from experiments.report.own_files import LIST, keep_only, others_in


def made(folder, *names):
    for name in names:
        (folder / name).write_text(f"made {name}")
    keep_only(folder, names)


def test_what_was_made_before_goes_and_what_others_made_stays(tmp_path):
    (tmp_path / "my.png").write_text("mine")
    (tmp_path / "sub").mkdir()
    made(tmp_path, "a.png", "b.png", "c.png")
    (tmp_path / "b.png").write_text("changed by somebody")
    assert others_in(tmp_path) == ["b.png", "my.png", "sub"]
    made(tmp_path, "c.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.png", "c.png", LIST, "my.png", "sub"]
    assert (tmp_path / "my.png").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"made": []}',
        '{"made": {"../x": "0"}}',
        '{"made": {"sub/x": "0"}}',
        '{"made": {"a.png": 7}}',
        "\x00",
        "[" * 10**5,
    ],
)
def test_a_damaged_list_removes_nothing(tmp_path, text):
    (tmp_path / "in").mkdir()
    (tmp_path / "x").write_text("x")
    (tmp_path / "in" / "a.png").write_text("a")
    (tmp_path / "in" / LIST).write_text(text)
    keep_only(tmp_path / "in", [])
    assert (tmp_path / "x").exists() and (tmp_path / "in" / "a.png").exists()
    assert json.loads((tmp_path / "in" / LIST).read_text()) == {"made": {}}


def test_a_list_that_names_what_lies_elsewhere_with_its_digest_reaches_nothing(tmp_path):
    made(tmp_path, "x")
    digest = json.loads((tmp_path / LIST).read_text())["made"]["x"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / LIST).write_text(json.dumps({"made": {"../x": digest, "..": digest}}))
    keep_only(tmp_path / "in", [])
    assert (tmp_path / "x").exists()
    assert others_in(tmp_path / "nowhere") == []
