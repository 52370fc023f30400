"""Every entry of the catalogue is used: the code names its key, or builds it of words that the code has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

import pandas as pd
import pytest
from worlds.basics import REPO

from factgeo.language import catalogue
from factgeo.planning.plan import Status
from factgeo.planning.services import ServiceClass
from factgeo.settings import Settings
from factgeo.settings.model import Goal

SOURCE = [*sorted((REPO / "factgeo").rglob("*.py")), REPO / "app.py"]
VARIABLE = "\0"  # stands for the variable parts of an f-string
BUILT = re.compile(r"[a-z][a-z0-9_.\0]*")  # keys that begin with a word; other f-strings build no key
# entries that the code finds in another way, and the code that does
OTHERWISE = {"attribution.": 'key.startswith("attribution.")', "building.": '_step, "building"'}
# entries of which each value of a type has one, and no others
ONE_EACH = {
    "border.": get_args(Settings.model_fields["border"].annotation),
    "goal.": get_args(Goal.model_fields["name"].annotation),
    "proof.": (*get_args(Status), "claimed", "refuted"),
    "service.": get_args(ServiceClass),
}


@cache
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE]


@cache
def literals() -> frozenset[str]:
    return frozenset(
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def names() -> frozenset[str]:
    """Fields, keyword arguments and options, of which some are words of keys, and the units of the pack's facts."""
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    fields = {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    keywords = {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    options = {text.strip("-").replace("-", "_") for text in literals() if text.startswith("--")}
    tables = [pd.read_csv(path, dtype=str) for path in sorted((REPO / "data" / "facts").glob("*.csv"))]
    units = {unit.replace("/", "_per_") for table in tables if "unit" in table for unit in table["unit"].dropna()}
    return frozenset(fields | keywords | options | units)


@cache
def built() -> dict[str, re.Pattern[str]]:
    """The f-strings of the code that can build a key or a word of one, by their text."""
    texts = {
        "".join(part.value if isinstance(part, ast.Constant) else VARIABLE for part in node.values)
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    }
    return {
        text: re.compile("(.+?)".join(map(re.escape, text.split(VARIABLE))), re.DOTALL)
        for text in texts
        if BUILT.fullmatch(text)
    }


def is_word(text: str) -> bool:
    """Does the code have this word, or an f-string that builds it of such words?"""
    known = literals() | names()
    if text in known:
        return True
    whole = (pattern.fullmatch(text) for built_of, pattern in built().items() if "." not in built_of)
    return any(found is not None and known.issuperset(found.groups()) for found in whole)


def builders(key: str) -> Iterator[str]:
    """The f-strings with a dot that build this key of words that the code has."""
    for text, pattern in built().items():
        found = pattern.fullmatch(key)
        if "." in text and found is not None and all(map(is_word, found.groups())):
            yield text


def is_used(key: str) -> bool:
    otherwise = next((start for start in OTHERWISE if key.startswith(start)), None)
    if otherwise == "building.":
        return is_word(key.removeprefix(otherwise))
    plain = key in literals() or key.removeprefix("error.") in literals()
    error = key.startswith("error.") and is_word(key.removeprefix("error."))
    return plain or error or otherwise is not None or any(builders(key))


def test_every_entry_is_named_or_built_by_the_code() -> None:
    assert [key for key in sorted(catalogue.entries()) if not is_used(key)] == []


@pytest.mark.parametrize("start", OTHERWISE)
def test_the_code_finds_entries_in_another_way(start: str) -> None:
    assert any(OTHERWISE[start] in path.read_text(encoding="utf-8") for path in SOURCE)


@pytest.mark.parametrize("start", ONE_EACH)
def test_each_value_of_a_type_has_an_entry_and_there_are_no_others(start: str) -> None:
    words = {key.removeprefix(start) for key in catalogue.entries() if key.startswith(start)}
    assert words == set(ONE_EACH[start])


@pytest.mark.parametrize("key", ["app.figure.served", "border.fence", "app.kind.planet", "error.nothing_of_the_kind"])
def test_an_entry_that_no_code_builds_is_found(key: str) -> None:
    assert not is_used(key)
