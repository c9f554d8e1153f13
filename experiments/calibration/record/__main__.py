"""``python -m experiments.calibration.record --list [--record DIR]``: the record as numbers.

Markdown on standard output. Exit code 2 if the record cannot be read; then nothing is printed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.listing import (
    filter_in_markdown,
    statistics_in_markdown,
    times_in_markdown,
)
from experiments.calibration.record.record import Record
from sim.documents import BadInput


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.calibration.record", description=__doc__)
    parser.add_argument("--list", action="store_true", help="every statistic with exposure, rule and source")
    parser.add_argument("--times", action="store_true", help="times of cases, with clock and censoring")
    parser.add_argument("--filter", action="store_true", help="which crossings become public, as fitted")
    parser.add_argument("--record", type=Path, metavar="DIR", help="a folder instead of the shipped record")
    asked = parser.parse_args(arguments)
    if not (asked.list or asked.times or asked.filter):
        parser.error("nothing is asked for: --list, --times or --filter")
    try:
        record = Record.read(asked.record)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    texts = []
    if asked.list:
        texts.append(statistics_in_markdown(statistics(record)))
    if asked.times:
        texts.append(times_in_markdown(record.times))
    if asked.filter:
        texts.append(filter_in_markdown(record))
    print("\n\n".join(texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
