"""Where problems are said to stand."""


def places(lines: list[str]) -> list[str]:
    """File, line, column and path of each problem."""
    return [": ".join(line.split(": ")[:2]) for line in lines]
