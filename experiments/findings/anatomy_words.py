"""The anatomy of accidents in words: what was played, what came of it, what a verdict means."""

from collections.abc import Iterator, Mapping

from experiments.design.request import FEWEST_DRAWS
from experiments.findings.anatomy import AnatomyFigures, Effect, IngredientFigures
from experiments.findings.clash_tree import ClashTree, OtherWay, Turn
from experiments.findings.moment import PlayShare
from experiments.statistics.intervals import Events
from experiments.statistics.verdict import Verdict
from experiments.wording import figure, many, number, share_figure, signed, signed_span

VERDICTS: Mapping[Verdict, str] = {
    "lower": "fewer without it",
    "higher": "more without it",
    "undecided": "undecided",
    "identical": "no run changes",
}
_CLASHES: Mapping[Events, str] = {"expected": "expected accidental clashes", "counted": "accidental clashes"}
_BOTH = "Shapley / alone"
HEADS = (
    "Shapley value (interval)",
    "",
    "removed alone (interval)",
    "",
    f"counted ({_BOTH})",
    f"lowers in ({_BOTH})",
)
MEANING = (
    "By how much removing it lowers accidental clashes a year: as its Shapley value, the mean over orders in "
    "which all are removed one after the other, so that the values add up to what all do together; and "
    "alone, with everything else in place. A minus means more clashes without it."
)
NO_STORY = "No clash to tell: none of the arm's runs had one."
STORY = "A story and not an estimate: one clash, told because it happened, and what else could have."


def played_words(figures: AnatomyFigures, arm: str, available: int, seed: int, over_draws: bool) -> str:
    """What was played, in sentences."""
    runs = figures["runs"]
    which = (
        f"all {many(runs, 'run')}"
        if runs == available
        else f"{many(runs, 'run')} of {number(available)}, drawn by seed {seed} before anything was played"
    )
    draws = ", each with a draw of the posterior" if over_draws else ""
    each = figures["orders"] // figures["worlds"]
    return (
        f"{arm}: {which}, in {many(figures['worlds'], 'world')}{draws}, with clashes or without. "
        f"{many(figures['orders'], 'order')} of removal, {each} of each world, every other one the reverse "
        f"of the one before; {many(figures['plays'], 'play')} on the same worlds and lucks."
    )


def whole_words(figures: AnatomyFigures) -> str:
    """What there is with nothing removed, and with everything."""
    whole, bare, leads = figures["whole"], figures["bare"], figures["leads"]
    together = figures["together"][leads]
    told = f"{_CLASHES[leads]} a year"
    beside = f" (counted: {figure(whole['counted'])})" if leads == "expected" else ""
    return (
        f"With nothing removed there are {figure(whole[leads])} {told}{beside}, with everything removed "
        f"{figure(bare[leads])}. Together the removals take away {effect_words(together)}"
        f"{', undecided' if together['verdict'] == 'undecided' else ''}."
    )


def level_words(figures: AnatomyFigures) -> str:
    """What the intervals are."""
    n = len(figures["ingredients"])
    sorts = (
        "Expected clashes sum the chances of the draws that decided; counted ones stand beside."
        if figures["leads"] == "expected"
        else "Clashes are counted: what agents of one's own decide by is not known."
    )
    return (
        f"Intervals of one column hold together at 95% over the {many(n, 'ingredient')} (each at "
        f"{100 * figures['level']:.1f}%); worlds are the clusters. Undecided: the interval holds 0, or rests "
        f"on under 6 effective worlds; it is not “no effect”. {sorts}"
    )


def effect_words(effect: Effect) -> str:
    """A difference with its limits."""
    if effect["verdict"] == "identical":
        return "exactly 0"
    if effect["low"] is None:
        return f"{signed(effect['estimate'])} (no interval)"
    return f"{signed(effect['estimate'])} ({signed_span(effect)})"


