"""Population projections as a user downloads them: every accepted form gives the same table, others are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import refusal

from factgeo.errors import SourceError
from factgeo.sources.projections import read_projection

Save = Callable[[str, "str | bytes"], Path]

TABLE = [
    ["4640", 1, 0, 2030, 10], ["4640", 1, 105, 2030, 0], ["4640", 2, 0, 2030, 12], ["4640", 2, 105, 2030, 3],
]  # fmt: skip
LONG = """region;kjønn;alder;år;personer
4640 Sogndal;Menn;0 år;2030;10
4640 Sogndal;Menn;105 år eller eldre;2030;0
4640 Sogndal;Kvinner;0 år;2030;12
4640 Sogndal;Kvinner;105 år eller eldre;2030;3
"""
CODES = """region_code,sex,age,year,persons
4640,1,000,2030,10
4640,1,105+,2030,0
4640,2,000,2030,12
4640,2,105+,2030,3
"""
ENGLISH = """"region","sex","age","year","contents","Persons"
"K-4640 Sogndal","Men","0 years","2030","Main alternative (MMMM)","10"
"K-4640 Sogndal","Men","105 years or older","2030","Main alternative (MMMM)","0"
"K-4640 Sogndal","Women","0 years","2030","Main alternative (MMMM)","12"
"K-4640 Sogndal","Women","105 years or older","2030","Main alternative (MMMM)","3"
"K-4640 Sogndal","Women","0 years","2030","High national growth (HHMH)","99"
"""
WIDE = """"14288: Framskrevet folkemengde, etter region, kjønn, alder, statistikkvariabel og år"

