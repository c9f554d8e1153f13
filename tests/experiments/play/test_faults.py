"""What stops the playing says so in words that can travel."""

import pickle
import signal

import pytest

from experiments.play.faults import EnvironmentFault, Stopped, WorkersLost


@pytest.mark.parametrize(
    "what",
    [
        WorkersLost("two died"),
        WorkersLost("it died", "an arm", 7),
        EnvironmentFault("an arm", 7, "OSError: gone", "at a.py:3 in read"),
        Stopped(signal.SIGTERM),
    ],
)
def test_what_stops_the_playing_comes_whole_from_another_process(what):
    again = pickle.loads(pickle.dumps(what))
    assert str(again) == str(what) and vars(again) == vars(what) and type(again) is type(what)


def test_the_words_name_run_and_arm():
    assert str(WorkersLost("it died", "an arm", 0)) == "run 0 of an arm: it died"
    assert str(WorkersLost("two died")) == "two died"
    fault = EnvironmentFault("an arm", 7, "OSError: gone", "at a.py:3 in read")
    assert "run 7 of an arm" in str(fault) and "OSError: gone, at a.py:3 in read" in str(fault)
    assert Stopped(signal.SIGHUP).code == 129
