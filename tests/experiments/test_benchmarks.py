"""The benchmark compares like with like: plain Mesa does the same routine work as the field."""

from experiments.benchmarks.engine import against_mesa, played
from sim.scenario import load_case


def test_plain_mesa_keeps_the_distance_and_is_looked_at_as_often():
    figures = against_mesa(30, 1.0, 1.0)
    for name in ("mean_distance_{}_m", "looks_per_unit_day_{}"):
        ours, mesa = (figures[name.format(which)] for which in ("ours", "mesa"))
        assert ours > 0 and abs(mesa / ours - 1.0) < 0.05


def test_unit_ticks_of_the_warm_up_count():
    short = load_case("baseline", days=2, assignments=["clock.warmup_days=2"])
    longer = load_case("baseline", days=4, assignments=["clock.warmup_days=0"])
    assert abs(played(short)["ticks"] / played(longer)["ticks"] - 1.0) < 0.25
