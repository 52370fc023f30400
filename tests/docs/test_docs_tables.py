"""What docs/tables.md promises of headings is what the readers take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from worlds.basics import REPO

from factgeo.files import userfiles
from factgeo.language import names
from factgeo.people import local
from factgeo.planning import edits, planfile
from factgeo.sources import projections
from factgeo.travel import bases, changes, timetable

COUNTS = {
    "unit": [*local.CODE_HEADERS, *local.NAME_HEADERS, *local.DISTRICT_HEADERS],
    "count": [*local.TOTAL_HEADERS, *local.RED_HEADERS, *local.BLUE_HEADERS],
    "year": [*local.YEAR_HEADERS],
}
READERS: dict[str, Mapping[str, Sequence[str]]] = {
    "a plan": planfile.COLUMNS, "demands": edits.COLUMNS, "own places": bases.SITE_COLUMNS, "local counts": COUNTS,
    "fixed links": changes.COLUMNS, "timetable": timetable.COLUMNS, "projection": projections.HEADERS,
}  # fmt: skip
ROWS = dict(
    re.findall(r"^\| ([a-z ]+) \| `--.*?\| (.*) \|$", (REPO / "docs" / "tables.md").read_text("utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("table", READERS)
def test_every_heading_in_the_document_is_known_to_its_reader(table: str) -> None:
    told = [name for pair in re.findall(r"\*\*(.*?)\*\*|`(\w.*?)`", ROWS[table]) for name in pair if name]
    known = {header for headers in READERS[table].values() for header in headers}
    assert told
    assert [name for name in told if names.plain(name) not in known] == []


def test_the_limits_in_the_document_are_those_in_force() -> None:
    text = (REPO / "docs" / "tables.md").read_text("utf-8")
    assert f"{userfiles.MOST_BYTES // 10**6} MB, a million lines and a thousand columns" in text
    assert (userfiles.MOST_ROWS, userfiles.MOST_COLUMNS) == (10**6, 10**3)
