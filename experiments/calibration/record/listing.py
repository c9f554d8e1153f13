"""The record in Markdown: every statistic, the times of cases, and what becomes public."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from experiments.calibration.record.counts import FILE as COUNTS
from experiments.calibration.record.period import Period
from experiments.calibration.record.publication import AT_THE_TIME, LISTS_SINCE, Crossing, Filter, crossings
from experiments.calibration.record.record import Record
from experiments.calibration.record.rules import RuleInForce
from experiments.calibration.record.statistic import Statistic
from experiments.calibration.record.times import FEW, Group, Time, groups
from sim.constants import DAY
from sim.documents.problems import escaped

_COUNTED = f"{COUNTS}:"
_PROBABILITIES = ("p_shots", "p_other")


def statistics_in_markdown(found: Mapping[str, Statistic]) -> str:
    """A table of all statistics, and under it who published the rows that they rest on."""
    head = (
        *("statistic", "value", "exposure", "period", "the south's rule", "counted by", "grade"),
        *("rests on", "note"),
    )
    rows = [
        (
            each.name,
            f"{each.value} {each.unit}",
            ", ".join(map(str, each.exposures)),
            _periods(each.periods),
            _rules(each.rules, each.periods),
            ", ".join(each.counted_by),
            each.grade,
            ", ".join(_together(each.rests_on)),
            each.note,
        )
        for each in found.values()
    ]
    return "\n".join([*_table(head, rows), "", "Sources", "", *_sources(found.values())])


def times_in_markdown(times: Sequence[Time]) -> str:
    """Groups of cases that have one clock, with the number of these, and the cases one by one."""
    spans = [
        (each.trigger, each.clock, each.what, str(len(each.cases)), str(len(each.seen)), *_middle(each))
        for each in groups(times)
    ]
    cases = [
        (
            each.id,
            each.trigger,
            each.activity,
            each.steps,
            each.clock,
            each.what,
            _minutes(each),
            each.source,
            each.note,
        )
        for each in times
    ]
    heads = ("began by", "clock", "to", "cases", "seen", "least / middle / most", "remark")
    head = ("case", "began by", "activity", "rule", "clock", "to", "minutes", "source", "note")
    note = "Minutes, of publication days. Told cases favour drama."
    return "\n".join([*_table(heads, spans), "", note, "", *_table(head, cases)])


def filter_in_markdown(record: Record) -> str:
    """The fits of the publication filter: to all lists of crossings, and to each sum that a note tells."""
    head = ("published", "lists", "crossings", "with shots", "without", "shots unknown", "p_shots", "p_other")
    noted = [each.period for each in record.counts if record.reading(each.key, "published") is not None]
    spans: list[tuple[str, Period | None]] = [(f"all since {LISTS_SINCE.year}", None)]
    spans += [(str(each), each) for each in noted]
    rows = list[tuple[str, ...]]()
    for within, how in ((AT_THE_TIME, f"within {AT_THE_TIME / DAY:g} days"), (None, "ever told singly")):
        for name, inside in spans:
            ours = crossings(record, within, inside)
            fit = Filter.fit(ours)
            parts = [
                _published([each for each in ours if each.shots is shots]) for shots in (True, False, None)
            ]
            rows.append((how, name, str(len(ours)), *parts, *(str(fit.interval(p)) for p in _PROBABILITIES)))
    prior = "Priors: p_shots and the share with shots uniform, p_other uniform from 0 to p_shots."
    return "\n".join([*_table(head, rows), "", f"Median and 90% interval of the posterior. {prior}"])


def _published(ours: Sequence[Crossing]) -> str:
    return f"{sum(each.is_published is True for each in ours)} of {len(ours)}"


def _middle(group: Group) -> tuple[str, str]:
    remark = f"n < {FEW}: no spread" if group.is_few else ""
    if group.median is None:
        return "", remark
    unit = _unit(group.what)
    return " / ".join(
        f"{value / unit:.3g}" for value in (group.seen[0], group.median, group.seen[-1])
    ), remark


def _minutes(time: Time) -> str:
    if time.minutes is None:
        return "seen only afterwards"
    if time.censored == "at_most":
        return f"at most {time.minutes.high:g}"
    if time.censored == "at_least":
        return f"at least {time.minutes.low:g}"
    return f"{time.minutes / _unit(time.what)}"


def _unit(what: str) -> float:
    """Minutes of the unit in which a time is printed: publication goes by days."""
    return DAY if what == "published" else 1.0


def _periods(periods: Iterable[Period]) -> str:
    return ", ".join(map(str, periods))


def _rules(rules: Iterable[RuleInForce], periods: tuple[Period, ...]) -> str:
    return "; ".join(rule.within(periods) for rule in rules)


def _together(refs: Iterable[str]) -> Iterator[str]:
    """The references, lines of counts that follow each other as one: ``counts.csv:22-37``."""
    first = last = 0
    for ref in [*refs, ""]:
        line = int(ref.removeprefix(_COUNTED)) if ref.startswith(_COUNTED) else 0
        if line and line == last + 1:
            last = line
            continue
        if last:
            yield f"{_COUNTED}{first}" + (f"-{last}" if last > first else "")
        first = last = line
        if ref and not line:
            yield ref


def _sources(found: Iterable[Statistic]) -> Iterator[str]:
    """A line for each source and the rows that it is of; a citation is its own."""
    of = dict[str, dict[str, None]]()
    for each in found:
        for ref, source in each.sources:
            if ref != source:
                of.setdefault(source, {})[ref] = None
    for source, refs in of.items():
        yield f"- {', '.join(_together(sorted(refs, key=_order)))}: {escaped(source)}"


def _order(ref: str) -> tuple[bool, int, str]:
    is_line = ref.startswith(_COUNTED)
    return (not is_line, int(ref.removeprefix(_COUNTED)) if is_line else 0, ref)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield "|" + "---|" * len(head)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escaped(each).replace("|", "\\|") for each in cells) + " |"