"region";"kjønn";"alder";"{main} 2030";"LLML 2030"
"4640";"1";"0";10;7
"4640";"1";"105";0;7
"4640";"2";"0";12;7
"4640";"2";"105";3;7
"""


@pytest.mark.parametrize(
    "content",
    [
        LONG, CODES, ENGLISH, LONG.encode("latin-1"), b"\xef\xbb\xbf" + LONG.encode(), LONG.replace("\n", "\r\n"),
        WIDE.format(main="MMMM"), WIDE.format(main="Hovedalternativet (MMMM)"), WIDE.format(main="Folkemengde"),
        WIDE.format(main="x").replace('"x 2030";"LLML 2030"', '"2030"').replace(";7\n", "\n"),
    ],
    ids=["long", "codes", "english", "latin-1", "mark", "windows", "wide", "named", "plain wide", "years"],
)  # fmt: skip
def test_every_accepted_form_gives_the_same_table(save: Save, content: str | bytes) -> None:
    found = read_projection(save("14288.csv", content))
    assert (found.table["oldest"] == found.table["age"]).all()
    assert found.table[["region_code", "sex", "age", "year", "persons"]].to_numpy().tolist() == TABLE
    assert not found.grouped


def test_one_column_per_year_becomes_one_row_per_year(save: Save) -> None:
    table = read_projection(save("a.csv", "region;sex;age;2030;2040\n4640;1;0;5;6\n4640;2;0;7;8\n")).table
    assert table[["year", "sex", "persons"]].to_numpy().tolist() == [
        [2030, 1, 5],
        [2030, 2, 7],
        [2040, 1, 6],
        [2040, 2, 8],
    ]


@pytest.mark.parametrize("content", [ENGLISH, WIDE.format(main="MMMM")])
def test_the_main_alternative_is_taken_and_another_on_request(save: Save, content: str) -> None:
    path = save("a.csv", content)
    assert read_projection(path).table["persons"].sum() == 25
    assert read_projection(path).alternative == "MMMM"
    other = "HHMH" if content == ENGLISH else "LLML"
    assert read_projection(path, alternative=other).table["persons"].sum() == (99 if content == ENGLISH else 28)


def test_an_alternative_that_the_file_lacks_is_refused_by_name(save: Save) -> None:
    message = refusal(SourceError, lambda: read_projection(save("a.csv", ENGLISH), alternative="LLML"))
    assert "LLML" in message
    assert "HHMH" in message


@pytest.mark.parametrize(
    "content",
    [
        "kommune_nr;persons\n4640;1\n",
        "region;sex;age\n4640;1;0\n",
        "region;sex;age;year\n4640;1;0;2030\n",
        "region;sex;age;2030;Folkemengde 2030\n4640;1;0;1;1\n",
        "region;region;sex;age;2030\n4640;4640;1;0;1\n",
        "hello\n",
    ],
)
def test_any_other_header_is_refused_with_the_list_of_what_is_accepted(save: Save, content: str) -> None:
    message = refusal(SourceError, lambda: read_projection(save("a.csv", content)))
    for word in ("region", "sex", "age", "year", "persons", "alternative", "MMMM 2030", content[:5]):
        assert word in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("4640,2,000", "1429,2,000", "municipal code from before 2024"),
        ("4640,2,000", "3005 Drammen,2,000", "municipal code from before 2024"),
        ("4640,2,000", "1507,2,000", "municipal code from before 2024"),
        ("4640,2,000", "46400 Sogndal,2,000", "not a municipality"),
        ("4640,2,000", "4640,3,000", "not a sex"),
        ("4640,2,000", "4640,2,106", "not an age"),
        ("4640,2,000", "4640,2,4-0 år", "not an age"),
        ("2030,12", "2030,-12", "below 0"),
        ("2030,12", "2030,12.5", "not a whole number"),
        ("2030,12", "2030,..", "not a whole number"),
        ("2,000,2030,12", "1,000,2030,12", "stands there twice"),
    ],
)
def test_a_bad_cell_is_refused_by_file_and_line(save: Save, old: str, new: str, said: str) -> None:
    assert old in CODES
    path = save("a.csv", CODES.replace(old, new))
    message = refusal(SourceError, lambda: read_projection(path))
    assert said in message
    assert f"{path}, line 4" in message


def test_lines_are_counted_from_the_top_of_a_file_with_a_title(save: Save) -> None:
    message = refusal(
        SourceError, lambda: read_projection(save("a.csv", WIDE.format(main="MMMM").replace(";12;", ";x;")))
    )
    assert "line 6" in message


def test_rows_that_were_lost_are_noticed(save: Save) -> None:
    cut = CODES + CODES.split("\n", 1)[1].replace("4640", "4601").rsplit("\n", 2)[0]
    message = refusal(SourceError, lambda: read_projection(save("a.csv", cut)))
    assert "4601" in message
    assert "last line 8" in message
    assert "has 3 rows for 2030, should have 4" in message


@pytest.mark.parametrize("content", ["", "\n\n", "region;sex;age;2030\n", "region;sex;age;2030\n\n"])
def test_an_empty_file_is_refused(save: Save, content: str) -> None:
    said = refusal(SourceError, lambda: read_projection(save("a.csv", content)))
    assert "is empty" in said or "has no rows" in said


def test_a_missing_file_and_a_ragged_one_are_refused(save: Save, tmp_path: Path) -> None:
    assert "There is no file" in refusal(SourceError, lambda: read_projection(tmp_path / "a.csv"))
    ragged = save("b.csv", CODES + "4640,1,000,2031,1,2,3,4\n")
    assert "line 6: the row has more cells" in refusal(SourceError, lambda: read_projection(ragged))


ROWS = "kommune;kjønn;alder;{heading};år;{column}\n4640;Menn;0 år;{said};2030;10\n4640;Kvinner;0 år;{said};2030;12\n"


@pytest.mark.parametrize(
    ("heading", "said", "column", "alternative"),
    [
        ("statistikkvariabel", "Hovedalternativet (MMMM)", "value", "MMMM"),
        ("ContentsCode", "Personer1", "value", "HHMH"),
        ("ContentsCode", "Personer", "value", ""),
        ("statistikkvariabel", "Høy nasjonal vekst", "personer", "HHMH"),
        ("statistikkvariabel", "Lav innvandring", "personer", "MMML"),
        ("merknad", "x", "Hovedalternativet (MMMM)", "MMMM"),
        ("merknad", "x", "Høg nasjonal vekst", "HHMH"),
        ("merknad", "x", "14288: Framskrevet folkemengde, etter region, alder og år", ""),
    ],
)
def test_a_file_s_alternative_is_known_and_no_other_is_taken_for_the_main_one(
    save: Save, heading: str, said: str, column: str, alternative: str
) -> None:
    path = save("a.csv", ROWS.format(heading=heading, said=said, column=column))
    if alternative in ("", "MMMM"):
        assert read_projection(path).alternative == alternative
        return
    assert "lacks the alternative MMMM" in refusal(SourceError, lambda: read_projection(path))
    assert read_projection(path, alternative=alternative).table["persons"].sum() == 22


def test_an_alternative_that_nobody_knows_is_not_the_main_one(save: Save) -> None:
    path = save("a.csv", ROWS.format(heading="alternativ", said="Ekstra høy vekst", column="personer"))
    assert "Ekstra høy vekst" in refusal(SourceError, lambda: read_projection(path))


GROUPS = """Framskrevet folkemengde;;;

region;alder;2030
Sogndal;0-17 år;30
Sogndal;18-66 år;50
Sogndal;67 år eller eldre;20
Vestland;0-17 år;300
Vestland;18-66 år;500
Vestland;67 år eller eldre;200

Kilde: Statistisk sentralbyrå
"""


def test_groups_of_ages_of_both_sexes_together_and_names_without_codes_are_read(save: Save) -> None:
    known = {"Sogndal": "4640", "Vestland": ""}
    found = read_projection(save("a.csv", GROUPS), code_of=known.get)
    assert found.grouped
    assert found.table[["region_code", "sex", "age", "oldest", "persons"]].to_numpy().tolist() == [
        ["4640", 0, 0, 17, 30], ["4640", 0, 18, 66, 50], ["4640", 0, 67, 105, 20],
    ]  # fmt: skip


def test_sums_over_sexes_and_ages_are_not_counted_twice(save: Save) -> None:
    sums = "4640,Begge kjønn,000,2030,22\n4640,1,i alt,2030,10\n4640,2,i alt,2030,15\n46 Vestland,2,000,2030,99\n"
    assert read_projection(save("a.csv", CODES + sums)).table["persons"].sum() == 25


def test_groups_that_overlap_are_refused(save: Save) -> None:
    path = save("a.csv", GROUPS.replace("18-66", "15-66"))
    said = refusal(SourceError, lambda: read_projection(path, code_of={"Sogndal": "4640", "Vestland": ""}.get))
    assert "“15-66 år” overlaps another" in said
