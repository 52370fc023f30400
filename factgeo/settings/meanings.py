"""What every setting means: the texts below the fields of the model, by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from factgeo.settings.model import Settings


def meanings() -> Iterator[tuple[str, str]]:
    """Key and meaning of every setting, in the order of the model; a key without a text has that of its table."""
    yield from _meanings(Settings, above="", of_table="")


def _meanings(model: type[BaseModel], *, above: str, of_table: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        key, meaning = above + name, meaning_of(field) or of_table
        inner = table_of(field)
        if inner is None:
            yield key, meaning
        else:
            yield from _meanings(inner, above=f"{key}.", of_table=meaning)


def meaning_of(field: FieldInfo) -> str:
    """The text below a field on one line; "" where there is none."""
    return " ".join((field.description or "").split())


def table_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a table of settings; None where the field is a setting."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def fields_of(path: list[str]) -> Mapping[str, FieldInfo]:
    """The settings below a path of tables; none where the path leads to no table."""
    model: type[BaseModel] | None = Settings
    for part in path:
        field = model.model_fields.get(part) if model else None
        model = table_of(field) if field else None
    return model.model_fields if model else {}
