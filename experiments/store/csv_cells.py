"""Text in CSV files that a spreadsheet takes for text.

A cell that begins as a formula does (``=``, ``+``, ``-``, ``@``, a tab or a line break) and is no
number gets an apostrophe before it, by which spreadsheets mark text. Numbers stay as they are.
"""

import re
from typing import Any

import pandas as pd
import pyarrow as pa

_FORMULA = re.compile(r"[=+\-@\t\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def harmless(cell: Any) -> Any:
    """A cell as a spreadsheet may have it; what is no text comes back as it is."""
    if not isinstance(cell, str):
        return cell
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")  # pandas leaves a lone one bare
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV, numbers in full."""
    shown = table.rename(columns=harmless)
    for name in shown:
        if not pd.api.types.is_numeric_dtype(shown[name].dtype):
            shown[name] = shown[name].map(harmless)
    return shown.to_csv(index=False, lineterminator="\n")


def harmless_table(table: pa.Table) -> pa.Table:
    """The same for the text columns of an Arrow table, each distinct text once."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            chunks = [_harmless_array(chunk) for chunk in table[i].chunks]
            table = table.set_column(i, field.name, pa.chunked_array(chunks, pa.string()))
    return table


def _harmless_array(texts: pa.Array) -> pa.Array:
    known = texts.dictionary_encode()
    words = pa.array([harmless(word) for word in known.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(known.indices, words).dictionary_decode()
