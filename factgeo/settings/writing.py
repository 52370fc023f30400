"""Write ``configs/default.toml`` from the model: ``python -m factgeo.settings.writing``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from factgeo.settings.loading import configs_folder
from factgeo.settings.meanings import meaning_of, table_of
from factgeo.settings.model import Settings

HEAD = """\
# factgeo: every setting, with its unit, its default and where the default comes from.
# Who wins: these defaults < a preset < a file given with --config < --set KEY=VALUE and the screen.
# "facts:ID" names a row of data/facts/parameters.csv; "estimate" is our own assumption.
# This file is written from factgeo/settings/model.py and shows the defaults; changing it changes no plan.
"""
COMMENTS_FROM = 23  # letters before the two spaces and the comment, where the value leaves room
WIDTH = 116


def default_toml() -> str:
    """All settings as a TOML file: each key with its default, and its meaning as a comment on the same line."""
    fields = Settings.model_fields
    alone = [_setting(name, field) for name, field in fields.items() if not _is_table(field)]
    tables = [line for name, field in fields.items() if _is_table(field) for line in _table(name, field)]
    return "\n".join([HEAD, *alone, *tables]) + "\n"


def _is_table(field: FieldInfo) -> bool:
    """Is a field written as a table? An empty table has keys of the planner's own."""
    return table_of(field) is not None or field.default == {}


def _table(name: str, field: FieldInfo) -> Iterator[str]:
    """An empty line, the header with its comment, the keys, and the tables inside."""
    yield ""
    yield from _header(f"[{name}]", meaning_of(field))
    model = table_of(field)
    inside: Mapping[str, FieldInfo] = model.model_fields if model else {}
    for key, each in inside.items():
        if table_of(each) is None:
            yield _setting(key, each)
    for key, each in inside.items():
        if table_of(each) is not None:
            yield from _table(f"{name}.{key}", each)


def _header(header: str, meaning: str) -> list[str]:
    """A table's header; its comment stands above where it is too long for one line."""
    line = _commented(header, meaning)
    if len(line) <= WIDTH:
        return [line]
    return [*textwrap.wrap(meaning, WIDTH, initial_indent="# ", subsequent_indent="# "), header]


def _setting(key: str, field: FieldInfo) -> str:
    """One line for one key, however long its comment is: who searches for a key finds all of it."""
    return _commented(f"{key} = {_value(field.default)}", meaning_of(field))


def _commented(line: str, comment: str) -> str:
    return f"{line:<{COMMENTS_FROM}}  # {comment}" if comment else line


def _value(default: object) -> str:
    """A default in TOML, which writes texts, numbers, switches and lists of them as JSON does."""
    return "{}" if isinstance(default, BaseModel) else json.dumps(default, ensure_ascii=False)


def write() -> None:
    """Write the file where the presets are."""
    (configs_folder() / "default.toml").write_text(default_toml(), encoding="utf-8")


if __name__ == "__main__":
    write()
