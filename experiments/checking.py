"""``dmz check`` and ``dmz params``: what a file says, and what may be said."""

from experiments.console import console
from experiments.planning import plan_of, read_study
from experiments.sorts import file_of, sort_of
from experiments.wording import many
from sim.documents import BadInput
from sim.scenario import load_case
from sim.schema import as_csv, as_markdown, parameter_table


def check(files: list[str]) -> int:
    """Validate scenario, policy and study files; returns the exit code."""
    code = 0
    for file in files:
        try:
            console().print(_verdict(file))
        except BadInput as bad:
            console(stderr=True).print(str(bad))
            code = 2
    return code


def _verdict(file: str) -> str:
    path = file_of(file)
    sort = sort_of(path) if path else "scenario"
    if sort == "study":
        plan = plan_of(read_study(file, {}), "", {})
        most = "at most " if plan.rule.until else ""
        return (f"{file}: study {plan.name!r} is valid; {many(len(plan.arms), 'arm')} of {most}"
                f"{many(plan.rule.most, 'run')}")  # fmt: skip
    if sort == "policy":
        policy = load_case("baseline", [file]).policies[0]
        return f"{file}: policy {policy.name!r} is valid; it binds {' and '.join(policy.binds)}"
    case = load_case(file)
    return f"{file}: scenario {case.scenario.name!r} is valid ({case.content_hash[:12]})"


def parameters(format_: str) -> str:
    """The table of all parameters as text: ``table``, ``csv`` or ``md``."""
    rows = parameter_table()
    if format_ != "table":
        return as_csv(rows) if format_ == "csv" else as_markdown(rows)
    lines = []
    for row in rows:
        lines.append(f"{row.path} [{row.unit}]  default {row.defaults}; range {row.range}")
        lines.append(f"    {row.description} ({row.grade}; {row.source})")
    return "\n".join(lines) + "\n"
