"""Planners' tables: one reader, whatever program saved them, and messages that name what an editor shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import refusal

from factgeo.errors import SourceError
from factgeo.files import userfiles
from factgeo.files.userfiles import Table

Save = Callable[[str, "str | bytes"], Path]
COLUMNS = {"unit": ("kommunenr", "kommune"), "minutes": ("minutes", "minutter")}
PLAIN = "Kommune;Minutter\nBærum;12,5\nÅl;1 200\n"


def read(path: Path, *, sums_in: str = "") -> Table:
    return userfiles.read(path, COLUMNS, needed=["unit", "minutes"], sums_in=sums_in)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN, b"\xef\xbb\xbf" + PLAIN.encode(), PLAIN.encode("utf-16"), PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"), PLAIN.encode("cp1252"), PLAIN.encode("utf-32"), PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"), "sep=;\n" + PLAIN, PLAIN.replace(";", "\t"), PLAIN.replace(";", "|"),
        "kommune,minutes\nBærum,12.5\nÅl,1200\n", '"sep=|"\nkommune|minutes\nBærum|12.5\nÅl|1’200\n',
        "Reisetid;2026\n\n" + PLAIN, PLAIN.replace("Kommune", '"Kommune"').replace("Bærum", ' "Bærum"'),
        PLAIN + "\n\nKilde: kommunen; 2026\n* anslag\n", "Kommune;Merknad;Minutter;;\nBærum;;12,5;;\nÅl;x;1.200,0;;\n",
    ],
)  # fmt: skip
def test_every_usual_form_of_a_table_is_the_same_table(save: Save, content: str | bytes) -> None:
    table = read(save("table.csv", content))
    assert [table.at(line, "unit") for line in table.lines] == ["Bærum", "Ål"]
    assert [table.decimal(line, "minutes", above=0, up_to=2000) for line in table.lines] == [12.5, 1200]


def test_lines_are_those_of_an_editor_whatever_stands_in_the_cells(save: Save) -> None:
    table = read(save("t.csv", 'Kommune;Minutter;Merknad\r\nBærum;1;"en\r\nto\nfire\x0b"\r\n\r\nÅl;x;\r\n'))
    assert table.lines == [2, 6]
    message = refusal(SourceError, lambda: table.decimal(6, "minutes", above=0, up_to=10))
    assert "line 6" in message
    assert "Minutter" in message


def test_rows_that_sum_others_are_no_rows(save: Save) -> None:
    content = PLAIN + "I alt;1212,5\n"
    assert len(read(save("t.csv", content)).lines) == 3
    assert len(read(save("t.csv", content), sums_in="unit").lines) == 2


def test_the_best_of_several_headings_is_taken_and_the_same_twice_is_refused(save: Save) -> None:
    assert read(save("t.csv", "kommune;kommunenr;minutes\nBærum;3201;5\n")).at(2, "unit") == "3201"
    assert "Minutes" in refusal(SourceError, lambda: read(save("t.csv", "kommune;Minutes;minutes\nBærum;1;2\n")))


def test_a_lone_unit_below_an_empty_row_is_no_footnote(save: Save) -> None:
    assert read(save("t.csv", "kommune;minutes\nBærum;1\n\nØvre Eiker;\n")).lines == [2, 4]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"PK\x03\x04\x14\x00\x1b[31m", "is a spreadsheet"),
        ("t.xlsx", b"anything", "is a spreadsheet"),
        ("t.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet"),
        ("t.csv", b"kommune;minutes\nB\x00;1\n", "is no text file"),
        ("t.csv", b"\x00\x00\x27\x0a" + bytes(96), "is no text file"),
        ("t.csv", b"kommune;minutes\n\x1b[31mred;1\n", "is no text file"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"kommune;minutes\n", "has no rows"),
        ("t.csv", b"kommune;tid\nA;1\n", "lacks the column minutes (minutter); it has kommune, tid"),
        ("t.csv", b"kommune;minutes\nA;1;2\n", "line 2: the row has more cells"),
        ("t.csv", b'kommune;minutes\nA;1\n"B;2\n', "line 3: a quotation mark is missing"),
        ("t.csv", b"kommune;minutes\n" + b"A" * 200_000 + b";1\n", "or the cell is too long"),
        ("t.csv", b"kommune;minutes" + b";" * 2_000 + b"\nA;1\n", "1000 columns"),
    ],
)
def test_what_is_no_table_is_one_sentence_without_a_control_byte(
    save: Save, name: str, content: bytes, said: str
) -> None:
    path = save(name, content)
    message = refusal(SourceError, lambda: read(path))
    assert said in message
    assert message.isprintable()
    assert len(message) < 500 + len(str(path))


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("12", 12), ("12,5", 12.5), ("12.5", 12.5), ("-", 0), ("1 234,5", 1234.5), ("1.234,5", 1234.5),
        ("1,234.5", 1234.5), ("1.234.567", 1234567), ("1’234", 1234), ("1\N{NO-BREAK SPACE}234", 1234),
        ("\N{MINUS SIGN}3", -3), ("1.234", 1.234), (",5", 0.5), ("1.2,3,4", None), ("1.2.3", None), ("nan", None),
        ("1e3", None), ("inf", None), ("", None), ("..", None), ("9" * 5_000, None), ("٣", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(given: str, value: float | None) -> None:
    assert userfiles.number(given) == value


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("12", 12), ("12,0", 12), ("12.00", 12), ("1.234", 1234), ("1,234,567", 1234567), ("1 234", 1234), ("-", 0),
        ("-3", -3), ("12,5", None), ("0,640", None), ("1.23.456", None), ("", None), (":", None), ("9" * 5_000, None),
    ],
)  # fmt: skip
def test_a_point_before_three_digits_of_a_whole_number_parts_thousands(given: str, value: int | None) -> None:
    assert userfiles.whole(given) == value


def test_all_rows_that_are_longer_than_the_header_are_told_at_once(save: Save) -> None:
    path = save("t.csv", "a;b\n1;2;3\n4;5\n6;7;8\n")
    said = refusal(SourceError, lambda: userfiles.read(path, {"a": ("a",)}, needed=["a"])).split("\n- ")[1:]
    assert ["line 2" in said[0], "line 4" in said[1], len(said)] == [True, True, 2]
