"""docs/COLUMNS.md: every column of the tables of results, with its type, unit and meaning."""

from collections.abc import Iterable, Iterator

from experiments.store.tables import ARM, OF_ARMS, OF_FAILURES, OF_INCIDENTS, OF_RUNS, OF_TENSION, Stored

_HEAD = """\
# Columns

The tables of a folder of results: `runs.parquet`, `incidents.parquet`, `tension.parquet`, `failures.json`.
This page is generated from the declarations (`sim/outcome/columns.py`, `experiments/store/tables.py`).

No name needs quotes in SQL: `select arm, avg(clashes) from 'results/x/runs.parquet' group by arm`. A cell
without a value is null. Counts are of the exposure, after the warm-up.

Beside those below `runs.parquet` has **one column for each parameter that a study sweeps or `--set` sets**,
called by its path with underscores (`south.watch.margin_m` is `south_watch_margin_m`), with the exact value
of the scenario, in the unit of [PARAMETERS.md](PARAMETERS.md); lists are JSON text. A factor of named levels
has a column of its own name with the label of the level. Where such a name would need quotes, or another
column has it, it begins with what it is: `set_days`, `level_talks`. `columns` in `manifest.json` says what
each stands for, and `values` of each arm what it is there.
"""
TABLES = {
    "runs.parquet": ("One row a run", [ARM, *OF_ARMS, *OF_RUNS]),
    "incidents.parquet": ("One row an incident", [ARM, *OF_INCIDENTS]),
    "tension.parquet": ("One row a run", [ARM, *OF_TENSION]),
    "failures.json": ("One entry a run that raised an exception", [ARM, *OF_FAILURES]),
}
_WORDS = {
    "string": "text",
    "int64": "whole number",
    "double": "number",
    "bool": "true or false",
    "float": "number",
    "int32": "whole number",
}


def columns_page() -> str:
    """The page, as Markdown."""
    sections = (line for name, table in TABLES.items() for line in _section(name, *table))
    return "\n".join([_HEAD, *sections])


def _section(name: str, what: str, columns: Iterable[Stored]) -> Iterator[str]:
    yield from (f"## {name}", "", f"{what}.", "", "| column | type | unit | meaning |", "|---|---|---|---|")
    for each in columns:
        inner = getattr(each.type, "value_type", None)
        words = f"list: {_WORDS[str(inner)]}" if inner else _WORDS[str(each.type)]
        yield f"| `{each.name}` | {words} | {each.unit} | {each.meaning} |"
    yield ""
