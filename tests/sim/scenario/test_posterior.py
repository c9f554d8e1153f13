"""A posterior: each world plays a draw of it, and what stands above it in the files holds."""

from pathlib import Path

import pytest

from sim.documents import BadInput
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.case import Case
from sim.scenario.loading import load_case

DRAWS = """\
# three draws
north.watch.margin_m,south.watch.margin_m,north.works.slots
3,4,50
10,12,40
20.5,21,30
"""
MARGIN, SLOTS = "south.watch.margin_m", "north.works.slots"
SHORT = ("space.length_km=20", "north.watch.posts=10", "south.watch.posts=10", "clock.warmup_days=1")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "draws.csv").write_text(DRAWS)
    below = "extends: declared\nname: below\nsouth: {watch: {margin_m: 33}}\nnorth: {works: {slots: 9}}\n"
    (tmp_path / "below.yaml").write_text(below)
    (tmp_path / "drawn.yaml").write_text(
        "extends: below.yaml\nname: drawn\nposterior: draws.csv\nnorth: {watch: {margin_m: 7}}\n"
    )
    (tmp_path / "above.yaml").write_text("extends: drawn.yaml\nname: above\nsouth: {watch: {margin_m: 7}}\n")
    (tmp_path / "without.yaml").write_text("extends: drawn.yaml\nname: without\nposterior: null\n")
    (tmp_path / "wide.yaml").write_text(
        "name: wide\nbinds: [south]\nset: {south: {watch: {margin_m: {plus: 30}}}}\n"
    )
    return tmp_path


def margins(case: Case) -> list[float]:
    return [case.in_world(world).value_of(MARGIN) for world in range(5)]


def test_each_world_plays_a_draw_over_the_values_of_its_file_and_those_below(files):
    case = load_case(str(files / "drawn.yaml"))
    assert not case.held and margins(case) == [4, 12, 21, 4, 12]
    first = case.in_world(0)
    assert first.value_of("north.watch.margin_m") == 3 and first.value_of(SLOTS) == 50
    assert first.parameters(()).south.watch.margin_m == 4 and first.posterior is None
    assert case.parameters(()).south.watch.margin_m == 33  # its own values stay what they were


@pytest.mark.parametrize(
    ("name", "assignments", "held"),
    [
        ("above.yaml", (), {MARGIN}),
        ("drawn.yaml", (f"{SLOTS}=11",), {SLOTS}),
        ("above.yaml", (f"{SLOTS}=11",), {MARGIN, SLOTS}),
        ("below.yaml", ("posterior={folder}/draws.csv", f"{SLOTS}=11"), {SLOTS}),
    ],
)
def test_what_stands_above_holds(files, name, assignments, held):
    case = load_case(str(files / name), assignments=[each.format(folder=files) for each in assignments])
    assert case.held == held
    for world in range(3):
        played = case.in_world(world)
        assert all(played.value_of(path) == case.value_of(path) for path in held)
        assert not case.draw(world).keys() & held


def test_further_worlds_of_a_draw_play_it_too(files):
    case = load_case(str(files / "drawn.yaml"))
    assert list(case.worlds_of(1, 3)) == [1, 4, 7]
    assert {case.in_world(world).value_of(MARGIN) for world in case.worlds_of(1, 3)} == {12}
    assert {case.draw_of(world) for world in case.worlds_of(2, 4)} == {2}


def test_a_policy_is_laid_over_the_draw_and_clipped_to_the_range(files):
    case = load_case(str(files / "drawn.yaml"), [str(files / "wide.yaml")])
    under = [case.in_world(world).parameters((0,)).south.watch.margin_m for world in range(3)]
    assert under == [34, 42, 51] and case.clipped_by_draw == ()


def test_draws_that_a_policy_takes_out_of_the_range_are_told_one_by_one(files):
    (files / "draws.csv").write_text(DRAWS.replace("20.5,21", "20.5,90"))
    case = load_case(str(files / "drawn.yaml"), [str(files / "wide.yaml")])
    told = [[(each.came_out, each.kept) for each in clips] for clips in case.clipped_by_draw]
    assert told == [[], [], [(120, 100)]]
    assert [case.in_world(world).clipped for world in range(3)] == [*case.clipped_by_draw]
    held = load_case(str(files / "above.yaml"), [str(files / "wide.yaml")])
    assert held.clipped_by_draw == () and load_case(str(files / "drawn.yaml")).clipped_by_draw == ()


def test_a_file_may_have_none_of_the_posterior_below_it(files):
    case = load_case(str(files / "without.yaml"))
    assert case.posterior is None and margins(case) == [33] * 5


def test_case_and_draw_are_told_apart_and_saved(files):
    case, above = (load_case(str(files / name)) for name in ("drawn.yaml", "above.yaml"))
    assert case.content_hash != above.content_hash
    kept = files / "inputs"
    kept.mkdir()
    (kept / case.fingerprints["posterior"]).write_text(DRAWS)
    again = Case.revived(above.saved, kept)
    assert again.content_hash == above.content_hash and again.held == above.held
    assert [again.draw(k) for k in range(3)] == [above.draw(k) for k in range(3)]


