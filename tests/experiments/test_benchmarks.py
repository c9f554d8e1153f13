"""The benchmark compares like with like: plain Mesa does the same routine work as the field."""

from experiments.benchmarks.engine import played, routine
from experiments.benchmarks.plain_mesa import PlainDmz
from sim.model import DmzModel
from sim.scenario import load_case


def test_plain_mesa_keeps_the_same_distance():
    case = load_case("baseline", days=12, assignments=("start=2026-07-01", "clock.warmup_days=0"))
    ours, _ = routine([DmzModel(case, luck=luck) for luck in range(4)])
    plain = PlainDmz(DmzModel(case))
    for _ in range(12 * 144):
        plain.step()
    assert abs(plain.distance_sum / plain.unit_ticks / ours - 1.0) < 0.05


def test_unit_ticks_of_the_warm_up_count():
    short = load_case("baseline", days=2, assignments=["clock.warmup_days=2"])
    longer = load_case("baseline", days=4, assignments=["clock.warmup_days=0"])
    ratio = played(DmzModel(short)).ticks / played(DmzModel(longer)).ticks
    assert abs(ratio - 1.0) < 0.25
