"""Arms of counts against their baseline on the same worlds: alone, twelve at once, and until decided."""

from collections.abc import Iterator

from experiments.coverage.arms import Arms, at_once, compared, until_decided
from experiments.coverage.cells import EVENTS, WORLDS, Cell, More, luck_of
from experiments.coverage.laws import LAWS, TrueArm, draw

LUCKS, RATIOS = (0.0, 0.5, 0.9), (1.0, 0.5, 0.2)
POLICIES, WORKING = 12, 0.4
BUDGET = 6400  # runs of an arm that stops when decided


def paired_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """`ratio_interval` and `difference_interval`; the width of a ratio is that of ``public``
    repetitions, for it needs the ends, while its coverage does not.
    """
    for law in LAWS:
        for events in EVENTS:
            for same_luck in LUCKS:
                for ratio in RATIOS:
                    arm = TrueArm(ratio, same_luck)
                    luck = luck_of("pair", law.name, events, arm)
                    drawn = draw(law, events, [arm], WORLDS, repetitions, luck)
                    arms = Arms(drawn, law.name, events, events, (ratio,))
                    where = More(same_luck=same_luck, ratio=ratio, study="2 arms")
                    yield from compared(arms, public, where)[1:]


def family_cells(repetitions: int) -> Iterator[Cell]:
    """Twelve differences that hold all at once, and the baseline's rate beside them."""
    for law in LAWS:
        for events in EVENTS:
            for same_luck, working in ((0.5, 0), (0.5, 4), (0.9, 0), (0.9, 4), (1.0, 0)):
                those = [TrueArm(WORKING if p < working else 1.0, same_luck) for p in range(POLICIES)]
                luck = luck_of("family", law.name, events, same_luck, working)
                drawn = draw(law, events, those, WORLDS, repetitions, luck)
                arms = Arms(drawn, law.name, events, events, tuple(arm.ratio for arm in those))
                yield from at_once(arms, More(same_luck=same_luck, study=f"13 arms, {working} work"))


def decided_cells(repetitions: int) -> Iterator[Cell]:
    """Two arms until the difference is decided, or the budget is spent."""
    for law in LAWS:
        for events in EVENTS:
            for same_luck in LUCKS[1:]:
                for ratio in RATIOS[:2]:
                    arm = TrueArm(ratio, same_luck)
                    luck = luck_of("decided", law.name, events, arm)
                    drawn = draw(law, events, [arm], BUDGET // 2, repetitions, luck)
                    arms = Arms(drawn, law.name, events, events, (ratio,))
                    where = More(same_luck=same_luck, ratio=ratio, study="2 arms")
                    yield from until_decided(arms, BUDGET, where)
