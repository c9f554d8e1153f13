"""The base class of models that documents are checked against, and how they say what cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator


class Impossible(ValueError):  # noqa: N818
    """A combination of values that cannot be, said by a model about itself.

    path: the offending value, dotted, relative to the model. allowed: what would do, in words.
    nearest: the valid name that was probably meant.
    """

    def __init__(self, path: str, message: str, allowed: str = "", nearest: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.allowed = allowed
        self.nearest = nearest


class Conflicts(ValueError):  # noqa: N818
    """All that a model found impossible in itself."""

    def __init__(self, conflicts: Sequence[Impossible]) -> None:
        super().__init__("; ".join(map(str, conflicts)))
        self.conflicts = conflicts


class StrictModel(BaseModel):
    """A model that takes its own keys only, converts nothing, and cannot be changed.

    A subclass says what combinations of values cannot be by overriding `conflicts`. beside: keys
    that its files may have and that are gone when they are checked, such as ``extends``. holds: by
    field, what a mapping of anything holds the keys of.
    """

    beside: ClassVar[tuple[str, ...]] = ()
    holds: ClassVar[Mapping[str, type[BaseModel]]] = {}

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=True
    )

    def conflicts(self) -> Iterator[Impossible]:
        """Everything impossible in the values together; asked when each alone is valid."""
        return iter(())

    @model_validator(mode="after")
    def _without_conflicts(self) -> Self:
        if found := tuple(self.conflicts()):
            raise Conflicts(found)
        return self
