"""A potential in words, tables and files: three languages, rounded in sentences, whole persons elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from worlds.basics import refusal
from worlds.potentials import ASKED, DEFAULT

from factgeo import language
from factgeo import settings as factgeo_settings
from factgeo.atlas import areas, places
from factgeo.atlas.pack import Atlas
from factgeo.errors import OutputError
from factgeo.export import folder
from factgeo.export import potential as potential_files
from factgeo.reach import potential
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.report import potential as potential_report


@pytest.fixture(scope="module")
def area(shipped: Atlas) -> AreaPotential:
    return potential.of_area(shipped, areas.resolve("Vik", shipped), DEFAULT, ASKED)


@pytest.fixture(scope="module")
def town(shipped: Atlas) -> PlacePotential:
    return potential.of_place(shipped, places.resolve("Førde", shipped), DEFAULT, ASKED)


@pytest.mark.parametrize(
    ("persons", "expected"),
    [(0, "0"), (4, "4"), (999, "999"), (1004, "1,000"), (42_165, "42,200"), (5_627_400, "5,630,000")],
)  # fmt: skip
def test_persons_within_modelled_minutes_have_three_digits(persons: int, expected: str) -> None:
    language.use("en")
    assert potential_report.shown(persons) == expected


def test_the_json_of_a_place_has_the_contract_s_keys(town: PlacePotential) -> None:
    found = potential_report.place_json(town)
    assert found["at"] == "Førde"
    for who in ("residents", "adults", "target_group"):
        assert list(found[who]) == ["30", "45", "60", "90"]  # type: ignore[call-overload]
    assert found["residents"] == dict(zip(["30", "45", "60", "90"], town.place.residents, strict=True))
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_json_of_an_area_lists_best_places_and_bases(area: AreaPotential) -> None:
    found = potential_report.area_json(area)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [best["rank"] for best in found["best"]] == list(range(1, len(area.best) + 1))  # type: ignore[attr-defined]
    assert len(found["bases"]) == len(area.bases)  # type: ignore[arg-type]
    assert (found["half_life_min"], found["border"]) == (30.0, "hf")


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_sentences_name_the_figures_and_what_to_know(town: PlacePotential, area: AreaPotential, lang: str) -> None:
    language.use(lang)
    said = potential_report.place_lines(town)
    within = next(line for line in said if " 60 minut" in line)
    assert potential_report.shown(town.place.residents[2]) in within
    assert potential_report.shown(town.place.target_group[2].central) in within
    notes = {"nb": "aldri legges sammen", "nn": "aldri leggjast saman", "en": "never be added"}
    assert any(notes[lang] in line for line in said)
    assert any(notes[lang] in line for line in potential_report.area_lines(area))


def test_without_borders_nothing_is_said_of_an_own_zone(shipped: Atlas) -> None:
    language.use("en")
    free = factgeo_settings.load(assignments=["border=none"])
    found = potential.of_area(shipped, areas.resolve("Vik", shipped), free, ASKED)
    assert not any("own hospital trust" in line for line in potential_report.area_lines(found))


def test_the_markdown_has_a_row_for_each_best_place_and_base(area: AreaPotential) -> None:
    rows = [line for line in potential_report.area_markdown(area).splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + len(area.best) + 2 + len(area.bases)
    assert len({row.count("|") for row in rows[: 2 + len(area.best)]}) == 1


def test_tables_hold_whole_persons_and_every_cell(area: AreaPotential) -> None:
    cells = potential_report.cells_table(area)
    assert len(cells) == len(area.cells)
    assert cells["residents_60"].tolist() == area.of_cells.residents[:, 2].tolist()
    assert cells["target_group_60"].tolist() == [round(0.0064 * count) for count in cells["adults_60"]]
    best = potential_report.best_table(area)
    assert best["new_residents"].tolist() == [each.new for each in area.best]


def test_a_folder_is_written_whole_and_replaced_only_when_asked(
    area: AreaPotential, town: PlacePotential, tmp_path: Path
) -> None:
    out = tmp_path / "potential"
    folder.write(potential_files.of_area(area), out, overwrite=False)
    expected = {"potential.json", "potential.md", "map.html", "best.csv", "bases.csv", "cells.csv"}
    assert {path.name for path in out.iterdir()} == expected
    assert len(pd.read_csv(out / "cells.csv", dtype={"ssbid": str})) == len(area.cells)
    message = refusal(OutputError, lambda: folder.write(potential_files.of_place(town), out, overwrite=False))
    assert "already holds a population potential" in message
    folder.write(potential_files.of_place(town), out, overwrite=True)
    assert {path.name for path in out.iterdir()} == {
        "potential.json",
        "potential.md",
        "map.html",
        "units.csv",
        "cells.csv",
    }
    units = pd.read_csv(out / "units.csv")
    assert units["residents_60"].sum() == town.place.residents[2]
