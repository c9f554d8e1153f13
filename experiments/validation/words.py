"""What a validation found, in words, of its figures as ``validation.json`` has them: the misses first."""

from experiments.validation.episodes import TITLES, EventFigures
from experiments.validation.predictive import MISS, CheckFigures, Held, as_figures
from experiments.validation.validation import ValidationFigures

_LARGE, _SMALL_P, _TWO_PLACES = 100.0, 0.01, 0.0995
_THESE = {True: "each under a draw of its posterior", False: "all with its point values"}


def about(figures: ValidationFigures) -> str:
    """Which histories these are, in a sentence."""
    return (
        f"{figures['draws']} histories of {figures['scenario']}, {_THESE[figures['posterior']]} and in a "
        f"world of its own; seed {figures['seed']}, version {figures['version']}; held against "
        f"{figures['record']}."
    )


def first_lines(figures: ValidationFigures) -> list[str]:
    """What was held, and first of all what was missed."""
    checks = figures["checks"]
    told = [each for each in checks if each["p"] is not None]
    by_chance = round(MISS * len(told))
    gone = missed(figures)
    lines = [
        about(figures),
        f"Missed (two-sided p < {MISS:g}): {len(gone)} of {len(told)} numbers of the record; some "
        f"{by_chance} would be by chance alone.",
        *(f"  {miss_line(each)}" for each in gone),
    ]
    rare = [each for each in figures["events"] if rarely(each)]
    if rare:
        lines.append("Hardly ever so in the model, of what was told of three episodes:")
        lines += [f"  {event_line(each)}" for each in rare]
    if few := len(checks) - len(told):
        lines.append(f"Too few histories have a value for {few} more.")
    return lines


def missed(figures: ValidationFigures) -> list[CheckFigures]:
    """The checks that the model misses, the worst first."""
    return sorted((each for each in figures["checks"] if each["missed"]), key=lambda each: each["p"] or 0.0)


def rarely(event: EventFigures) -> bool:
    """Whether the model hardly ever has it as it was."""
    chance = event["chance"]
    return chance is not None and (chance if event["happened"] else 1.0 - chance) < MISS


def miss_line(check: CheckFigures) -> str:
    """A miss in a line: the record's number, the model's, p, and how it was used."""
    p, kindest = check["p"], check["p_kindest"]
    kind = ""
    if p is not None and kindest is not None and kindest > p:
        kind = f"; {p_words(kindest)} at the end of what is told that suits it best"
    note = f"; {check['note']}" if check["note"] else ""
    return (
        f"{check['title']}: the record {record_words(check)}, the model {model_words(check)} {check['unit']} "
        f"({p_words(p)}{kind}; {check['use']}{note})"
    )


def event_line(event: EventFigures) -> str:
    """What happened, or did not, with the chance that it does."""
    happened = "it happened" if event["happened"] else "it did not happen"
    return f"{TITLES[event['episode']]}: {event['title']}, {chance_words(event)}; {happened}"


def chance_words(event: EventFigures) -> str:
    """A chance with its interval."""
    chance, low, high = event["chance"], event["low"], event["high"]
    if chance is None or low is None or high is None:
        return "never came about"
    return f"{share_words(chance)} ({share_words(low)} - {share_words(high)})"


def share_words(share: float) -> str:
    """A share in percent, to a tenth where it is small."""
    return f"{100.0 * share:.1f}%" if 0.0 < share < 0.0995 else f"{share:.0%}"


def record_words(check: CheckFigures) -> str:
    """The record's number, with what it leaves open."""
    told = check["record"]
    low, best, high = told["low"], told["best"], told["high"]
    if check["bound"] == "at least":
        return f"at least {plain(low)}"
    if check["bound"] == "at most":
        return f"at most {plain(high)}"
    if low == high:
        return plain(best)
    return f"{plain(best)} or more" if high is None else f"{plain(best)} ({plain(low)} - {plain(high)})"


def model_words(check: CheckFigures) -> str:
    """The median of the histories, with their 5 and 95%."""
    its = check["model"]
    if its["median"] is None:
        return "no value"
    return f"{plain(its['median'])} ({plain(its['low'])} - {plain(its['high'])})"


def p_words(p: float | None) -> str:
    """A p, to two places, and to three where it is small."""
    if p is None:
        return "too few"
    if p < _SMALL_P:
        return "p < .01"
    return f"p {p:.{3 if p < _TWO_PLACES else 2}f}".replace(" 0.", " .")


def plain(x: float | None) -> str:
    """A number to three digits, and whole where it is large; of null that nobody knows it."""
    if x is None:
        return "unknown"
    return f"{x:,.0f}" if abs(x) >= _LARGE or x == round(x) else f"{x:.3g}"


def words_of(each: Held) -> tuple[str, str]:
    """The record's number, and p, of a check made."""
    figures = as_figures(each)
    return record_words(figures), p_words(figures["p"])