def test_a_model_plays_the_draw_of_its_world(files):
    rows = []
    for world in (1, 4):
        case = load_case(str(files / "drawn.yaml"), assignments=SHORT, days=3)
        model = DmzModel(case, seed=1, world=world).run()
        assert model.scene.regime.parameters.south.watch.margin_m == 12
        rows.append(outcome(model.scene).row)
    assert [row["draw"] for row in rows] == [1, 1] and [row["world"] for row in rows] == [1, 4]
    alone = load_case(str(files / "without.yaml"), assignments=SHORT, days=3)
    assert outcome(DmzModel(alone, seed=1).run().scene).row["draw"] is None


@pytest.mark.parametrize(
    ("draws", "said"),
    [
        ("south.watch.margin\n1\n", "did you mean south.watch.margin_m?"),
        ("south.watch.margin_m\n-1\n", "out of range"),
        ("south.watch.margin_m\nmuch\n", "not a number"),
        ("north.works.slots\n1.5\n", "not a whole number"),
        ("south.rules.steps\n1\n", "no parameter of this name that is a number or a choice"),
        ("south.rules.weapons\ntrue\n", "no parameter of this name that is a number or a choice"),
        ("feedback.rules\nlocal\n", "did you mean feedback.rule?"),
        ("feedback.rule\nlocal\nlocale\n", "'locale'; allowed reciprocal or without_work or local"),
        ("feedback.rule,north.works.slots\nlocal,9\n,9\n", "not among the allowed values"),
        ("feedback.rule\n2\n", "not among the allowed values"),
        ("south.watch.margin_m,south.watch.margin_m\n1,2\n", "there twice"),
        ("south.watch.margin_m\n", "no rows"),
        ("north.works.buffer_m\n100\n1990\n2500\n", ""),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_none_is_one_clear_error_with_its_line(files, draws, said):
    (files / "draws.csv").unlink()
    if draws is not None:
        (files / "draws.csv").write_text(draws)
    with pytest.raises(BadInput) as refused:
        load_case(str(files / "drawn.yaml"))
    assert said in str(refused.value) and "draws.csv" in str(refused.value)


# -- choices, such as rival rules ------------------------------------------------------------------

RULES = """\
feedback.rule,south.watch.margin_m,north.learning.rule
local,4,abandon
reciprocal,12,none
without_work,21,abandon
"""


@pytest.fixture
def ruled(files: Path) -> Path:
    (files / "draws.csv").write_text(RULES)
    return files


def test_a_choice_is_drawn_by_its_word(ruled):
    case = load_case(str(ruled / "drawn.yaml"))
    drawn = [case.in_world(world).parameters(()) for world in range(3)]
    assert [each.feedback.rule for each in drawn] == ["local", "reciprocal", "without_work"]
    assert [each.north.learning.rule for each in drawn] == ["abandon", "none", "abandon"]
    assert [each.south.learning.rule for each in drawn] == ["step_back"] * 3
    assert case.draw(0) == {"feedback.rule": "local", MARGIN: 4.0, "north.learning.rule": "abandon"}
    models = [DmzModel(case, seed=1, world=world) for world in range(2)]
    assert [model.state.areas.size for model in models] == [21, 0]


def test_a_choice_that_a_level_sets_holds_over_the_draw(ruled):
    case = load_case(str(ruled / "drawn.yaml"), assignments=["feedback.rule=reciprocal"])
    assert case.held == {"feedback.rule"}
    assert {case.in_world(world).parameters(()).feedback.rule for world in range(3)} == {"reciprocal"}


def test_a_regression_has_a_column_for_each_word_of_a_choice(ruled):
    posterior = load_case(str(ruled / "drawn.yaml")).posterior
    found = posterior.as_numbers(["feedback.rule", MARGIN])
    assert found.tolist() == [[0, 0, 1, 4], [1, 0, 0, 12], [0, 1, 0, 21]]
    assert posterior.as_numbers([]).shape == (3, 0)


def test_a_draw_of_choices_is_saved_and_revived(ruled):
    case = load_case(str(ruled / "drawn.yaml"))
    kept = ruled / "inputs"
    kept.mkdir()
    (kept / case.fingerprints["posterior"]).write_text(RULES)
    again = Case.revived(case.saved, kept)
    assert [again.draw(k) for k in range(3)] == [case.draw(k) for k in range(3)]


def test_a_case_for_some_worlds_has_their_draws_alone(files):
    case = load_case(str(files / "drawn.yaml"))
    few = case.of_worlds([4, 1])
    assert [few.draw_of(world) for world in range(5)] == [case.draw_of(world) for world in range(5)]
    assert [few.in_world(world).value_of(MARGIN) for world in (1, 4)] == [12, 12]
    assert few.posterior.values.shape == (1, 3) and few.of_worlds([7]).posterior.size == 3
    with pytest.raises(ValueError):
        few.in_world(0)
    assert case.in_world(0).value_of(MARGIN) == 4


def test_a_case_without_draws_keeps_what_it_checked(files):
    case = load_case(str(files / "without.yaml"))
    case.parameters(())
    assert case.of_worlds([0]).checked is case.checked
