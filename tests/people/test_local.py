"""A planner's own counts: read strictly, told without giving anybody away, and never about single persons."""

from __future__ import annotations

import dataclasses
import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import refusal

from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.errors import SourceError
from factgeo.files import codes
from factgeo.people import local, privacy
from factgeo.people.local import LocalCounts
from factgeo.people.privacy import SMALL, WITHHELD

Save = Callable[[str, str | bytes], Path]
LOFOTEN = "kommunenr;antall\n1865;61\n1860;73\n1859;3\n1874;6\n"  # Vågan, Vestvågøy, Flakstad, Moskenes


def identity_number(date: str) -> str:
    """An invented number of that date with the control digits that belong to it, by the published weights."""
    for individual in range(100, 999):
        digits = [int(digit) for digit in f"{date}{individual}"]
        for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
            digits.append(-sum(a * b for a, b in zip(weights, digits, strict=True)) % 11)
        if max(digits) < 10:
            break
    return "".join(map(str, digits))


PERSON = identity_number("010190")


@pytest.fixture
def lofoten(save: Save, shipped: Atlas) -> LocalCounts:
    return local.read(save("lofoten.csv", LOFOTEN), shipped)


def refused(content: str | bytes, save: Save, atlas: Atlas, name: str = "file.csv") -> str:
    """The sentence, less the folder of the file, which may hold any digits."""
    path = save(name, content)
    return refusal(SourceError, lambda: local.read(path, atlas)).replace(str(path), "FILE")


def test_a_three_is_shown_as_under_five_and_the_total_does_not_give_it_away(lofoten: LocalCounts) -> None:
    assert lofoten.shown["1859"] == SMALL
    assert lofoten.shown["1874"] == WITHHELD
    assert [lofoten.shown[code].count for code in ("1860", "1865")] == [73, 61]
    assert lofoten.total.count == 143


def test_estimates_are_made_of_what_is_public_and_add_up_to_the_file(lofoten: LocalCounts, shipped: Atlas) -> None:
    units = areas.resolve("Vågan+Vestvågøy+Flakstad+Moskenes", shipped).units
    estimates = {unit: lofoten.for_estimate(unit) or 0 for unit in units}
    assert sum(estimates.values()) == pytest.approx(143)
    adults = shipped.population["adults"]
    assert estimates["1859"] == pytest.approx(9 * adults["1859"] / (adults["1859"] + adults["1874"]))
    assert lofoten.for_estimate("0301") is None


def test_another_file_with_the_same_public_counts_gives_the_same_estimates(
    lofoten: LocalCounts, save: Save, shipped: Atlas
) -> None:
    other = local.read(save("other.csv", LOFOTEN.replace("1859;3", "1859;2").replace("1874;6", "1874;7")), shipped)
    assert other.shown == lofoten.shown
    assert [other.for_estimate(unit) for unit in other.units] == [lofoten.for_estimate(unit) for unit in other.units]


def test_a_single_small_municipality_counts_as_the_middle_of_one_to_four(save: Save, shipped: Atlas) -> None:
    for persons in (1, 4):
        counts = local.read(save("one.csv", f"kommune;antall\nFlakstad;{persons}\n"), shipped)
        assert (counts.shown["1859"], counts.total) == (SMALL, SMALL)
        assert counts.for_estimate("1859") == 2.5


def test_exact_totals_of_catchments_are_kept_from_giving_a_small_count_away(lofoten: LocalCounts) -> None:
    told = lofoten.of({"east": ["1865", "1859"], "west": ["1860", "1874"], "both": ["1859", "1874"], "cut": ["0301"]})
    assert told["east"] == WITHHELD
    assert told["west"] == WITHHELD
    assert told["both"].count == 9
    assert "cut" not in told
    assert not lofoten.exact(["1865", "1859"])
    assert lofoten.exact(["1865", "1860"])


