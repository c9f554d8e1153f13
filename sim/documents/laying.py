"""The one rule by which values are laid over others: files that extend, settings, policies.

Mappings join key by key; everything else is replaced, lists too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sim.documents.problems import KeyPath

Tree = dict[str, Any]  # plain values by key: mappings, lists and scalars, as YAML and JSON give them
Meet = Callable[[KeyPath, Any, Any], Any]


def replaced(path: KeyPath, below: Any, above: Any) -> Any:
    """What a value becomes under another one: the other one."""
    return above


def laid_over(
    tree: Mapping[str, Any], changes: Mapping[str, Any], meet: Meet = replaced, at: KeyPath = ()
) -> Tree:
    """``tree`` with ``changes`` in it; neither is changed.

    Where they do not both have a mapping, ``meet`` makes the value, of its path, what stood there
    (None for nothing) and the change.
    """
    joined = dict(tree)
    for key, change in changes.items():
        below, path = joined.get(key), (*at, key)
        if isinstance(below, Mapping) and isinstance(change, Mapping):
            joined[key] = laid_over(below, change, meet, path)
        else:
            joined[key] = meet(path, below, change)
    return joined


def nested(values: Mapping[str, Any]) -> Tree:
    """Values by dotted path as nested mappings."""
    tree: Tree = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = value
    return tree


def at_path(value: Any, path: KeyPath) -> Any:
    """What stands at a path of nested mappings and lists, None if nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """The steps into a mapping or list and what stands there; nothing for a scalar."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def paths(value: Any, at: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of a value and of everything inside it, from the outside in."""
    yield at
    for step, child in children(value):
        yield from paths(child, (*at, step))


def mappings(value: Any, at: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of a mapping and of those in it that keys alone lead to."""
    if isinstance(value, dict):
        yield at
        for key, child in value.items():
            yield from mappings(child, (*at, key))
