"""What must be known beside any table of a study: marks, runs that are short, cells that are one."""

from collections.abc import Iterator

from experiments.design.plan import policy_words
from experiments.findings.alike import joined
from experiments.findings.figures_file import Figures
from experiments.wording import FEW_NOTE, many

_YEAR_SEEN = 270  # days of a run; shorter ones see less than three of the four seasons
_TOO_FEW = "Too few clusters in the whole study to know the size of a burst: the intervals may be too narrow."


def notes(figures: Figures) -> list[str]:
    """Sentences, in the order of their weight; none where nothing must be said."""
    found = [_TOO_FEW] if figures["too_few_clusters"] else []
    if any(rate.get("too_few_clusters") for rates in figures["rates"].values() for rate in rates.values()):
        found.append(f"{FEW_NOTE}.")
    if short := short_runs(figures):
        found.append(f"A rate a year from {short} is that of such days, not of a year with its seasons.")
    return [*found, *_one_confirmation(figures)]


def short_runs(figures: Figures) -> str:
    """The runs of a study that are much shorter than a year, in words; empty if there are none."""
    short = sorted({days for days in figures["days"].values() if days < _YEAR_SEEN})
    if not short:
        return ""
    return (
        f"runs of {many(short[0], 'day')}" if len(short) == 1 else f"runs of {short[0]} to {short[-1]} days"
    )


def _one_confirmation(figures: Figures) -> Iterator[str]:
    """Which cells are identical to the bit, by the futures that hold them."""
    by_futures: dict[str, list[str]] = {}
    for each in figures["alike"]:
        by_futures.setdefault(joined(each["futures"]), []).append(policy_words(each["policy"]))
    for futures, policies in by_futures.items():
        yield (
            f"{futures}: identical to the bit with {', '.join(policies)}; they are one confirmation, and "
            "count once."
        )
