"""``dmz check`` and ``dmz params``: what a file says, and what may be said."""

import sys

from rich.console import Console

from sim.documents import BadInput
from sim.scenario import load_case, load_policy
from sim.schema import parameter_csv, parameter_markdown, parameter_table


def check(files: list[str]) -> int:
    """Validate scenario and policy files; returns the exit code."""
    code = 0
    for file in files:
        try:
            print(_verdict(file))
        except BadInput as bad:
            print(bad, file=sys.stderr)
            code = 2
    return code


def _verdict(file: str) -> str:
    policy = load_policy(file)
    if policy is not None:
        return f"{file}: policy {policy.name!r} is valid; it binds {' and '.join(policy.binds)}"
    case = load_case(file)
    return f"{file}: scenario {case.scenario.name!r} is valid ({case.content_hash[:12]})"


def parameters(format_: str) -> str:
    """The table of all parameters as text: ``table``, ``csv`` or ``md``."""
    if format_ == "csv":
        return parameter_csv()
    if format_ == "md":
        return parameter_markdown()
    console = Console(width=100, highlight=False)
    with console.capture() as captured:
        for row in parameter_table():
            console.print(f"{row.path}  [{row.unit}]  default {row.default}  range {row.range}",
                          markup=False)  # fmt: skip
            console.print(f"    {row.description} ({row.grade}; {row.source})", markup=False)
    return captured.get()
