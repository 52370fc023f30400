"""Where teams may have their base: several cells per unit, planners' own sites, and rules that name places."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, partial
from itertools import combinations, groupby
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from worlds.basics import REPO, refusal

from factgeo import cli, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.errors import FactgeoError, PlanError, SettingsError, SourceError
from factgeo.planning import pipeline
from factgeo.planning.check import check
from factgeo.planning.result import Result
from factgeo.settings import Settings, Site
from factgeo.travel import bases
from factgeo.travel.bases import Base

Save = Callable[[str, str | bytes], Path]
NAUSTDAL = (5.7167, 61.5090)  # in Sunnfjord (4647), not its centre
BERGEN = (5.3242, 60.3930)
HARDANGERVIDDA = (7.4, 60.1)  # in Ullensvang, 15 km from the nearest road of N1000
AREAS = ("Helse Førde", "Finnmarkssykehuset", "Lofoten", "Oslo")


def load(*assignments: str, sites: tuple[Site, ...] = ()) -> Settings:
    tables = {"bases": {"sites": [site.model_dump() for site in sites]}} if sites else {}
    return settings.load(assignments=assignments, tables=tables)


def site(name: str, spot: tuple[float, float], role: str = "candidate") -> Site:
    return Site.model_validate({"name": name, "lon": spot[0], "lat": spot[1], "role": role})


@cache
def plan(atlas: Atlas, area: str, *assignments: str, sites: tuple[Site, ...] = ()) -> Result:
    return pipeline.propose(atlas, areas.resolve(area, atlas), load(*assignments, sites=sites))


def price(result: Result) -> float:
    return result.plan.proof.stages[-1].value


def used(result: Result) -> list[str]:
    return [catchment.base.name for catchment in result.plan.catchments]


def three_per_unit(atlas: Atlas, area: str) -> tuple[Base, ...]:
    return bases.candidates(atlas, areas.resolve(area, atlas).units, load("bases.per_unit=3"))


def metres(some: tuple[Base, ...] | list[Base]) -> list[shapely.Point]:
    points = gpd.GeoSeries.from_xy([b.lon for b in some], [b.lat for b in some], crs=4326)
    return list(points.to_crs(25833))


# several bases per unit


@pytest.mark.parametrize("area", AREAS)
def test_the_bases_of_a_unit_start_with_its_centre_and_lie_apart(shipped: Atlas, area: str) -> None:
    units = areas.resolve(area, shipped).units
    of_unit = {code: list(some) for code, some in groupby(three_per_unit(shipped, area), key=lambda b: b.unit_code)}
    assert list(of_unit) == list(units)
    for unit, some in of_unit.items():
        assert [base.kind for base in some] == ["centre", "dense", "dense"][: len(some)]
        assert some[0].name == shipped.units.at[unit, "base_name"]
        assert all(a.distance(b) >= 4999 for a, b in combinations(metres(some), 2))


@pytest.mark.parametrize("area", AREAS)
def test_a_dense_base_is_a_cell_of_its_unit_with_a_name_from_its_municipality(shipped: Atlas, area: str) -> None:
    dense = [base for base in three_per_unit(shipped, area) if base.kind == "dense"]
    assert dense
    for base, point in zip(dense, metres(dense), strict=True):
        cells = shipped.cells[shipped.cells["unit_code"] == base.unit_code]
        assert np.hypot(cells["home_x"] - point.x, cells["home_y"] - point.y).min() < 2
        municipality = shipped.units.at[base.unit_code, "municipality_code"]
        assert base.name in set(shipped.places.loc[shipped.places["municipality_code"] == municipality, "name"])


def test_the_next_base_is_the_densest_cell_that_lies_apart(shipped: Atlas) -> None:
    """Kinn: Måløy, the other town, 40 km from the centre Florø."""
    centre, second, _ = (base for base in three_per_unit(shipped, "Helse Førde") if base.unit_code == "4602")
    assert second.name == "Måløy"
    cells = shipped.cells[shipped.cells["unit_code"] == "4602"]
    (start, chosen) = metres([centre, second])
    away = np.hypot(cells["home_x"] - start.x, cells["home_y"] - start.y) >= 5000
    here = np.hypot(cells["home_x"] - chosen.x, cells["home_y"] - chosen.y) < 2
    assert cells.loc[here, "persons"].max() == cells.loc[away, "persons"].max()


def test_one_base_per_unit_is_its_centre_and_more_kilometres_apart_leave_fewer(shipped: Atlas) -> None:
    units = areas.resolve("Helse Førde", shipped).units
    counts = [
        len(bases.candidates(shipped, units, load(f"bases.per_unit={n}", f"bases.apart_km={km}")))
        for n, km in ((1, 5), (3, 5), (3, 40), (3, 100))
    ]
    assert counts[:2] == [len(units), 3 * len(units)]
    assert counts[1] > counts[2] > counts[3] >= len(units)


def test_the_same_rules_give_the_same_bases_again(shipped: Atlas) -> None:
    assert three_per_unit(shipped, "Finnmarkssykehuset") == three_per_unit(shipped, "Finnmarkssykehuset")


@pytest.mark.parametrize("area", AREAS)
def test_more_bases_are_never_worse(shipped: Atlas, area: str) -> None:
    few, many = plan(shipped, area), plan(shipped, area, "bases.per_unit=3")
    assert price(many) <= price(few) * (1 + 1e-6)
    assert check(many.plan, shipped, many.journeys) == []


def test_more_bases_save_a_great_deal_in_finnmark(shipped: Atlas) -> None:
    few, many = plan(shipped, "Finnmarkssykehuset"), plan(shipped, "Finnmarkssykehuset", "bases.per_unit=3")
    assert price(many) < 0.8 * price(few)
    assert "dense" in {catchment.base.kind for catchment in many.plan.catchments}


def test_a_unit_with_several_bases_has_one_team_base_at_most(shipped: Atlas) -> None:
    for area in AREAS:
        homes = [c.base.unit_code for c in plan(shipped, area, "bases.per_unit=3").plan.catchments]
        assert len(homes) == len(set(homes))


# rules that name places


@pytest.mark.parametrize("name", ["Sunnfjord", "sunnfjord", "4647", "Førde", "forde"])
def test_a_rule_may_name_a_base_by_its_unit_its_code_or_its_place(shipped: Atlas, name: str) -> None:
    free = plan(shipped, "Helse Førde")
    assert "Førde" in used(free)
    without = plan(shipped, "Helse Førde", f'bases.forbidden=["{name}"]')
    assert "Førde" not in used(without)
    assert price(without) > price(free)
    assert used(plan(shipped, "Helse Førde", f'bases.required=["{name}"]')) == used(free)


@pytest.mark.parametrize("name", ["Gloppen", "4650", "Sandane"])
def test_a_required_base_is_used_and_costs(shipped: Atlas, name: str) -> None:
    free, bound = plan(shipped, "Helse Førde"), plan(shipped, "Helse Førde", f'bases.required=["{name}"]')
    assert "Sandane" not in used(free)
    assert "Sandane" in used(bound)
    assert price(bound) > price(free)
    assert check(bound.plan, shipped, bound.journeys) == []


def test_a_forbidden_unit_has_no_base_but_still_a_team(shipped: Atlas) -> None:
    result = plan(shipped, "Helse Førde", 'bases.forbidden=["Sunnfjord"]', "bases.per_unit=3")
    assert "4647" not in {catchment.base.unit_code for catchment in result.plan.catchments}
    assert "4647" in result.plan.team_of()


def test_a_unit_whose_base_is_forbidden_is_not_said_to_have_too_few_residents(shipped: Atlas) -> None:
    """Alta has 22,000 residents; its base is forbidden, and Hammerfest is too far away."""
    result = plan(shipped, "Alta+Hammerfest", 'bases.forbidden=["Alta"]')
    (alta,) = (entry for entry in result.plan.unserved if entry.unit_code == "5601")
    assert alta.reason != "too_few"


def test_a_base_costs_its_price_unless_it_is_preferred(shipped: Atlas) -> None:
    free = plan(shipped, "Helse Førde")
    named = plan(shipped, "Helse Førde", 'bases.preferred=["Førde", "4640"]', "bases.preference_price=1")
    assert used(named) == used(free)
    assert price(named) == pytest.approx(price(free) + len(used(free)) - 2)


def test_a_high_price_brings_the_preferred_bases_and_no_others(shipped: Atlas) -> None:
    rules = ['bases.preferred=["Gloppen"]', "bases.preference_price=100000000"]
    assert used(plan(shipped, "Helse Førde", *rules)) == ["Sandane"]


@pytest.mark.parametrize("rule", ["required", "forbidden", "preferred"])
def test_a_name_from_outside_the_area_is_refused(shipped: Atlas, rule: str) -> None:
    said = refusal(SettingsError, lambda: plan(shipped, "Helse Førde", f'bases.{rule}=["Tromsø"]'))
    assert "Tromsø" in said


def test_a_single_name_where_a_list_belongs_is_refused_with_a_list(shipped: Atlas) -> None:
    said = refusal(SettingsError, lambda: plan(shipped, "Helse Førde", "bases.required=Solund"))
    assert "bases.required" in said
    assert "list" in said


# planners' own sites


def test_a_candidate_is_used_only_where_it_is_better(shipped: Atlas) -> None:
    free = plan(shipped, "Helse Førde")
    needless = plan(shipped, "Helse Førde", sites=(site("Naustdal", NAUSTDAL),))
    assert used(needless) == used(free)
    assert price(needless) == pytest.approx(price(free))


def test_a_site_beside_everyone_is_taken(shipped: Atlas) -> None:
    """Skaidi lies where the roads to Hammerfest, Alta and Porsanger meet."""
    skaidi = site("Skaidi", (24.5, 70.4333))
    free, with_site = plan(shipped, "Finnmarkssykehuset"), plan(shipped, "Finnmarkssykehuset", sites=(skaidi,))
    assert "Skaidi" in used(with_site)
    assert price(with_site) < price(free)
    (base,) = (c.base for c in with_site.plan.catchments if c.base.name == "Skaidi")
    assert (base.lon, base.lat, base.kind, base.unit_code) == (24.5, 70.4333, "site", "5603")


def test_a_required_site_is_used_and_costs(shipped: Atlas) -> None:
    result = plan(shipped, "Helse Førde", sites=(site("Naustdal", NAUSTDAL, "required"),))
    assert "Naustdal" in used(result)
    assert "Førde" not in used(result)  # in the same unit
    assert price(result) > price(plan(shipped, "Helse Førde"))
    assert check(result.plan, shipped, result.journeys) == []


def test_a_preferred_site_is_used_when_the_price_is_high_enough(shipped: Atlas) -> None:
    naustdal = (site("Naustdal", NAUSTDAL, "preferred"),)
    assert "Naustdal" not in used(plan(shipped, "Helse Førde", sites=naustdal))
    dear = plan(shipped, "Helse Førde", "bases.preference_price=5000000", sites=naustdal)
    assert "Naustdal" in used(dear)
    assert check(dear.plan, shipped, dear.journeys) == []


def test_a_site_can_be_required_by_its_name_and_forbidden_with_its_unit(shipped: Atlas) -> None:
    naustdal = (site("Naustdal", NAUSTDAL),)
    assert "Naustdal" in used(plan(shipped, "Helse Førde", 'bases.required=["Naustdal"]', sites=naustdal))
    none = bases.candidates(
        shipped, areas.resolve("Helse Førde", shipped).units, load('bases.forbidden=["4647"]', sites=naustdal)
    )
    assert "4647" not in {base.unit_code for base in none}


def test_a_site_listed_twice_counts_once(shipped: Atlas) -> None:
    twice = 2 * (site("Naustdal", NAUSTDAL, "required"),)
    once = plan(shipped, "Helse Førde", sites=twice[:1])
    assert used(plan(shipped, "Helse Førde", sites=twice)) == used(once)


@pytest.mark.parametrize(
    ("spot", "why"),
    [
        ((3.5, 61.5), "in the sea"),
        ((17.6, 59.86), "outside Norway"),
        ((61.5, 5.7), "longitude east, latitude north"),
        (HARDANGERVIDDA, "road"),
    ],
    ids=["sea", "Uppsala", "turned round", "no road"],
)
def test_a_site_where_no_base_can_be_is_refused_by_name(shipped: Atlas, spot: tuple[float, float], why: str) -> None:
    area = "Helse Fonna+Helse Bergen"
    said = refusal(SettingsError, lambda: plan(shipped, area, sites=(site("Stua", spot),)))
    assert "Stua" in said
    assert why in said


def test_a_required_site_outside_the_area_is_refused_for_that(shipped: Atlas) -> None:
    """Bergen is big enough for a team; it does not lie in the area."""
    sites = (site("Bergen", BERGEN, "required"),)
    said = refusal(FactgeoError, lambda: plan(shipped, "Helse Førde", sites=sites))
    assert "Bergen" in said
    assert "15,000" not in said


def test_a_required_site_that_cannot_gather_enough_is_refused_by_name(shipped: Atlas) -> None:
    sites = (site("Hardbakke kai", (4.838, 61.0756), "required"),)
    said = refusal(PlanError, lambda: plan(shipped, "Helse Førde", sites=sites))
    assert "Hardbakke kai" in said
    assert "15,000" in said


def test_a_site_in_the_settings_is_a_candidate_unless_it_says_otherwise() -> None:
    given = settings.load(tables={"bases": {"sites": [{"name": "A", "lon": 5.8, "lat": 61.4}]}})
    assert given.bases.sites[0].role == "candidate"


# files of sites


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("name,lon,lat,role\nFørde sør,5.85,61.45,required\nÅ,6,61,\n", "utf-8"),
        ("name,lon,lat,role\r\nFørde sør,5.85,61.45,REQUIRED\r\nÅ,6,61,candidate\r\n", "utf-8-sig"),
        ("Name;Lon;Lat;Role\nFørde sør;5,85;61,45;required\nÅ;6;61;\n", "cp1252"),
        ("role\tlat\tlon\tname\nrequired\t61,45\t5,85\tFørde sør\n\t61\t6\t Å \n", "utf-8"),
        ('name,lon,lat,role\n"Førde sør","5,85","61,45",required\n\nÅ,6,61,\n', "cp1252"),
    ],
    ids=["comma", "bom", "semicolon", "tab", "quoted"],
)
def test_sites_are_read_as_spreadsheets_save_them(save: Save, content: str, encoding: str) -> None:
    found = bases.read_sites(save("sites.csv", content.encode(encoding)))
    assert found == (site("Førde sør", (5.85, 61.45), "required"), site("Å", (6.0, 61.0)))


def test_a_table_without_roles_holds_candidates(save: Save) -> None:
    (found,) = bases.read_sites(save("sites.csv", "name,lon,lat\nA,5.8,61.4\n"))
    assert found.role == "candidate"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,lon,lat\nA,5.8,61.4\n,5.9,61.4\n", ["line 3", "no name"]),
        ("name,lon,lat,role\nA,5.8,61.4,main\n", ["line 2", "main", "candidate, preferred, required"]),
        ("name,lon\nA,5.8\n", ["lacks the column lat"]),
        ("bygg;lon;lat\nA;5,8;61,4\n", ["lacks the column name", "bygg"]),
        ("name,lon,lat\nA,61.4,5.8\n", ["line 2", "61.4", "lon"]),
        ("name,lon,lat\nA,5.8,north\n", ["line 2", "north", "lat"]),
        ("name,lon,lat\nA,5.8,\n", ["line 2", "lat"]),
        ("name,lon,lat\nA,5.8,nan\n", ["line 2", "lat"]),
        ("name,lon,lat\n", ["no rows"]),
        ("", ["sites.csv"]),
        (f"name,lon,lat\n{'x' * 101},5.8,61.4\n", ["line 2", "100"]),
        ("name,lon,lat,Name\nA,5.8,61.4,B\n", ["name"]),
    ],
    ids=["no name", "role", "no lat", "no name column", "turned round", "text", "empty cell", "nan", "no rows",
         "nothing", "long name", "two names"],
)  # fmt: skip
def test_a_faulty_table_of_sites_is_refused_with_its_line(save: Save, content: str, words: list[str]) -> None:
    path = save("sites.csv", content)
    said = refusal(SourceError, lambda: bases.read_sites(path))
    assert "sites.csv" in said
    assert all(word in said for word in words), said


@pytest.mark.parametrize("name", ["gone.csv", "gone.gpkg", "."])
def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert str(path) in refusal(SourceError, lambda: bases.read_sites(path))


def points(tmp_path: Path, columns: dict[str, list[str | None]], crs: int | None = 25832) -> Path:
    """A GeoPackage of two points, near Førde and near Å."""
    path = tmp_path / "sites.gpkg"
    spots = gpd.GeoSeries.from_xy([5.85, 6.0], [61.45, 61.0], crs=4326)
    layer = gpd.GeoDataFrame(columns, geometry=spots.to_crs(crs or 4326))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a layer without a coordinate system
        (layer if crs else layer.set_crs(None, allow_override=True)).to_file(path, driver="GPKG")
    return path


@pytest.mark.parametrize("crs", [4326, 25832, 25833, 3857])
def test_a_geopackage_may_have_any_coordinate_system(tmp_path: Path, crs: int) -> None:
    found = bases.read_sites(points(tmp_path, {"name": ["A", "B"], "role": ["required", ""]}, crs))
    assert [(s.name, s.role) for s in found] == [("A", "required"), ("B", "candidate")]
    assert [s.lon for s in found] == pytest.approx([5.85, 6.0], abs=1e-6)
    assert [s.lat for s in found] == pytest.approx([61.45, 61.0], abs=1e-6)


def test_a_geopackage_with_an_empty_role_holds_a_candidate(tmp_path: Path) -> None:
    found = bases.read_sites(points(tmp_path, {"name": ["A", "B"], "role": ["required", None]}))
    assert [s.role for s in found] == ["required", "candidate"]


def test_a_geopackage_may_write_its_columns_in_any_case(tmp_path: Path) -> None:
    found = bases.read_sites(points(tmp_path, {"Name": ["A", "B"], "ROLE": ["preferred", "required"]}))
    assert [(s.name, s.role) for s in found] == [("A", "preferred"), ("B", "required")]


@pytest.mark.parametrize(
    ("columns", "crs", "words"),
    [
        ({"sted": ["A", "B"]}, 25833, ["name", "sted"]),
        ({"name": ["A", None]}, 25833, ["line 2", "no name"]),
        ({"name": ["A", "B"], "role": ["main", ""]}, 25833, ["line 1", "main"]),
        ({"name": ["A", "B"]}, None, ["coordinate system"]),
    ],
    ids=["no name column", "no name", "role", "no crs"],
)
def test_a_faulty_geopackage_is_refused(
    tmp_path: Path, columns: dict[str, list[str | None]], crs: int | None, words: list[str]
) -> None:
    said = refusal(SourceError, partial(bases.read_sites, points(tmp_path, columns, crs)))
    assert "sites.gpkg" in said
    assert all(word in said for word in words), said


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_the_command_line_plans_with_a_file_of_sites(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, save: Save, kind: str
) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    path = save("sites.csv", f"name;lon;lat;role\nNaustdal;{NAUSTDAL[0]};{NAUSTDAL[1]};required\n")
    if kind == "gpkg":
        table = pd.read_csv(path, sep=";")
        spots = gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs=4326).to_crs(25833)
        path = tmp_path / "sites.gpkg"
        gpd.GeoDataFrame(table[["name", "role"]], geometry=spots).to_file(path, driver="GPKG")
    with pytest.raises(SystemExit) as ended:
        cli.main(["plan", "--area", "Helse Førde", "--json", "--sites", str(path)])
    assert ended.value.code == 0
    assert '"Naustdal"' in capsys.readouterr().out


def test_all_cells_of_a_table_of_sites_that_are_wrong_are_told_at_once(save: Save) -> None:
    path = save("sites.csv", "name;lon;lat;role\n;500;x;boss\nNaustdal;5.7;61.5;\nVik;5.7;6.1;\n")
    said = refusal(SourceError, lambda: bases.read_sites(path)).split("\n- ")[1:]
    assert [each.partition(" ")[2][:6] for each in said] == ["line 2"] * 4 + ["line 4"]
