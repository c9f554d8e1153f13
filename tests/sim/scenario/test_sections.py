"""Sections that cases have alike are kept once, and each case stays what it is."""

from sim.documents import StrictModel
from sim.scenario.loading import load_case
from sim.scenario.sections import Sections


def case(margin, policy=()):
    return load_case("baseline", policy, [f"south.watch.margin_m={margin}"])


def sections_of(model, path=""):
    yield path, model
    for name, value in model:
        if isinstance(value, StrictModel):
            yield from sections_of(value, f"{path}.{name}".lstrip("."))


def test_what_is_alike_is_one_and_what_differs_is_not():
    sections = Sections()
    one, other = (sections.shared(case(margin)) for margin in (10, 20))
    first, second = (dict(sections_of(each.scenario)) for each in (one, other))
    apart = {path for path in first if first[path] is not second[path]}
    assert apart == {"", "south", "south.watch"}
    assert len(first) > 30


def test_the_parameters_of_every_regime_share_them_with_the_scenarios():
    sections = Sections()
    plain, under = sections.shared(case(10)), sections.shared(case(10, ["hotline"]))
    assert plain.scenario is under.scenario
    regimes = [*plain.checked.values(), *under.checked.values()]
    assert len(regimes) == 2
    assert all(each.north is plain.scenario.north for each in regimes)
    assert regimes[0].hotline is plain.scenario.hotline is not regimes[1].hotline


def test_a_case_that_shares_says_and_plays_the_same():
    alone, sections = case(10, ["hotline"]), Sections()
    sections.shared(case(20))
    shared = sections.shared(alone)
    assert shared.content_hash == alone.content_hash and shared.saved == alone.saved
    assert shared.checked == alone.checked and shared.checked is not alone.checked
    assert shared.parameters((0,)) == alone.parameters((0,))
