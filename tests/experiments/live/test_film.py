"""The film of a run: its gravest incidents tick by tick, strides between them, a file that plays."""

import itertools
import sys

import numpy as np
import pytest
from little import BUSY
from PIL import Image

from experiments.live import film
from experiments.live.film import can_mp4, save_film, storyboard
from experiments.live.recording import record, spans
from sim.model import DmzModel
from sim.scenario.loading import load_case


@pytest.fixture(scope="module")
def recording():
    case = load_case("declared", assignments=[*BUSY, "north.conduct.attack_intercept=0"], days=12)

    def make():
        return DmzModel(case, seed=3, world=1)

    return record(make, spans(make))


def test_it_tells_the_gravest_incidents_tick_by_tick_and_strides_between_them(recording):
    shots = storyboard(recording)
    minutes = [shot.frame.minute for shot in shots]
    assert minutes == sorted(set(minutes))
    told = {shot.told.seen.row: shot.told.seen for shot in shots if shot.told}
    gravest = sorted((each.seen.rung for each in recording.incidents), reverse=True)[: film._INCIDENTS]
    assert sorted((seen.rung for seen in told.values()), reverse=True) == gravest
    for seen in told.values():
        its = [shot.frame.minute for shot in shots if shot.told and shot.told.seen == seen]
        assert its[0] - seen.opened < recording.ground.tick
        assert all(b - a == recording.ground.tick for a, b in itertools.pairwise(its))
    strides = [shot for shot in shots if shot.told is None and shot.ms < 200]
    assert all(shot.frame.minute % 1440 == 720 for shot in strides) and len(strides) > 5


def test_a_gif_has_a_frame_for_every_shot_and_each_is_another(recording, tmp_path, monkeypatch):
    shots = storyboard(recording)[:5]
    monkeypatch.setattr(film, "storyboard", lambda _: shots)
    save_film(recording, "a <run>", tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as found:
        assert found.n_frames == len(shots) and found.size == (960, 640) and found.info["loop"] == 0
        seen = []
        for k, shot in enumerate(shots):
            found.seek(k)
            assert found.info["duration"] == shot.ms
            seen.append(np.asarray(found.convert("RGB")))
    assert all((a != b).any() for a, b in itertools.pairwise(seen))
    assert all(0.003 < (each < 128).any(axis=2).mean() < 0.3 for each in seen), "neither blank nor broken"


@pytest.mark.skipif(not can_mp4(), reason="the extra video is not installed")
def test_an_mp4_stands_as_long_as_its_shots(recording, tmp_path, monkeypatch):
    import imageio_ffmpeg

    shots = storyboard(recording)[:8]
    monkeypatch.setattr(film, "storyboard", lambda _: shots)
    save_film(recording, "a run", tmp_path / "film.mp4")
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film.mp4"))
    assert seconds == pytest.approx(sum(shot.ms for shot in shots) / 1000, abs=0.2) and frames > len(shots)


def test_without_the_extra_there_is_no_mp4(monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert not can_mp4()
