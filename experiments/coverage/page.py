"""The table as lines on the screen, and as docs/COVERAGE.md."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from experiments.coverage.cells import Cell
from experiments.coverage.judge import IMPOSSIBLE, Judgement, Known, error, faults, known_of

COLUMNS = (
    "interval",
    "law",
    "events",
    "study",
    "same luck",
    "ratio",
    "coverage",
    "error",
    "width",
    "/ profile",
    "false",
    "warned",
    "silent",
    "",
)
INTRODUCTION = """# Do the intervals hold what they promise?

A 95% interval should hold the truth in 95 of 100 repetitions. Clashes are rare and come in bursts,
and for such counts most textbook intervals do not: some hold the truth in one repetition of three.
This page proves for every interval that the project prints how often it does. Worlds are drawn
from laws whose true rate is known, thousands of times over; the project's own functions make the
interval; and the share that holds the truth is counted. (The many repetitions use the same
arithmetic on whole arrays. In every cell a few of them are held against the public functions, and
must agree.)

Repeat it with

    python -m experiments.coverage            # some minutes of one core, ends with the verdicts
    python -m experiments.coverage --small    # half a minute, with larger errors

The exit code is 1 if any interval fails. `--write docs/COVERAGE.md` writes this page anew; with `--only
PART` it keeps what the page has of the others. `--repetitions N` asks for another number than
{repetitions}, of which cells that cost more take a share.

**The bar.** At least 93% in every cell, less {errors} Monte Carlo errors; no more than 5% false
verdicts where the truth is "no difference", or in a family of verdicts any; and from 10 expected
events on no wider than 1.3 times the interval of the negative binomial's profile likelihood. More
than 93% cannot be asked for: with one event even the exact interval for a Poisson count covers
either 91% or 99%, nothing between. Cells that are known to stay below are declared beforehand,
with the figure that they must keep; even there no more than 7% of the repetitions may miss
without the warning "too few clusters" beside them, unless that is declared as well.

