"""What is typed wrong is said in one sentence: what was found, what is allowed, what was probably meant."""

import pytest
from typer.testing import CliRunner

from experiments.cli import app


def said(*words: str) -> str:
    """The error of the command; nothing else of it is looked at but the code, which is that of bad input."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    *usage, error = result.stderr.strip().splitlines()
    assert not usage or usage[0].startswith("Usage: ")
    return error


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("RUN", "baseline"), "run"),
        (("compar", "baseline"), "compare"),
        (("help",), "--help"),
        (("version",), "--version"),
        (("baseline",), "run baseline"),
        (("hotline",), "run SCENARIO --policy hotline"),
        (("season", "--dry-run"), "study season"),
        (("work_party_at_1047",), "incident work_party_at_1047"),
    ],
)
def test_what_is_no_verb_is_told_with_the_verbs_and_with_its_use(words, meant):
    error = said(*words)
    assert f"there is no such verb; found {words[0]}; allowed run, compare, study, calibrate, " in error
    assert error.endswith(f"; did you mean dmz {meant}?")


def test_a_verb_that_nothing_is_like_is_told_with_the_verbs_alone():
    assert said("simulate").endswith("list, params, schema")


@pytest.mark.parametrize(
    ("words", "found", "end"),
    [
        (("run", "baseline", "--rns", "5"), "--rns;", "did you mean --runs?"),
        (("run", "baseline", "-runs", "5"), "-runs;", "did you mean --runs?"),
        (("run", "baseline", "-n", "5"), "-n;", "--allow-code, --help"),
        (("run", "baseline", "--no-posterio"), "--no-posterio;", "did you mean --no-posterior?"),
        (("incident", "x", "--no-report"), "--no-report, an option of `dmz run`", "--help"),
        (("run", "baseline", "--polices=hotline"), "--polices;", "did you mean --policy?"),
        (
            ("run", "baseline", "--minutes", "3"),
            "--minutes, an option of `dmz compare` and `dmz study`;",
            "help",
        ),
        (("incident", "x", "--out", "y"), "--out, an option of `dmz run`", "--help"),
        (("--seed", "5", "run", "baseline"), "--seed, an option of `dmz run`", "--version, --help"),
    ],
)
def test_an_option_that_a_verb_has_not_is_told_with_those_that_it_has(words, found, end):
    error = said(*words)
    assert f"there is no such option here; found {found}" in error
    assert "; allowed --" in error and error.endswith(end)


def test_an_option_without_its_value_or_with_one_too_many_says_so():
    assert "--set wants a value behind it: Change one parameter." in said("run", "baseline", "--set")
    assert "--json takes no value" in said("run", "baseline", "--json=yes")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("run", "baseline", "--policy", "hotline", "wider_margin"), "wider_margin"),
        (("run", "baseline", "--set", "south.watch.margin_m", "5"), "5"),
        (("run", "baseline", "misjudged"), "misjudged"),
    ],
)
def test_a_word_too_many_is_told_with_how_options_are_repeated(words, found):
    assert said(*words).endswith(
        f"found {found}, which is too much; allowed one scenario, and one word behind an option, "
        "which is repeated for more (--policy FILE, --set KEY=VALUE)"
    )
    assert said("resume", "a", "b").endswith("found b, which is too much; allowed one FOLDER")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "baseline", "--out="),
        ("run", "--from", "", "--row", "0"),
        ("resume", ""),
        ("results", "x", "--csv", ""),
        ("bundle", "x", "--out", ""),
    ],
)
def test_an_empty_word_is_not_the_folder_that_one_is_in(words):
    """A shell variable that is not set."""
    assert "found ''; allowed the name of a file or folder" in said(*words)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("run", "--from", "x", "--row", "0", "--set", "days=3", "--runs", "4"),
            "a row is played again as it was; found --runs, --set beside",
        ),
        (
            ("run", "baseline", "--dry-run", "--json"),
            "--dry-run plays nothing of which --json or --why could tell",
        ),
        (("run", "baseline", "--dry-run", "--why", "1"), "--dry-run plays nothing of which --json"),
        (("compare", "baseline", "--dry-run", "--json"), "--dry-run plays nothing of which --json"),
        (
            ("run", "baseline", "--workers", "2", "--scheduler", "tcp://x:1"),
            "a scheduler has workers of its own",
        ),
        (("params", "--format", "xls"), "'--format': found 'xls'; allowed table, csv, md"),
        (
            ("compare", "baseline", "--minutes", "3,5"),
            "'--minutes': found '3,5'; allowed minutes, more than 0",
        ),
    ],
)
def test_what_would_not_be_heeded_is_refused(words, error):
    assert error in said(*words)


def test_help_has_its_short_name_and_words_in_quotes_are_words():
    for words in (("-h",), ("run", "-h"), ("params", "watch margin")):
        assert CliRunner().invoke(app, words).exit_code == 0, words