def test_no_door_of_the_counts_leads_to_a_small_number(save: Save, shipped: Atlas) -> None:
    rows = "kommunenr;rødt lys;blått lys\n1865;41;4\n1860;52;21\n1859;2;1\n1874;3;3\n"
    counts = local.read(save("lights.csv", rows), shipped)
    public = [getattr(counts, each.name) for each in dataclasses.fields(counts) if not each.name.startswith("_")]
    told = [each for value in public if isinstance(value, dict) for each in value.values()]
    assert all(each.count is None or each.count not in range(1, 5) for each in told if isinstance(each, privacy.Shown))
    assert "Sealed" not in repr(counts)
    assert repr(counts._sealed) == "Sealed()"
    for store in (dataclasses.asdict, pickle.dumps):
        with pytest.raises(TypeError):
            store(counts)
    assert "41" not in json.dumps(counts._sealed, default=str)
    for code in counts.units:
        for told_as in (counts.shown, counts.red, counts.blue):
            assert privacy.text(told_as[code]) not in {"1", "2", "3", "4"}
    for key, each in counts.told.shown.items():
        if privacy.opened(counts._sealed).get(key, 0) in range(1, 5):
            low, high = privacy.bounds(counts.told.shown, counts.told.sums, key)
            assert each.count is None
            assert high - low >= 3


def test_separators_encodings_and_ways_to_name_a_municipality_do_not_matter(save: Save, shipped: Atlas) -> None:
    files = [
        "Kommune;Rødt lys;Blått lys;År;Merknad\nTromsø;200;100;2024;x\nOslo kommune;1 200;34;2024;\n".encode("cp1252"),
        "kommunenummer,kommunenavn,antall\n5501,Tromsø,300\n301,Oslo,1234\n",
        "\ufeffunit_code\ttotal\tred\tblue\n5501 Tromsø\t300\t200\t100\nK-0301\t1234\t1200\t34\n",
    ]
    for content in files:
        counts = local.read(save("same.csv", content), shipped)
        assert {code: told.count for code, told in counts.shown.items()} == {"5501": 300, "0301": 1234}
    adults = shipped.population["adults"]
    oslo = counts.units["0301"]
    assert counts.for_estimate(oslo[0]) == pytest.approx(1234 * adults[oslo[0]] / adults[list(oslo)].sum())
    assert not counts.exact(oslo)


def test_titles_sums_footnotes_and_the_signs_of_official_tables_are_read_as_they_are_meant(
    save: Save, shipped: Atlas
) -> None:
    table = """BrukerPlan 2024;;

Kommune;Antall;Merknad
Tromsø;1.234;"over
to linjer"
Bodø;1 200;
Solund;-;
Vågan;..;
I alt;2 434;

Kilde: kommunenes egne kartlegginger
"""
    counts = local.read(save("signs.csv", table.encode("utf-16")), shipped)
    assert {code: told.count for code, told in counts.shown.items()} == {"5501": 1234, "1804": 1200, "4636": 0}
    assert counts.missing(["1865"]) == ("1865",)


def test_lights_that_are_not_told_everywhere_leave_the_totals(save: Save, shipped: Atlas) -> None:
    rows = "kommune;antall;rødt lys;blått lys\nTromsø;300;200;100\nBodø;200;..;..\n"
    counts = local.read(save("lights.csv", rows), shipped)
    assert {code: told.count for code, told in counts.shown.items()} == {"5501": 300, "1804": 200}
    assert not counts.red


def test_the_file_says_its_years_and_how_much_of_it_is_hidden(save: Save, shipped: Atlas) -> None:
    counts = local.read(save("years.csv", "kommune;antall;år;notat\nVågan;61;2024;a\nFlakstad;3;2023;b\n"), shipped)
    assert counts.years == (2023, 2024)
    assert counts.ignored == 1
    assert counts.made() == "Lokale tall fra years.csv (år: 2023, 2024): 2 kommuner eller bydeler, 2 av dem skjermet."