**How to read the tables.** The columns are expected events in the arm (of a pair: in the
baseline) among {worlds} worlds; for arms that stop, among all runs of the budget. An entry is
*coverage ± its Monte Carlo error (median width over the truth)*; where the truth is a difference
of 0, the width is over the baseline's rate. * marks a declared cell, and **bold** one that fails.
*Same luck* is the share of the bursts that the arms of a study have in common, and *ratio* the
true ratio of the rates. Of expected events, which are sums of chances, the columns are instead the
worlds that expect anything. The pooled weight W heeds all arms of the study. Laws: Poisson; negative
binomial with dispersion k; and bursts, whose number is Poisson and whose size is 1 + Poisson(2)
(mean 3) or geometric (mean 3 or 5).
"""
ABOUT = {
    "rate": "`rate_interval` with the weight pooled over the study. 4 arms: three more of the "
    "same law. 13 arms: a baseline and 12 policies, of which four prevent 60% or none does.",
    "share of worlds": "`proportion_interval`; every outcome is summed, so there is no error.",
    "rate, stopped when precise": "Analyses 1.25 apart, plain 95% `rate_interval` at the first analysis "
    "where half of it is at most a fifth of the rate. Events: mean at the stop.",
    "ratio": "`ratio_interval` of two paired arms; widths from a few repetitions only.",
    "difference": "`difference_interval` of two paired arms.",
    "12 differences at once": "Twelve policies against one baseline, each at the family's level: "
    "all twelve must hold. Width of the last one, over the baseline's rate.",
    "difference, stopped when decided": "Analyses 1.25 apart up to 6,400 runs, each at the common "
    "level; the interval at the stop.",
    "baseline's rate, stopped when decided": "Plain 95% `rate_interval` at that same stop.",
    "rate, runs that end": "`rate_interval` of the baseline, per its own exposure: 400 runs of "
    "at most a year, two a world. They end at the first clash, or *at a rung* at three of ten "
    "clashes and at incidents that are none. Events: those expected if no run ended.",
    "ratio, runs that end": "`ratio_interval` with the exposure of both arms; widths from a few "
    "repetitions only. A policy that *ends runs sooner only* ends its own at ten times as many "
    "incidents without a clash (where there are none in the baseline: at three a year), and "
    "changes no hazard.",
    "difference, runs that end": "`difference_interval` with the exposure of both arms. What it is "
    "for: with the baseline's years for both, a policy that only ends runs sooner is called lower "
    "nearly always; with the exposure of each, but the variance of the counts, two arms without "
    "any difference of which half the runs end at a clash were told apart in 15% of the "
    "repetitions.",
    "ratio, expected events": "`ratio_interval` of what is expected of two arms on worlds that spread as a "
    "log-normal law, and of which many expect nothing. Columns, here and below: the worlds that expect "
    "anything, of 400. The arms share the *same luck* in so many runs. *Alike*: the policy does nothing. "
    "*Fewer and larger*: a third of the runs keep what is expected of them, times three. *Weakens*: all of "
    "it by a fifth. *Prevents*: half of the runs. Widths are from a few repetitions only. A rate of expected "
    "events has no interval: this one covered 78 to 94% at log sd 1.6, so that rates are counted.",
    "difference, expected events": "`difference_interval` of the same arms; a verdict needs six effective "
    "worlds. With a weight of twice Q/S the declared cells would cover 93% and more, but in a study of "
    "`straying` intervals were then as wide as those of counts. Tried beside these cells, and beyond the "
    "bar: this log sd between worlds alone with the spread of lucks on top, and a policy that leaves a "
    "fourth of the runs four times as large, gave up to 6.3% false verdicts, and up to 8.8% where arms stop "
    "(where the policy did nothing, 4.4 and 1.9%).",
    "12 differences at once, expected events": "Twelve policies against one baseline, each at the family's "
    "level: all twelve must hold. Width of the last one, over the baseline's rate.",
    "Shapley values at once, expected events": "`difference_interval` of what is expected before an "
    "ingredient is removed and after it, the mean over two orders of each of 100 worlds, at the level of a "
    "family of four: all four must hold. Worlds spread as a log-normal law does, and what a removal does "
    "differs between them by a log sd of 0.6; one ingredient is a small source beside. Columns: the worlds "
    "that expect anything, of 100. Width of the first one, over what is expected with nothing removed. Tried "
    "beside these cells: a log sd of 1 between the factors gave 7.6% false verdicts where none does anything "
    "in the mean; a weight of what a "
    "removal changes alone, and not of all that is expected, would be half as wide and covered 58 to 98%.",
    "difference, stopped when decided, expected events": "Analyses 1.25 apart up to 6,400 runs, each at the "
    "common level; the interval at the stop. Columns: worlds that expect anything, of 3,200.",
    "baseline's rate, stopped when decided, expected events": "Plain 95% `rate_interval` of what was counted "
    "at that same stop, 50 events in the whole budget.",
    "ratio, runs that end, expected events": "As of counted events; what is expected of a run is the sum of "
    "the chances of its incidents, four a year, up to its end. Columns: the events expected if no run ended.",
    "difference, runs that end, expected events": "`difference_interval` with the exposure of both arms.",
    "rate, log-normal worlds": "`rate_interval` of counts, Poisson in each world, whose rates spread as such "
    "a law; two arms. Columns: events.",
    "ratio, log-normal worlds": "`ratio_interval` of such counts; widths from a few repetitions only.",
    "difference, log-normal worlds": "`difference_interval` of such counts.",
    "largest regret": "`regrets` of four policies in two futures: all four must hold; of as many "
    "runs each, or each policy at the analysis, of four, that decided on it.",
    "regret, futures weighed": "`standings` of four options in three futures on the same worlds, which weigh "
    "4, 1 and a half: the regret of all four in the mixture must hold.",
    "regret, futures weighed, expected events": "The same of expected events.",
    "survival": "`survival`: the band at the end of the year. Its docstring: 89% below two clashes.",
    "variance between worlds": "`variance_between_worlds`, width as it is. Its docstring: 88% "
    "and more over other laws, and 67% with worlds so rare that often none is drawn.",
    "rate, conditioned": "`summed_rate` of a small model whose answer is known: four incidents a year "
    "climb a ladder of chances (0.5, 0.4, 0.3) to fire, each spell of which is followed by another with 0.5, "
    "and brings heavy weapons with a chance that sets the rate. 400 worlds of a year; incidents are drawn "
    "from 200 to a repetition, below from 40. Columns, here and below: the true rate a year. Summed are the "
    "chances of the spells.",
    "rate, cloned": "The same, each incident played again four times from the first step of the ladder on.",
    "rate, split": "The same, three times from each of three steps.",
}


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return ""
    return f"{value:.{digits}f}" if isfinite(value) else "inf"


def lines(cells: Sequence[Cell]) -> Iterator[str]:
    """The whole table, one line a cell."""
    rows = [COLUMNS, *map(_row, cells)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(word.ljust(n) for word, n in zip(row, widths, strict=True)).rstrip()


def _row(cell: Cell) -> tuple[str, ...]:
    mark = "FAIL" if faults(cell) else "declared" if known_of(cell) else ""
    return (
        cell.interval,
        cell.law,
        f"{cell.events:g}",
        cell.study,
        _number(cell.same_luck, 1),
        _number(cell.ratio, 1),
        _number(cell.coverage),
        _number(error(cell.coverage, cell.repetitions), 4),
        _number(cell.width, 2),
        _number(cell.nb, 2),
        _number(cell.false),
        _number(cell.warned, 2),
        _number(cell.silent),
        mark,
    )


def page(found: Sequence[Judgement], before: str = "", **words: object) -> str:
    """docs/COVERAGE.md; of intervals that were not measured what the page had ``before``."""
    sections = dict(map(_section, before.split("\n## ")[1:]))
    rows = {_first(line): line for line in before.splitlines() if line.startswith("| ")}
    rows |= dict(_verdict_rows(found))
    sections |= {verdict.interval: "\n".join(_own_section(verdict)) for verdict in found}
    kept = [name for name in ABOUT if name in sections]
    parts = [
        INTRODUCTION.format(**words),
        "## Verdicts\n",
        "| interval | verdict | |\n|---|---|---|",
        *(rows[name] for name in kept),
        "\n## Declared below the bar\n",
        *_declared(found, rows),
        *(sections[name] for name in kept),
    ]
    return "\n".join(parts) + "\n"


def _section(text: str) -> tuple[str, str]:
    """The interval of a section of a page, and the section."""
    head = text.partition("\n")[0]
    return head[:1].lower() + head[1:], f"\n## {text.rstrip()}"


def _first(row: str) -> str:
    """What the first cells of a row name: an interval, or what is declared of it."""
    cells = row.split(" | ")
    return cells[0][2:] if cells[1].startswith("**") else " | ".join(cells[:3])


def _own_section(verdict: Judgement) -> Iterator[str]:
    yield f"\n## {verdict.interval[0].upper()}{verdict.interval[1:]}\n"
    yield ABOUT[verdict.interval] + "\n"
    yield from _table(verdict.cells)


def _verdict_rows(found: Sequence[Judgement]) -> Iterator[tuple[str, str]]:
    for verdict in found:
        kind, rest = str(verdict).split("  ", 1)
        yield verdict.interval, f"| {verdict.interval} | **{kind}** | {rest.split(': ', 1)[1]} |"


def _declared(found: Sequence[Judgement], before: Mapping[str, str]) -> Iterator[str]:
    """What is known to stay below the bar; ``before`` has the rows of a page by what they declare."""
    yield (
        "An arm of two or three bursts does not tell how large a burst can be, and arms on the "
        "same luck repeat it instead of adding to it. No interval that was tried covers there. At log sd 1.6 "
        "10 worlds that expect anything are three effective ones, and 30 are seven: there a larger weight "
        "would, at a price (see the differences of expected events)."
        "\n\n| interval | law | events | must keep | lowest now | warned there, at least | "
        "most missed without a warning | known from |\n" + "|---" * 8 + "|"
    )
    cells = [cell for verdict in found for cell in verdict.declared]
    for known in IMPOSSIBLE:
        own = [cell for cell in cells if known_of(cell) is known]
        head = (
            f"| {known.interval}{_pairing(known)} | {known.law or 'any'} | "
            f"{'any' if known.events is None else known.events}"
        )
        if own:
            yield (
                f"{head} | {known.coverage:.3f} | "
                f"{min(c.coverage for c in own):.3f} | {min(c.warned for c in own):.2f} | "
                f"{max(c.silent for c in own):.3f} | {known.source} |"
            )
        elif head in before and not any(verdict.interval == known.interval for verdict in found):
            yield before[head]


def _pairing(one: Cell | Known) -> str:
    words = [
        one.study,
        one.same_luck is not None and f"same luck {one.same_luck:g}",
        one.ratio is not None and f"ratio {one.ratio:g}",
    ]
    return "".join(f", {word}" for word in words if word)


def _table(cells: Sequence[Cell]) -> Iterator[str]:
    events = sorted({cell.events for cell in cells})
    if len(events) > 5:  # each law has its own
        events = []
    rows: dict[tuple[str, str], dict[float, Cell]] = {}
    for cell in cells:
        own = f", {cell.events:g} events" if not events else ""
        rows.setdefault((cell.law, _pairing(cell)[2:] + own), {})[cell.events] = cell
    heads = [f"{n:g}" for n in events] or ["at the stop"]
    yield "| law | | " + " | ".join(heads) + " |\n" + "|---" * (2 + len(heads)) + "|"
    for (law, pairing), row in rows.items():
        yield f"| {law} | {pairing.lstrip(', ')} | " + " | ".join(map(_entry, row.values())) + " |"


def _entry(cell: Cell) -> str:
    spread = error(cell.coverage, cell.repetitions)
    text = f"{cell.coverage:.3f} ± {spread:.3f} ({_number(cell.width, 2)})"
    text += f"; {cell.nb:.2f} of the profile's width" if cell.nb is not None else ""
    text += f"; false {cell.false:.3f}" if cell.false is not None else ""
    return f"**{text}**" if faults(cell) else text + ("*" if known_of(cell) else "")
