"""From text to marked values: YAML as people expect it, refusing what is unsafe or ambiguous.

Scalars follow YAML 1.2, whose readings surprise less than those of PyYAML: only ``true`` and
``false`` are truth values (``no`` and ``off`` are text), ``1e3`` is a number, ``12:30``, ``0x1F``
and ``010`` are text. ``2025-11-01`` is a date. Sizes are bounded while reading, so that no text
takes long or fills the memory.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import yaml

from sim.documents.problems import BadInput, KeyPath, Mark, Problem, dotted, nearest, printable, show

MOST_NODES = 10_000  # values of a document, aliases expanded
DEEPEST = 20  # mappings and lists inside one another

# what does not print, and what counts as a line end for YAML but not for editors
UNWANTED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(
    r"[-+]?([0-9][0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+"
    r"|[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?)"
)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CORE = "tag:yaml.org,2002:"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "a key with its colon cannot stand here: check the "
        "indentation, and put text that contains ': ' in quotes",
    ),
    (r"character '\\t' that cannot start", "a tab cannot indent: use spaces"),
    ("character .* that cannot start", "text that begins with this character needs quotes"),
    ("could not find expected ':'", "a key without its colon"),
    ("unexpected end of stream", "quotes are opened here and never closed"),
    (r"expected ',' or '\]'", "a comma or the closing ']' is missing"),
    (r"expected ',' or '\}'", "a comma or the closing '}' is missing"),
    (
        "expected <block end>",
        "this line stands neither in line with its neighbours nor inside them: check the indentation",
    ),
    ("expected the node content", "a value is missing here"),
    ("expected '<document start>'", "nothing can follow the end of the document"),
)
_BEHIND_QUOTES = (
    "text goes on behind its closing quote: put it all in the other quotes, or write a quote inside twice"
)
_KEY_AND_VALUE = re.compile(r"\s*(?:- )?([\w.]+)\s*[:=]\s*(\S.*)")  # as one writes it who misses ``: ``


@dataclass(frozen=True)
class Node:
    """A value and its place. Collections hold nodes; ``keys`` are the places of a mapping's keys.

    A mapping or list that begins below its key is pointed at by the key.
    """

    value: Any
    mark: Mark
    keys: dict[str, Mark]


def compose(text: str, file: str, flaws: list[Problem]) -> Node | None:
    """The marked values of one YAML document; None if it holds nothing.

    Flaws that leave the rest readable (keys written twice, keys that are no text, tags) are added
    to ``flaws``. Raises `BadInput` with those found so far if the rest cannot be read.
    """
    if (hidden := unwanted(text, file)) is not None:
        raise BadInput([*flaws, hidden])
    return _Composer(text, file, flaws).document()


def unwanted(text: str, file: str) -> Problem | None:
    """The first character that does not belong into a text, if there is one."""
    found = list(UNWANTED.finditer(text))
    if not found:
        return None
    before = text[: found[0].start()]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Problem(
        Mark(file, line, column),
        path="",
        found=f"U+{ord(found[0].group()):04X}{more}",
        allowed="printable text",
        message="control or invisible characters",
    )


def scalar(text: str) -> Any:
    """The value of a scalar written without quotes: None, bool, int, float, date or str."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        if _INTEGER.fullmatch(text):
            return int(text.replace("_", ""))
        if _FLOAT.fullmatch(text):
            return float(text.replace("_", ""))
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # thousands of digits, or no day of the calendar
        return text
    return float(text.replace(".", "")) if _NOT_FINITE.fullmatch(text) else text


