"""Names of areas and places, as people type them."""

from __future__ import annotations

import pytest
from worlds.basics import refusal

from factgeo.atlas import areas, places
from factgeo.atlas.pack import Atlas
from factgeo.errors import UnknownNameError
from factgeo.language import names


@pytest.mark.parametrize(
    ("typed", "name", "units"),
    [
        ("norge", "Norge", 391),
        ("Helse Førde", "Helse Førde HF", 17),
        ("helse forde hf", "Helse Førde HF", 17),
        ("Oslo", "Oslo", 17),
        ("Finnmark", "Finnmark", 18),
        ("kommune:Bergen", "Bergen", 8),
        ("Kárášjohka", "Karasjok", 1),
        ("porsanger", "Porsanger", 1),
        ("Deatnu - Tana", "Tana", 1),
        ("heroy (nordland)", "Herøy (Nordland)", 1),
        ("Lofoten-Vesterålen-Salten", "Lofoten, Vesterålen og Salten", 20),
        ("bydel:Grünerløkka", "Grünerløkka", 1),
        ("D30", "Førde", 7),
        ("46", "Vestland", 50),
        ("4640", "Sogndal", 1),
        ("Vågan+Vestvågøy + Flakstad+Moskenes", "Vågan + Vestvågøy + Flakstad + Moskenes", 4),
        ("Helse Nord", "Helse Nord RHF", 80),
    ],
)
def test_an_area_is_found_as_people_type_it(shipped: Atlas, typed: str, name: str, units: int) -> None:
    found = areas.resolve(typed, shipped)
    assert (found.name, len(found.units)) == (name, units)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Bergen", "kommune:Bergen, helsefellesskap:Bergen"),
        ("Herøy", "kommune:Herøy (Møre og Romsdal), kommune:Herøy (Nordland)"),
        ("Våler", "kommune:Våler (Østfold), kommune:Våler (Innlandet)"),
        ("Stavanger", "dps:Stavanger"),
        ("Førdee", "Førde"),
        ("Tromsöö", "Tromsø"),
        ("rar:Oslo", "kommune:"),
        ("", "Norge"),
    ],
)
def test_a_name_that_is_unknown_or_means_several_areas_asks_back(shipped: Atlas, typed: str, offered: str) -> None:
    assert offered in refusal(UnknownNameError, lambda: areas.resolve(typed, shipped))


def test_every_offered_candidate_can_be_typed(shipped: Atlas) -> None:
    for typed in ("Bergen", "Herøy", "Våler", "Stavanger"):
        sentence = refusal(UnknownNameError, lambda typed=typed: areas.resolve(typed, shipped))
        for candidate in sentence.rstrip(".").split("example: ")[1].split(", "):
            assert areas.resolve(candidate, shipped).units


def test_every_unit_municipality_and_health_area_is_found_by_its_own_name(shipped: Atlas) -> None:
    for kind, (_, column) in areas.KINDS.items():
        rows = shipped.units[shipped.units.index.str.len() == 6] if kind == "bydel" else shipped.units
        for name in rows[column].unique():
            assert areas.resolve(f"{kind}:{name}", shipped).units


def test_names_agree_without_case_accents_parallel_names_and_brackets() -> None:
    assert names.plain("Lofoten, Vesterålen og Salten") == names.plain("lofoten vesteralen salten")
    assert "herøy".replace("ø", "o") in names.forms("Herøy (Nordland)")
    assert "karasjohka" in names.forms("Kárášjohka - Karasjok")


@pytest.mark.parametrize(
    ("typed", "name", "lon", "lat"),
    [
        ("4640", "Sogndalsfjøra (Sogndal)", 7.10, 61.23),
        ("Sogndal", "Sogndal", 7.10, 61.23),
        ("Førde", "Førde", 5.86, 61.45),
        ("Bergen", "Bergen", 5.32, 60.39),
        ("Oslo", "Oslo", 10.75, 59.91),
        ("Guovdageaidnu", "Kautokeino", 23.04, 69.01),
        ("Lavik", "Lavik", 5.51, 61.10),
        ("5.4, 61.9", "5.4000,61.9000", 5.4, 61.9),
    ],
)
def test_a_place_is_found_by_code_name_or_coordinates(
    shipped: Atlas, typed: str, name: str, lon: float, lat: float
) -> None:
    place = places.resolve(typed, shipped)
    assert place.name == name
    assert (place.lon, place.lat) == (pytest.approx(lon, abs=0.01), pytest.approx(lat, abs=0.01))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Herøy", "1515"),
        ("Våler", "3419"),
        ("Leknes", "Vestvågøy"),
        ("Førdee", "Førde"),
        ("61.9,5.4", "longitude first"),
    ],
)
def test_a_place_that_is_unknown_twofold_or_abroad_asks_back(shipped: Atlas, typed: str, said: str) -> None:
    assert said in refusal(UnknownNameError, lambda: places.resolve(typed, shipped))


LOST = ["Troms\udcf8", "Troms\ufffd", "Troms?", "Troms├©", "Troms√∏", "Tromsж", "Norge?"]


@pytest.mark.parametrize("typed", LOST, ids=ascii)
def test_a_name_whose_letters_were_lost_is_no_other_name(shipped: Atlas, typed: str) -> None:
    for resolve in (areas.resolve, places.resolve):
        with pytest.raises(UnknownNameError) as refused:
            resolve(typed, shipped)
        assert refused.value.message("en").isprintable()
