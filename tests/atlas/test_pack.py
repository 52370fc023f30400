"""The pack: written whole or not at all, read with its hashes checked, and true to the official figures."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import tomli_w
from worlds.basics import REPO, UTM33, line, refusal

from factgeo.atlas import pack, tables
from factgeo.building import pack as building
from factgeo.cli import versions
from factgeo.errors import OutputError, PackError, SourceError
from factgeo.sources.files import file_sha256
from factgeo.sources.tables import FACTS
from factgeo.travel import access

LINKS = pd.DataFrame({"unit_a": ["1101"], "unit_b": ["1103"], "kind": ["road"], "crossing": [""]})
MANIFEST = {"schema": pack.SCHEMA, "settings": {"year": 2026}}


@pytest.fixture
def few_facts(tmp_path: Path) -> Path:
    """A facts folder with one line in each table."""
    folder = tmp_path / "facts"
    folder.mkdir()
    for name in FACTS:
        (folder / f"{name}.csv").write_text("id\n1\n")
    return folder


@pytest.fixture
def small(tmp_path: Path, few_facts: Path) -> Path:
    """A pack of one table."""
    building.write(building.Built({"links": LINKS}, MANIFEST), few_facts, tmp_path / "pack")
    return tmp_path / "pack"


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_written_pack_is_read_back(small: Path) -> None:
    atlas = pack.load(small)
    assert atlas.links.equals(LINKS)
    assert atlas.facts("parameters")["id"].tolist() == ["1"]
    assert atlas.year == 2026


def test_a_damaged_file_is_refused_by_name_and_hash(small: Path) -> None:
    path = small / "roads" / "links.parquet"
    was = file_sha256(path)
    path.write_bytes(path.read_bytes() + b" ")
    message = refusal(PackError, lambda: pack.load(small).links)
    assert str(path) in message
    assert was[:12] in message
    assert file_sha256(path)[:12] in message


def test_a_table_that_was_cut_off_before_its_manifest_was_written_is_refused(small: Path) -> None:
    path = small / "roads" / "links.parquet"
    before = file_sha256(path)
    path.write_bytes(path.read_bytes()[:-100])
    manifest = small / "manifest.toml"
    manifest.write_text(manifest.read_text().replace(before, file_sha256(path)))
    assert "links.parquet of the pack is no table" in refusal(PackError, lambda: pack.load(small).links)


def test_a_damaged_fact_is_refused(small: Path) -> None:
    (small / "facts" / "parameters.csv").write_text("id\n2\n")
    assert "parameters.csv was changed" in refusal(PackError, lambda: pack.load(small).facts("parameters"))


def test_a_missing_file_is_named(small: Path) -> None:
    (small / "roads" / "links.parquet").unlink()
    assert "links.parquet" in refusal(PackError, lambda: pack.load(small).links)


def test_a_file_that_the_manifest_does_not_list_is_not_read(small: Path) -> None:
    shutil.copy(small / "roads" / "links.parquet", small / "roads" / "roads.parquet")
    assert "roads.parquet" in refusal(PackError, lambda: pack.load(small).roads)


def test_a_folder_without_manifest_is_no_pack(tmp_path: Path) -> None:
    assert "manifest.toml" in refusal(PackError, lambda: pack.load(tmp_path))


@pytest.mark.parametrize(
    "manifest",
    [
        'schema = "factgeo.pack/999"\nfiles = []\n[settings]\nyear = 2026\n',
        "[project]\n",
        "schema = \n",
        f'schema = "{pack.SCHEMA}"\n',
    ],
    ids=["another schema", "another file", "no toml", "cut off"],
)
def test_a_manifest_of_another_kind_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.toml").write_text(manifest)
    assert "is not the manifest of a factgeo pack" in refusal(PackError, lambda: pack.load(tmp_path))


def test_the_pack_is_found_where_the_environment_points(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(small))
    assert pack.load().folder == small


def test_the_pack_is_found_in_the_working_folder_before_the_one_of_the_package(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FACTGEO_DATA", raising=False)
    small.rename(small.with_name("data"))
    monkeypatch.chdir(small.parent)
    assert pack.load().folder.resolve() == small.with_name("data").resolve()


def test_equal_packs_have_equal_digests(small: Path, few_facts: Path, tmp_path: Path) -> None:
    building.write(building.Built({"links": LINKS}, MANIFEST), few_facts, tmp_path / "again")
    building.write(building.Built({"links": LINKS.assign(kind="border")}, MANIFEST), few_facts, tmp_path / "other")
    digests = [pack.load(folder).digest for folder in (small, tmp_path / "again", tmp_path / "other")]
    assert digests[0] == digests[1] != digests[2]


# -- writing


def test_a_new_pack_replaces_an_old_one_and_leaves_nothing_beside_it(small: Path, few_facts: Path) -> None:
    building.write(building.Built({"links": LINKS.assign(kind="ferry")}, MANIFEST), few_facts, small)
    assert pack.load(small).links["kind"].tolist() == ["ferry"]
    assert sorted(path.name for path in small.parent.iterdir()) == ["facts", "pack"]


class _Unwritable(pd.DataFrame):
    def to_parquet(self, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")


def test_a_build_that_fails_while_writing_leaves_the_old_pack_untouched(small: Path, few_facts: Path) -> None:
    before = contents(small)
    full = building.Built({"links": LINKS.assign(kind="ferry"), "cells": _Unwritable()}, MANIFEST)
    assert "No space left" in refusal(OutputError, lambda: building.write(full, few_facts, small))
    (few_facts / "teams_2025_10.csv").unlink()
    new = building.Built({"links": LINKS.assign(kind="ferry")}, MANIFEST)
    assert "teams_2025_10.csv" in refusal(SourceError, lambda: building.write(new, few_facts, small))
    assert contents(small) == before
    assert sorted(path.name for path in small.parent.iterdir()) == ["facts", "pack"]


def test_a_build_that_cannot_take_the_old_packs_place_puts_it_back(
    small: Path, few_facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename = contents(small), Path.rename
    renamed: list[Path] = []

    def rename_once_only(path: Path, target: Path) -> Path:
        renamed.append(path)
        if len(renamed) == 2:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_once_only)
    new = building.Built({"links": LINKS.assign(kind="ferry")}, MANIFEST)
    assert "Input/output error" in refusal(OutputError, lambda: building.write(new, few_facts, small))
    assert contents(small) == before


def held_by_others(folder: Path, case: str) -> Path:
    """A place where no pack may be written."""
    if case == "other files":
        folder.mkdir()
        (folder / "thesis.docx").touch()
    elif case == "another manifest":
        folder.mkdir()
        (folder / "manifest.toml").write_text("[project]\n")
    else:
        folder.touch()
    return folder


@pytest.mark.parametrize("case", ["other files", "another manifest", "a file"])
def test_a_place_that_holds_something_else_is_refused_and_left_alone(
    tmp_path: Path, few_facts: Path, case: str
) -> None:
    out = held_by_others(tmp_path / "out", case)
    before = contents(tmp_path)
    message = refusal(OutputError, lambda: building.write(building.Built({}, MANIFEST), few_facts, out))
    assert str(out) in message
    assert contents(tmp_path) == before


def test_a_pack_folder_that_also_holds_other_things_is_not_replaced(small: Path, few_facts: Path) -> None:
    (small / "notes.txt").touch()
    message = refusal(OutputError, lambda: building.write(building.Built({}, MANIFEST), few_facts, small))
    assert "notes.txt" in message
    assert (small / "notes.txt").exists()


def test_an_empty_folder_takes_a_pack(tmp_path: Path, few_facts: Path) -> None:
    (tmp_path / "out").mkdir()
    building.write(building.Built({"links": LINKS}, MANIFEST), few_facts, tmp_path / "out")
    assert pack.load(tmp_path / "out").links.equals(LINKS)


# -- contracts and totals


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"unit_a": ["301"]}, "unit_a"),
        ({"kind": ["canal"]}, "kind"),
        ({"extra": ["x"]}, "extra"),
    ],
    ids=["a code without leading zero", "an unknown kind", "a column too many"],
)
def test_a_table_that_breaks_its_contract_is_refused_by_name(change: dict[str, list[str]], column: str) -> None:
    message = refusal(PackError, lambda: tables.check("links", LINKS.assign(**change)))
    assert "“links”" in message
    assert column in message


def test_a_table_whose_key_stands_twice_is_refused() -> None:
    twice = pd.concat([LINKS, LINKS], ignore_index=True)
    assert "“links”" in refusal(PackError, lambda: tables.check("links", twice))


def test_a_table_that_lacks_a_column_is_refused() -> None:
    message = refusal(PackError, lambda: tables.check("links", LINKS.drop(columns="crossing")))
    assert "'crossing' not in" in message


def test_geometry_must_be_there_and_in_the_packs_coordinate_system() -> None:
    def table(shape: shapely.Geometry | None, crs: int) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame({"edge_id": [0]}, geometry=[shape], crs=crs)

    assert "row 0" in refusal(PackError, lambda: tables.check("roads", table(None, UTM33)))
    assert "EPSG:4326" in refusal(PackError, lambda: tables.check("roads", table(line((0, 0), (1, 1)), 4326)))


@pytest.fixture
def changed(shipped: pack.Atlas, tmp_path: Path) -> Callable[[str, pd.DataFrame], pack.Atlas]:
    """The shipped pack with one table replaced, its hash in the manifest renewed."""

    def replace(name: str, table: pd.DataFrame) -> pack.Atlas:
        folder = shutil.copytree(shipped.folder, tmp_path / "changed")
        table.to_parquet(folder / pack.FILES[name])
        manifest = tomllib.loads((folder / "manifest.toml").read_text())
        for entry in manifest["files"]:
            entry["sha256"] = file_sha256(folder / entry["path"])
        (folder / "manifest.toml").write_text(tomli_w.dumps(manifest))
        return pack.load(folder)

    return replace


def test_cells_that_do_not_sum_to_the_official_figure_are_refused_by_unit(
    shipped: pack.Atlas, changed: Callable[[str, pd.DataFrame], pack.Atlas]
) -> None:
    cells = shipped.cells.copy()
    cells.loc[cells.index[-1], "adults"] -= 1
    message = refusal(PackError, lambda: pack.check_totals(changed("cells", cells)))
    assert cells["unit_code"].iloc[-1] in message
    assert "adults" in message


def test_cells_of_a_unit_that_there_is_not_are_refused(
    shipped: pack.Atlas, changed: Callable[[str, pd.DataFrame], pack.Atlas]
) -> None:
    cells = pd.concat([shipped.cells, shipped.cells.tail(1).assign(unit_code="9999")])
    assert "9999" in refusal(PackError, lambda: pack.check_totals(changed("cells", cells)))


def test_all_columns_that_break_a_contract_are_named_at_once() -> None:
    message = refusal(PackError, lambda: tables.check("links", LINKS.assign(unit_a=["301"], kind=["canal"])))
    assert message.startswith("2 mistakes")
    assert "column unit_a" in message
    assert "column kind" in message


def test_all_files_that_are_damaged_or_missing_are_named_at_once(shipped: pack.Atlas, tmp_path: Path) -> None:
    folder = shutil.copytree(shipped.folder, tmp_path / "damaged")
    (folder / "roads" / "links.parquet").write_bytes(b"x")
    (folder / "municipalities" / "places.parquet").unlink()
    message = refusal(PackError, lambda: pack.verify(pack.load(folder)))
    assert message.startswith("2 mistakes")
    assert "links.parquet was changed" in message
    assert "lacks" in message
    assert "places.parquet" in message


def test_all_units_whose_cells_do_not_sum_up_are_named_at_once(shipped: pack.Atlas) -> None:
    cells = shipped.cells.copy()
    cells.loc[[cells.index[0], cells.index[-1]], "adults"] -= 1
    message = refusal(PackError, lambda: pack.check_totals(shipped.changed(cells=cells)))
    assert message.startswith("2 mistakes")
    assert all(f" {unit} " in message for unit in cells["unit_code"].iloc[[0, -1]])


def test_all_tables_with_units_that_are_none_are_named_at_once(shipped: pack.Atlas) -> None:
    strange = {name: getattr(shipped, name).copy() for name in ("cells", "links")}
    strange["cells"].iloc[-1, strange["cells"].columns.get_loc("unit_code")] = "9999"
    strange["links"].iloc[-1, strange["links"].columns.get_loc("unit_b")] = "9998"
    message = refusal(PackError, lambda: pack.check_totals(shipped.changed(**strange)))
    assert message.startswith("2 mistakes")
    assert "9999" in message
    assert "9998" in message


def test_all_that_a_manifest_lacks_is_named_at_once(tmp_path: Path) -> None:
    content = {"schema": pack.SCHEMA, "settings": {}, "files": [{"path": "a"}, {"path": "b", "sha256": "c"}, {}]}
    (tmp_path / "manifest.toml").write_text(tomli_w.dumps(content))
    message = refusal(PackError, lambda: pack.load(tmp_path))
    assert message.startswith("3 mistakes")
    assert all(part in message for part in ("no settings.year", "files[1]: no path or sha256", "files[3]"))


# -- the shipped pack


def test_the_shipped_pack_is_found_from_the_checkout_and_passes_its_own_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FACTGEO_DATA", raising=False)
    monkeypatch.chdir(REPO)
    said = pack.verify(pack.load())
    assert [re.sub(r"\D", "", line) for line in said[-2:]] == ["5627400", "4526020"]


def test_the_shipped_pack_stays_under_14_mb(shipped: pack.Atlas) -> None:
    assert sum(path.stat().st_size for path in shipped.folder.rglob("*") if path.is_file()) < 14e6


def test_there_are_391_units_that_share_their_borders(shipped: pack.Atlas) -> None:
    assert len(shipped.units) == 391
    assert shipped.units.is_valid.all()
    assert shapely.coverage_is_valid(shipped.units.geometry.to_numpy())


def test_cells_of_each_unit_sum_to_its_official_residents_and_adults(shipped: pack.Atlas) -> None:
    sums = shipped.cells.groupby("unit_code")[["persons", "adults"]].sum()
    assert sums.to_numpy().tolist() == shipped.population.to_numpy().tolist()
    assert sums.sum().tolist() == [5_627_400, 4_526_020]


def test_every_validation_case_that_sums_units_is_met_exactly(shipped: pack.Atlas) -> None:
    cases = shipped.facts("validation_cases").set_index("id")["expected_from_units"]
    people = shipped.units[["dps_code", "hf_name"]].join(shipped.population["persons"])
    expected = cases[cases.index.str.fullmatch(r"dps_D\d\d")].astype(int)
    assert len(expected) == 69
    assert people.groupby("dps_code")["persons"].sum().add_prefix("dps_").to_dict() == expected.to_dict()
    trusts = cases[cases.index.str.startswith("hf_") & (cases != "")].astype(int)
    assert sorted(people.groupby("hf_name")["persons"].sum()) == sorted(trusts)


def test_the_links_join_all_units_by_road_and_ferry(shipped: pack.Atlas) -> None:
    links = shipped.links[shipped.links["kind"] != "border"]
    graph = nx.Graph(list(zip(links["unit_a"], links["unit_b"], strict=True)))
    graph.add_nodes_from(shipped.units.index)
    assert nx.is_connected(graph)


def test_municipalities_that_are_split_between_areas_in_practice_are_marked_as_such(shipped: pack.Atlas) -> None:
    notes = shipped.facts("health_areas").set_index("unit_name")["note"]
    for name in ("Kristiansand", "Levanger", "Holmestrand"):
        assert "split in practice between DPS" in notes[name]


def main_network(atlas: pack.Atlas) -> set[int]:
    """Nodes of the largest piece of the network without passenger boats."""
    cars = atlas.roads[atlas.roads["kind"] != "boat"]
    graph = nx.Graph(list(zip(cars["from_node"], cars["to_node"], strict=True)))
    return max(nx.connected_components(graph), key=len)


def test_at_least_99_5_per_cent_of_road_km_are_in_one_network(shipped: pack.Atlas) -> None:
    roads = shipped.roads[shipped.roads["kind"] == "road"]
    joined = roads.loc[roads["from_node"].isin(main_network(shipped)), "length_m"].sum() / 1000
    report = shipped.manifest["roads"]
    assert joined / (report["road_km"] + report["road_km_left_out"]) >= 0.995


def test_every_crossing_in_service_all_year_is_joined_to_roads_at_both_ends_or_named(shipped: pack.Atlas) -> None:
    crossings = shipped.facts("ferry_crossings").query("season == 'all_year' and in_service == 'yes'")
    named = {entry["crossing_id"] for entry in shipped.manifest["crossings_left_out"]}
    edges = shipped.roads
    ferries = edges[edges["kind"] == "ferry"].set_index("crossing_id")
    assert set(crossings["crossing_id"]) <= set(ferries.index) | named
    roads = edges[edges["kind"] == "road"]
    on_road = set(roads[["from_node", "to_node"]].stack())
    ties = nx.Graph(list(edges.loc[edges["kind"] == "tie", ["from_node", "to_node"]].itertuples(index=False)))
    tied = {node for part in nx.connected_components(ties) if part & on_road for node in part}
    tree, main = shapely.STRtree(roads.geometry.to_numpy()), main_network(shipped)
    for ferry in ferries.loc[ferries.index.isin(crossings["crossing_id"])].itertuples():
        for node, quay in zip((ferry.from_node, ferry.to_node), ferry.geometry.boundary.geoms, strict=True):
            near = tree.query_nearest(quay, max_distance=1_500)
            assert node in main, ferry.crossing
            assert node in on_road | tied or not len(near), ferry.crossing


@pytest.mark.parametrize(("kind", "reach_m"), [("ferry", 1_500), ("boat", 500)])
def test_only_quays_and_boat_stops_without_a_road_near_have_a_landing(
    shipped: pack.Atlas, kind: str, reach_m: float
) -> None:
    edges = shipped.roads
    tree = shapely.STRtree(edges.geometry.to_numpy()[edges["kind"] == "road"])
    sails = edges[edges["kind"] == kind]
    served = set(sails["from_node"]) | set(sails["to_node"])
    landing = (edges["kind"] == "landing") & (edges["from_node"].isin(served) | edges["to_node"].isin(served))
    quays = shapely.get_point(edges.geometry.to_numpy()[landing], 0)
    assert 0 < len(quays) <= 20
    assert not len(tree.query_nearest(quays, max_distance=reach_m)[0])


@pytest.mark.parametrize("name", ["Lavik-Oppedal", "Mannheller-Fodnes", "Hjelmeland-Nesvik", "Solavågen-Festøya"])
def test_a_crossing_that_joining_end_points_would_lose_is_routable(shipped: pack.Atlas, name: str) -> None:
    (ferry,) = shipped.roads[shipped.roads["crossing"] == name].itertuples()
    cars = shipped.roads[shipped.roads["kind"].isin(["road", "tie"])]
    by_node = set(cars["from_node"]) | set(cars["to_node"])
    assert {ferry.from_node, ferry.to_node} <= by_node


def test_no_node_lies_where_ferry_lines_meet_at_sea(shipped: pack.Atlas) -> None:
    junctions = shipped.facts("ferry_sea_junctions")
    at_sea = shapely.points(junctions["x_utm33"].astype(float), junctions["y_utm33"].astype(float))
    lines = shipped.roads.geometry.to_numpy()[shipped.roads["kind"] != "boat"]
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    near = shapely.STRtree(ends).query_nearest(at_sea, return_distance=True, all_matches=False)[1]
    assert len(at_sea) == 44
    assert near.min() > 200


def test_cells_get_on_roads_only_and_those_who_cannot_are_counted(shipped: pack.Atlas) -> None:
    edge = shipped.cell_access.edge
    used = shipped.roads.iloc[np.unique(edge[edge >= 0])]
    assert set(used["kind"]) <= {"road", "tie", "landing"}
    assert not used["tunnel"].any()
    by_car = access.joined_by_car(shipped.roads)
    without = int(shipped.cells.loc[(edge < 0) | ~by_car[edge], "persons"].sum())
    assert without == shipped.manifest["roads"]["residents_without_road"] < 15_000


def test_the_manifest_names_publisher_and_licence_of_every_source(shipped: pack.Atlas) -> None:
    assert len(shipped.manifest["sources"]) >= 10
    for source in shipped.manifest["sources"]:
        assert source["publisher"]
        assert source["licence"]
        assert source["known"]


# -- built anew from the official files


@pytest.fixture(scope="module")
def rebuilt(sources: Path, facts: Path, tmp_path_factory: pytest.TempPathFactory) -> pack.Atlas:
    """The pack built from the official files."""
    out = tmp_path_factory.mktemp("built") / "pack"
    building.write(building.build(sources, facts, year=2026, resolution="1km"), facts, out)
    return pack.load(out)


def writes_the_same_bytes() -> bool:
    """Other versions of pandas and pyarrow than the pack was made with write their own names into its tables."""
    known = versions.newest_known()
    return all(version == known[name] for name, version in versions.installed({"pandas": "", "pyarrow": ""}).items())


@pytest.mark.sources
def test_the_official_files_give_the_shipped_pack_byte_for_byte(rebuilt: pack.Atlas, shipped: pack.Atlas) -> None:
    if not writes_the_same_bytes():
        for path in pack.FILES.values():
            one, other = (pd.read_parquet(atlas.folder / path) for atlas in (rebuilt, shipped))
            pd.testing.assert_frame_equal(one, other)
        return
    digests = {entry["path"]: entry["sha256"] for entry in rebuilt.manifest["files"]}
    assert digests == {entry["path"]: entry["sha256"] for entry in shipped.manifest["files"]}


@pytest.mark.sources
def test_the_manifest_says_what_the_build_found(rebuilt: pack.Atlas, shipped: pack.Atlas) -> None:
    for part in ("settings", "rows", "roads", "crossings_left_out", "sources"):
        assert rebuilt.manifest[part] == shipped.manifest[part]
    assert {"key": "grid_corrected", "value": "2022"} in rebuilt.manifest["checks"]


@pytest.mark.sources
def test_facts_in_the_pack_are_those_of_the_facts_folder(shipped: pack.Atlas, facts: Path) -> None:
    for name in FACTS:
        assert (shipped.folder / "facts" / f"{name}.csv").read_bytes() == (facts / f"{name}.csv").read_bytes()


@pytest.mark.sources
def test_a_year_that_the_residents_table_lacks_is_refused_with_those_it_has(sources: Path, facts: Path) -> None:
    message = refusal(SourceError, lambda: building.build(sources, facts, year=2031, resolution="1km"))
    assert "no year 2031, only 2019, 2020" in message