class _Composer:
    """One pass over PyYAML's events, which come one at a time and so can be stopped early."""

    def __init__(self, text: str, file: str, flaws: list[Problem]) -> None:
        self._events = yaml.SafeLoader(text)
        self._text = text
        self._file = file
        self._flaws = flaws
        self._anchors: dict[str, Node | None] = {}  # None while the anchored value is still open
        self._path: KeyPath = ()
        self._nodes = 0

    def document(self) -> Node | None:
        self._next()
        first = self._next()
        if isinstance(first, yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 1, None)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(self._mark(after), "a second document in the file", allowed="one")
        return root

    def _next(self) -> yaml.Event:
        try:
            return self._events.get_event()
        except yaml.MarkedYAMLError as error:
            self._refuse_syntax(error)
        except (ValueError, OverflowError):  # PyYAML passes "\UFFFFFFFF" on to chr()
            mark = self._events.get_mark()
            self._refuse(self._at(mark), "an escape that names no character")

    def _refuse_syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        problem = str(error.problem)
        said = (words for sign, words in _PLAIN_WORDS if re.search(sign, problem))
        begins = re.search("end of stream|expected ':'", problem) and error.context_mark
        mark = begins or error.problem_mark
        message = next(said, "this is not YAML: " + printable(problem))
        if "closing" in message:
            message += f" (opened in line {error.context_mark.line + 1})"
        lines = re.split("\r\n|\r|\n", self._text)
        line = lines[mark.line] if mark.line < len(lines) else ""
        if "expected <block end>" in problem and line[: mark.column].rstrip().endswith(("'", '"')):
            message = _BEHIND_QUOTES
        meant = _KEY_AND_VALUE.match(line) if "expected ':'" in problem else None
        self._refuse(self._at(mark), message, nearest=meant and f"{meant[1]}: {printable(meant[2])}")

    def _refuse(self, mark: Mark, message: str, **details: Any) -> NoReturn:
        self._flaw(mark, message, **details)
        raise BadInput(self._flaws)

    def _flaw(self, mark: Mark, message: str, **details: Any) -> None:
        self._flaws.append(Problem(mark, dotted(self._path), message=message, **details))

    def _mark(self, event: yaml.Event) -> Mark:
        return self._at(event.start_mark)

    def _at(self, mark: yaml.Mark) -> Mark:
        return Mark(self._file, mark.line + 1, mark.column + 1)

    def _node(self, event: yaml.Event, depth: int, key: Mark | None) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        self._spend(1, self._mark(event))
        if event.tag is not None:
            tag = event.tag.replace(_CORE, "!!")
            self._flaw(self._mark(event), "tags are refused", found=printable(tag))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._value(event, depth, key)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _value(self, event: yaml.Event, depth: int, key: Mark | None) -> Node:
        mark = self._mark(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(self._scalar(event), mark, {})
        self._check_depth(depth, mark)
        place = key if key is not None and key.line != mark.line else mark
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._list(depth), place, {})
        return Node(*self._mapping(depth, place))

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.style is None:
            return scalar(event.value)
        if UNWANTED.search(event.value):
            self._flaw(
                self._mark(event),
                "an escape that stands for a control character",
                found=show(event.value),
                allowed="printable text",
            )
        return UNWANTED.sub("\N{REPLACEMENT CHARACTER}", event.value)

    def _list(self, depth: int) -> list[Node]:
        items: list[Node] = []
        outside = self._path
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self._path = (*outside, len(items))
            items.append(self._node(event, depth + 1, None))
        self._path = outside
        return items

    def _mapping(self, depth: int, place: Mark) -> tuple[dict[str, Node], Mark, dict[str, Mark]]:
        values: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        outside = self._path
        last: Any = None
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark, key = self._mark(event), self._key(event, depth + 1, last)
            self._path = outside if key is None else (*outside, key)
            if key in keys:
                first = f"line {keys[key].line}, column {keys[key].column}"
                self._flaw(mark, f"key written twice, first in {first}", found=show(key))
            value = self._node(self._next(), depth + 1, mark)
            last = value.value
            if key is not None and key not in keys:
                values[key], keys[key] = value, mark
            self._path = outside
        return values, place, keys

    def _key(self, event: yaml.Event, depth: int, before: Any) -> str | None:
        """A key; ``before`` is the value of the entry before it."""
        mark = self._mark(event)
        if isinstance(event, yaml.ScalarEvent) and event.style is None and event.value == "<<":
            self._refuse(mark, "merge keys are refused: write the keys out, or use a base file", found="'<<'")
        key = self._node(event, depth, None).value
        if isinstance(key, str):
            return key
        word = event.value if isinstance(event, yaml.ScalarEvent) else ""
        if type(key) is int and type(before) is int and word.isdecimal():
            message = "a comma parts entries here, and a number has a point"
            self._flaw(mark, message, found=_kind(key), nearest=f"{before}.{word}")
            return None
        near = f'"{printable(word)}"' if word else None
        self._flaw(mark, "a key must be text", found=_kind(key), allowed="text", nearest=near)
        return None

    def _alias(self, event: yaml.AliasEvent, depth: int) -> Node:
        mark, name = self._mark(event), event.anchor
        if name not in self._anchors:
            near = nearest(name, self._anchors)
            self._refuse(
                mark,
                "an alias without its anchor",
                found=f"*{printable(name)}",
                nearest=near and f"*{printable(near)}",
            )
        node = self._anchors[name]
        if node is None:
            self._refuse(mark, "an alias inside the value that it repeats", found=f"*{printable(name)}")
        size, height = _measure(node)
        self._spend(size, mark)
        self._check_depth(depth + height - 1, mark)
        return node

    def _spend(self, nodes: int, mark: Mark) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            self._refuse(mark, "too many values, aliases expanded", allowed=f"{MOST_NODES:,}")

    def _check_depth(self, depth: int, mark: Mark) -> None:
        if depth > DEEPEST:
            self._refuse(mark, "nested too deeply", allowed=f"{DEEPEST} levels")


def _measure(node: Node) -> tuple[int, int]:
    """How many values a node expands to, and how many collections deep it is."""
    if not isinstance(node.value, dict | list):
        return 1, 0
    inside = node.value.values() if isinstance(node.value, dict) else node.value
    sizes = [_measure(child) for child in inside]
    height = max((high for _, high in sizes), default=0)
    return 1 + len(node.keys) + sum(size for size, _ in sizes), 1 + height


def _kind(value: Any) -> str:
    """A key that is no text, in words; its children are nodes, so they are not shown."""
    kinds: dict[type, str] = {dict: "a mapping", list: "a list"}
    return kinds.get(type(value)) or show(value)