def row_words(part: IngredientFigures, leads: Events) -> tuple[str, ...]:
    """The cells of an ingredient, under ``HEADS``."""
    cells = []
    for way in (part["shapley"], part["alone"]):
        cells += [effect_words(way[leads]), VERDICTS[way[leads]["verdict"]]]
    counted = " / ".join(signed(way["counted"]["estimate"]) for way in (part["shapley"], part["alone"]))
    draws = part["draws"]
    shares = (share_figure(draws[way]["estimate"]) for way in ("shapley", "alone")) if draws else ()
    return (*cells, counted, " / ".join(shares) or "-")


def draws_words(figures: AnatomyFigures) -> str:
    """What the shares of draws are, where there are any."""
    if not any(part["draws"] for part in figures["ingredients"]):
        return ""
    few = figures["worlds"] < FEWEST_DRAWS
    rough = f" Under {FEWEST_DRAWS} draws shares are rough." if few else ""
    return (
        "“Lowers in”: the share of draws of the posterior, each with a world of its own, in which the "
        "removal lowers expected clashes, by Shapley value and alone. A few runaway draws may own the "
        "clashes a year; they do not own these shares, whose 95% intervals are in anatomy.csv. "
        f"A dash: too few draws in which it changes anything.{rough}"
    )


def absent_words(absent: Mapping[str, str]) -> str:
    """Which ingredients the arm has not, and why."""
    told = "; ".join(f"{name} ({reason})" for name, reason in absent.items())
    return f"Not in these runs, so that nothing can be removed: {told}." if absent else ""


# -- a tree ---------------------------------------------------------------------------------------


def tree_words(tree: ClashTree) -> Iterator[tuple[int, str]]:
    """The lines of a tree as text, each with how far it is set in."""
    yield from ((0, line) for line in tree.heading)
    yield from ((1, line) for line in tree.errors)
    for turn in tree.turns:
        yield 0, ""
        if share := chance_words(turn):
            yield 1, share
        yield 0, f"{turn.clock} (+{turn.minutes:.0f} min)  {'; '.join(turn.told)}"
        if turn.same is not None:
            yield 2, f"{same_words(turn)} went this way"
        yield from ((2, f"or, by the log: {said}") for said in turn.by_log)
        yield from ((2, f"or {other_words(other, turn)}") for other in turn.others)
    yield from ((0, line) for line in ("", tree.end))


def chance_words(turn: Turn) -> str:
    """How likely a clash was just before a turn."""
    if turn.clash is None:
        return ""
    if turn.clash.share == 1.0:
        return "from here all replays come to a clash"
    return f"from here {_share(turn.clash)} of the replays come to a clash"


def same_words(turn: Turn) -> str:
    """How many replays went as it happened."""
    return _share(turn.same) if turn.same else ""


def other_words(other: OtherWay, turn: Turn) -> str:
    """Another way, with its share and what it came to, where that is not certain anyhow."""
    said = f"{_share(other.share)}: {other.said}"
    if turn.clash is None or turn.clash.share == 1.0:
        return said
    ends = f"{other.clashes} of {other.share.count}" if other.clashes else "none"
    return f"{said} - of these {ends} came to a clash"


def _share(share: PlayShare) -> str:
    ends = " - ".join(share_figure(end) for end in (share.low, share.high))
    return f"{share_figure(share.share)} ({ends})"


def replays_words(tree: ClashTree) -> str:
    """What the shares in a tree are of."""
    return (
        f"Shares are of {many(tree.replays, 'replay')} from just before each turn, on other luck from there "
        "on, with their 95% intervals; what was drawn before is held. Chances “by the log” are exact."
    )


def clash_words(number_of: int, clashes: int, run: int, incident: int, asked: bool) -> str:
    """Which clash is told, and how it was picked."""
    how = "as asked" if asked else "the first of the arm, in the order of runs and incidents"
    return f"Clash {number_of} of {clashes:,}: run {run}, incident {incident}; {how}"
