"""What became of the talks, as it is printed: by day, the share of runs in which they stand so."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType

from experiments.design.plan import TALKS, Plan, has_talks
from experiments.findings.figures_file import Figures
from experiments.findings.talks import Standing
from experiments.report.rows import Rows
from experiments.wording import number, share_figure

_MOST_DAYS = 12  # days of an arm's talks that are printed, the first and the last among them


def talks_parts(plan: Plan, figures: Figures) -> Iterator[RenderableType]:
    """The table of the arms without a policy, or of a single arm under its own; nothing without talks."""
    if not any(has_talks(arm.case.saved["scenario"]) for arm in plan.arms.values()):
        return
    alone = len(plan.arms) == 1
    shown = [each for each in figures["talks"] if alone or each["policy"] is None]
    yield _table("" if alone else ", without a policy", shown)
    yield TALKS


def _table(whose: str, standings: Iterable[Standing]) -> Rows:
    by_future: dict[str, dict[int, list[str]]] = {}
    rows = Rows(f"\nwhat became of the talks{whose}", "day", words="share of runs")
    for each in standings:
        told = f"{each['state'].replace('_', ' ')} {share_figure(each['share'])}"
        by_future.setdefault(each["future"], {}).setdefault(each["day"], []).append(told)
    for future, days in by_future.items():
        for day in _some(list(days)):
            rows.add(future, number(day), ", ".join(days[day]))
    rows.add()
    return rows


def _some(days: Sequence[int]) -> Sequence[int]:
    if len(days) <= _MOST_DAYS:
        return days
    step = (len(days) - 1) / (_MOST_DAYS - 1)
    return [days[round(i * step)] for i in range(_MOST_DAYS)]