def test_missing_municipalities_are_named(lofoten: LocalCounts) -> None:
    assert lofoten.missing(["1859", "1866", "0301"]) == ("0301", "1866")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("kommune;antall\nTromsö;300\nTromso;1\n", "line 3, column kommune: the place is counted in line 2"),
        ("kommune;antall\nTrumsø;300\n", "line 2, column kommune: unknown municipality or district. Nearest: Tromsø"),
        (
            "kommune;antall\nVåler;300\n",
            "several have this name. Write the code instead: 3114 Våler (Østfold), 3419 Våler (Innlandet)",
        ),
        ("kommunenr;kommune;antall\n5501;Bodø;3\n", "line 2: the columns kommunenr and kommune mean different places"),
        ("kommune;antall\nTromsø;300\n;30\n", "line 3: the municipality is missing"),
        ("kommune;antall\nOslo;300\nSagene;30\n", "line 3, column kommune: the place is counted in line 2 already"),
        (
            "kommune;antall;år\nOslo;300;2023\nOslo;310;2024\n",
            "line 3: the municipality stands in line 2 for another year",
        ),
        ("kommune;antall;år\nOslo;300;24\n", "line 2, column år: this is not a year between 2000 and 2026"),
        ("kommune;antall\nTromsø;-3\n", "line 2, column antall: the count is negative"),
        ("kommune;antall\nTromsø;12,5\n", "line 2, column antall: this is not a whole number"),
        ("kommune;antall\nTromsø;0,64\n", "line 2, column antall: this looks like per cent"),
        ("kommune;antall\nTromsø;64 %\n", "line 2, column antall: this looks like per cent"),
        ("kommune;antall\nTromsø;..\n", "does not give the number for any of its rows"),
        ("kommune;antall\nTromsø;\n", "line 2, column antall: the cell is empty"),
        ("kommune;antall\nTromsø;<5\n", "line 2, column antall: the count is suppressed already"),
        ("kommune;antall\nTromsø;79000\n", "line 2, column antall: more persons than the municipality has adults"),
        (
            "kommune;antall;rødt lys;blått lys\nTromsø;31;20;10\n",
            "column antall: the total is not the sum of red and blue",
        ),
        ("kommune;rødt lys\nTromsø;31\n", "lacks the number of persons"),
        ("kommune\nTromsø\n", "lacks the number of persons"),
        ("sted;antall\nTromsø;31\n", "lacks a column that says which municipality"),
        (b"PK\x03\x04rest", "is a spreadsheet"),
        ("  \n", "is empty"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_line_and_column(
    content: str | bytes, said: str, save: Save, shipped: Atlas
) -> None:
    assert said in refused(content, save, shipped)


def test_codes_from_before_2024_are_named_with_their_successors(save: Save, shipped: Atlas) -> None:
    sentence = refused("kommunenr;antall\n5401;300\n1507;200\n1902;9\n5501;1\n", save, shipped)
    assert "5401 → 5501 Tromsø; 1507 → 1508 Ålesund / 1580 Haram; 1902 → 5501 Tromsø" in sentence
    assert "line 2: 3 rows" in sentence


def test_every_former_code_leads_to_a_municipality_of_today_and_none_is_in_use(shipped: Atlas) -> None:
    today = set(shipped.units["municipality_code"])
    former = codes.former()
    successors = {code for codes in former.values() for code in codes}
    assert successors <= today
    assert not set(former) & today
    renumbered = {
        code for code in today if code[:2] in {"31", "32", "33", "34", "39", "40", "42", "46", "50", "55", "56"}
    }
    assert renumbered <= successors
    assert former["3020"] == former["0213"] == ("3207",)  # Nordre Follo
    assert former["5012"] == ("5055", "5056", "5059")  # Snillfjord was divided


PERSONAL = {
    "identity number": f"kommune;antall;merknad\nTromsø;300;{PERSON}\n",
    "identity number with a space": f"kommune;antall;merknad\nTromsø;300;{PERSON[:6]} {PERSON[6:]}\n",
    "D-number": f"kommune;antall;x\nTromsø;300;{identity_number('410190')}\n",
    "identity number without its 0": f"kommune;antall;x\nTromsø;300;{PERSON[1:]}\n",
    "identity number as header": f"{PERSON};Kari Nordmann\nTromsø;1\n",
    "identity number, mistyped": f"kommune;antall;x\nTromsø;300;{PERSON[:-1]}{(int(PERSON[-1]) + 1) % 10}\n",
    "date of birth": "kommune;antall;dato\nTromsø;1;17.05.1984\n",
    "short date of birth": "kommune;antall;dato\nTromsø;1;17.05.84\n",
    "column of births": "kommune;født;antall\nTromsø;1984;1\n",
    "column of names": "fornavn;etternavn;kommune\nKari;Nordmann;Tromsø\n",
    "column navn with people": "kommune;navn;antall\nTromsø;Kari Nordmann;1\n",
    "row per person": "kommune;antall\nTromsø;1\nTromsø;1\nBodø;1\n",
    "row per person without a count": "kommune;tiltak\nTromsø;bolig\nTromsø;arbeid\n",
    "sex and age": "kommune;kjønn;alder\nTromsø;K;42\n",
}


@pytest.mark.parametrize("content", PERSONAL.values(), ids=PERSONAL)
def test_a_file_about_persons_is_refused_without_repeating_anything_of_it(
    content: str, save: Save, shipped: Atlas, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save("f.csv", content)
    before = set(path.parent.iterdir())
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as caught:
        local.read(path, shipped)
    error = caught.value
    assert error.key == "local_persons"
    said = " ".join([str(error), error.message("en"), error.message("nn"), repr(error.args)]).replace(str(path), "")
    details = {name: value for name, value in error.details.items() if name != "file"}
    said += repr(details) + caplog.text + "".join(capsys.readouterr())
    for secret in (PERSON, PERSON[1:], PERSON[:6], "Kari", "Nordmann", "1984", "17.05", "410190"):
        assert secret not in said
    assert set(details) == {"line", "sign"}
    assert error.__cause__ is None
    assert set(path.parent.iterdir()) == before


def test_a_name_in_the_wrong_column_is_not_repeated(save: Save, shipped: Atlas) -> None:
    sentence = refused("kommune;antall\nKari Nordmann;12\n", save, shipped)
    assert "Kari" not in sentence
    assert "line 2, column kommune" in sentence


def test_a_column_navn_with_municipalities_and_a_recent_date_are_no_persons(save: Save, shipped: Atlas) -> None:
    counts = local.read(save("ok.csv", "navn;antall;kartlagt\nTromsø;300;01.11.2024\nBodø;200;2024-11-01\n"), shipped)
    assert {code: told.count for code, told in counts.shown.items()} == {"5501": 300, "1804": 200}


def test_ordinary_numbers_are_no_identity_numbers() -> None:
    assert local.is_identity_number(PERSON)
    assert local.is_identity_number("41019012345")  # a date with 40 added to its day
    assert not local.is_identity_number("99999999998")
    assert not local.is_identity_number("72139912345")


def test_all_rows_that_are_wrong_are_told_at_once_and_without_their_content(save: Save, shipped: Atlas) -> None:
    said = refused("kommunenr;antall\n9999;61\n1860;73\n8888;3\n", save, shipped).split("\n- ")[1:]
    assert ["line 2" in said[0], "line 4" in said[1], len(said)] == [True, True, 2]
    said = refused("kommunenr;år;antall\n1865;1850;-61\n1860;2024;12 %\n1859;x;\n", save, shipped).split("\n- ")[1:]
    assert [next(line for line in (2, 3, 4) if f"line {line}" in each) for each in said] == [2, 4, 2, 3, 4]
    assert not any(word in each for each in said for word in ("1850", "61", "12"))


def test_of_rows_about_persons_the_first_sign_is_enough(save: Save, shipped: Atlas) -> None:
    said = refused(f"kommunenr;antall;merknad\n1865;6;{PERSON}\n1860;7;{PERSON}\n", save, shipped)
    assert "\n" not in said
