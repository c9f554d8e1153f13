"""Parts in numbers count as they were written, or not at all."""

import random

import pandas as pd
import pytest

from experiments.store.numbered import claim, keep, kept
from sim.documents import BadInput

TABLE = pd.DataFrame({"row": [3, 4], "x": [0.5, float("nan")], "word": ["a", None]})


def test_what_is_kept_is_read_in_the_order_of_its_numbers(tmp_path):
    keep(tmp_path, "rows", 10, 11, TABLE)
    keep(tmp_path, "rows", 3, 4, TABLE.assign(x=2.0))
    keep(tmp_path, "rows-b", 0, 1, TABLE)
    (tmp_path / "rows-mine.parquet").write_text("somebody's own")
    numbers, tables = zip(*kept(tmp_path, "rows"), strict=True)
    assert numbers == ("000003-000004", "000010-000011")
    pd.testing.assert_frame_equal(tables[1], TABLE)


def test_no_flipped_bit_and_no_cut_goes_unnoticed(tmp_path):
    keep(tmp_path, "rows", 3, 4, TABLE)
    (path,) = tmp_path.glob("rows-*")
    sound, luck = path.read_bytes(), random.Random(1)
    for _ in range(40):
        damaged = bytearray(sound)
        damaged[luck.randrange(len(sound))] ^= 1 << luck.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(BadInput, match="is damaged: remove it"):
            list(kept(tmp_path, "rows"))
    path.write_bytes(sound[:-1])
    with pytest.raises(BadInput, match=path.name):
        list(kept(tmp_path, "rows"))


def test_a_folder_is_of_what_was_asked_first(tmp_path, monkeypatch):
    claim(tmp_path / "a", {"seed": 1})
    claim(tmp_path / "a", {"seed": 1})
    with pytest.raises(BadInput, match="name a folder of its own"):
        claim(tmp_path / "a", {"seed": 2})
    monkeypatch.setattr("sim.__version__", "0.0.1")
    with pytest.raises(BadInput, match="or version"):
        claim(tmp_path / "a", {"seed": 1})


@pytest.mark.parametrize("text", ["", "[]", "{", '{"asked": 3}', "\x00"])
def test_a_damaged_note_of_what_was_asked_is_one_sentence(tmp_path, text):
    claim(tmp_path, {"seed": 1})
    (tmp_path / "asked.json").write_text(text)
    with pytest.raises(BadInput) as bad:
        claim(tmp_path, {"seed": 1})
    assert len(str(bad.value).splitlines()) == 1
