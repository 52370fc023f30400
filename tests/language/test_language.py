"""The catalogue is complete, and numbers are written as each language writes them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from worlds.basics import REPO

from factgeo import language
from factgeo.language import catalogue

SOURCE = [*sorted((REPO / "factgeo").rglob("*.py")), REPO / "app.py"]


def test_every_entry_stands_in_all_languages_with_the_same_placeholders() -> None:
    entries = catalogue.entries()
    assert len(entries) > 50
    assert {key: faults for key, entry in entries.items() if (faults := list(faults_in(entry)))} == {}


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"nb": "a", "nn": "a"},
        {"nb": "a", "nn": "a", "en": "a", "de": "a"},
        {"nb": "a", "nn": " ", "en": "a"},
        {"nb": "{a}", "nn": "{a}", "en": "{b}"},
    ],
)
def test_an_entry_with_a_fault_is_found(entry: dict[str, str]) -> None:
    assert list(faults_in(entry))


def faults_in(entry: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with an entry: its languages, their placeholders, or no words."""
    if set(entry) != set(language.LANGUAGES):
        yield f"stands in {sorted(entry)}"
    fields = {frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name) for words in entry.values()}
    if len(fields) > 1:
        yield "has other placeholders in another language"
    yield from (f"has no words in {lang}" for lang, words in entry.items() if not words.strip())


def test_every_key_that_the_program_names_is_in_the_catalogue() -> None:
    named = {key for path in SOURCE for key in keys_in(path)}
    assert len(named) > 50
    assert named - set(catalogue.entries()) == set()


def keys_in(path: Path) -> set[str]:
    """Keys written out in full: in text("..."), and as the first argument of an error."""
    code = path.read_text(encoding="utf-8")
    plain = set(re.findall(r'\btext\(\s*"([a-z0-9_.]+)"', code))
    errors = set(re.findall(r'(?<!Value)(?<!Key)\b[A-Z]\w*Error\(\s*"([a-z0-9_]+)"', code))
    return plain | {f"error.{key}" for key in errors}


def test_numbers_follow_the_language() -> None:
    assert language.number(1234.5, 1, lang="nb") == "1\N{NO-BREAK SPACE}234,5"
    assert language.number(1234.5, 1, lang="nn") == "1\N{NO-BREAK SPACE}234,5"
    assert language.number(1234.5, 1, lang="en") == "1,234.5"
    assert language.percent(0.9516, lang="nb") == "95,2\N{NO-BREAK SPACE}%"
    assert language.percent(0.9516, lang="en") == "95.2%"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("nn_NO.UTF-8", "nn"), ("en_GB.UTF-8", "en"), ("nb_NO.UTF-8", "nb"), ("C.UTF-8", "nb"), ("", "nb"), ("de", "nb")],
)
def test_the_machine_s_locale_decides_and_bokmaal_is_the_fallback(
    monkeypatch: pytest.MonkeyPatch, locale: str, expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert language.from_environment() == expected


@pytest.mark.parametrize(("locale", "expected"), [("nb_NO.UTF-8", "nn"), ("", "nn"), ("C", "nb")])
def test_a_list_of_languages_counts_before_the_locale_unless_that_is_none(
    monkeypatch: pytest.MonkeyPatch, locale: str, expected: str
) -> None:
    monkeypatch.setenv("LANGUAGE", "de:nn:en")
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.delenv("LANG", raising=False)
    assert language.from_environment() == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("Norwegian Nynorsk_Norway.1252", "nn"), ("Norwegian Bokmål_Norway.1252", "nb"), ("English_Ireland.1252", "en"),
     ("nn-NO", "nn"), ("C", "nb"), ("C.UTF-8", "nb")],
)  # fmt: skip
def test_windows_is_asked_where_no_variable_tells(monkeypatch: pytest.MonkeyPatch, chosen: str, expected: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("locale.setlocale", lambda _: chosen)
    assert language.from_environment() == expected
