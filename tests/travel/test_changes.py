"""New links and closed roads: the network they make, the files they come from, and what they change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from worlds import reports
from worlds.basics import refusal

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas, places
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.errors import SettingsError, SourceError
from factgeo.planning import pipeline, result
from factgeo.report import rules as rules_report
from factgeo.settings import FixedLink, Settings
from factgeo.travel import changes, journeys, network
from factgeo.travel import times as travel_times

DEFAULT = factgeo_settings.load()


def with_links(*links: FixedLink) -> Settings:
    return factgeo_settings.load(tables={"roads": {"added": [link.model_dump() for link in links]}})


def between(atlas: Atlas, start: str, end: str) -> FixedLink:
    a, b = places.resolve(start, atlas), places.resolve(end, atlas)
    return FixedLink(name="Ny", start=(a.lon, a.lat), end=(b.lon, b.lat), minutes=5, km=6)


def test_a_link_takes_its_minutes_and_its_kilometres(shipped: Atlas) -> None:
    rules = with_links(between(shipped, "Lavik", "Oppedal"))
    ends = [places.resolve(name, shipped) for name in ("Lavik", "Oppedal")]
    trip = journeys.find_trip(shipped, *ends, rules)
    assert trip.ferries == ()
    assert "Ny" in trip.roads
    assert trip.minutes == pytest.approx(5, abs=2)
    assert trip.km == pytest.approx(6, abs=1)


def test_without_links_the_pack_is_the_pack(shipped: Atlas) -> None:
    assert changes.built(shipped, DEFAULT) is shipped


def test_dividing_roads_changes_no_time(shipped: Atlas) -> None:
    """A link so slow that nobody takes it leaves every time as it was, to the rounding of the two halves."""
    rules = with_links(from_the_middle_of(busiest_road(shipped), shipped))
    built = changes.built(shipped, rules)
    assert len(built.roads) > len(shipped.roads) + 1
    before = seconds_from(shipped, shipped, "Førde", DEFAULT)
    after = seconds_from(shipped, built, "Førde", rules)
    assert ((before == travel_times.UNREACHABLE) == (after == travel_times.UNREACHABLE)).all()
    reached = before != travel_times.UNREACHABLE
    assert np.abs(before[reached] - after[reached]).max() <= 2


def busiest_road(atlas: Atlas) -> int:
    """The road on which most cells of Sunnfjord get on."""
    edges = atlas.cell_access.edge[(atlas.cells["unit_code"] == "4647").to_numpy()]
    return int(np.bincount(edges[edges >= 0]).argmax())


def from_the_middle_of(edge: int, atlas: Atlas) -> FixedLink:
    """A link that nobody would take."""
    lonlat = atlas.roads.geometry.iloc[[edge]].interpolate(0.5, normalized=True).to_crs(4326).iloc[0]
    lavik = places.resolve("Lavik", atlas)
    return FixedLink(name="x", start=(lonlat.x, lonlat.y), end=(lavik.lon, lavik.lat), minutes=300, km=500)


def seconds_from(shipped: Atlas, atlas: Atlas, name: str, rules: Settings) -> np.ndarray:
    place = places.resolve(name, shipped)
    base = journeys.access_of(atlas, [place.lon], [place.lat])
    return travel_times.seconds_to_cells(network.from_table(atlas.roads, rules), base, atlas.cell_access, rules)[0]


def test_cells_stay_where_they_are_when_their_road_is_divided(shipped: Atlas) -> None:
    """A link in the middle of a road on which people live."""
    edge = busiest_road(shipped)
    line = shipped.roads.geometry.iloc[edge]
    built = changes.built(shipped, with_links(from_the_middle_of(edge, shipped)))
    lived_on = np.flatnonzero(shipped.cell_access.edge == edge)
    assert set(built.cell_access.edge[lived_on]) == {edge, len(shipped.roads)}
    for cell in lived_on:
        before = line.interpolate(shipped.cell_access.position[cell], normalized=True)
        own = built.roads.geometry.iloc[int(built.cell_access.edge[cell])]
        assert shapely.distance(before, own.interpolate(built.cell_access.position[cell], normalized=True)) < 0.01


def test_an_island_that_gets_a_bridge_can_be_reached(shipped: Atlas) -> None:
    """The most people on roads that no car ferry reaches get a link to their municipality's centre."""
    lost = seconds_from(shipped, shipped, "Førde", DEFAULT) == travel_times.UNREACHABLE
    on_island = shipped.cells[lost & (shipped.cell_access.metres < 1000)]
    cell = on_island.loc[on_island["persons"].idxmax()]
    centre = places.resolve(cell["unit_code"], shipped)
    island = travel_degrees(cell["home_x"], cell["home_y"])
    link = FixedLink(name="Ny", start=(centre.lon, centre.lat), end=island, minutes=10, km=10)
    rules = with_links(link)
    built = changes.built(shipped, rules)
    won = lost & (seconds_from(shipped, built, "Førde", rules) != travel_times.UNREACHABLE)
    assert won[cell.name]
    assert int(shipped.cells.loc[won, "persons"].sum()) >= int(cell["persons"])


def travel_degrees(x: float, y: float) -> tuple[float, float]:
    import geopandas as gpd  # noqa: PLC0415

    point = gpd.GeoSeries([shapely.Point(x, y)], crs=25833).to_crs(4326).iloc[0]
    return point.x, point.y


def test_a_link_joins_the_units_at_its_ends(shipped: Atlas) -> None:
    """Solund and Gulen share no road."""
    link = between(shipped, "4636", "Rutledal")
    built = changes.built(shipped, with_links(link))
    pairs = set(zip(built.links["unit_a"], built.links["unit_b"], built.links["kind"], strict=True))
    assert ("4635", "4636", "road") in pairs
    assert ("4635", "4636", "road") not in set(
        zip(shipped.links["unit_a"], shipped.links["unit_b"], shipped.links["kind"], strict=True)
    )


def test_a_link_that_ends_far_from_every_road_is_refused(shipped: Atlas) -> None:
    at_sea = FixedLink(name="Havbrua", start=(3.5, 61.0), end=(5.5, 61.1), minutes=6, km=5)
    with pytest.raises(SettingsError, match="Havbrua"):
        changes.built(shipped, with_links(at_sea))


def save(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "links.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_links_are_read_as_spreadsheets_save_them(
    shipped: Atlas, tmp_path: Path, separator: str, encoding: str
) -> None:
    rows = [
        ["Name", "from", "to", "minutes", "km"],
        ["Brø", "Førde", "5.4,61.0" if separator != "," else "Lavik", "5", ""],
    ]
    path = save(tmp_path, "\n".join(separator.join(row) for row in rows), encoding)
    (link,) = changes.read(path, shipped)
    assert (link.name, link.minutes) == ("Brø", 5)
    assert 20 < link.km < 60


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Bru;Lavik;Oppedal;0", ["links.csv", "2", "minutes"]),
        ("Bru;Lavik;Oppedal;fem", ["links.csv", "2", "fem"]),
        ("Bru;Lavik;Opedal;5", ["links.csv", "2", "Oppedal"]),
        ("Bru;Lavik;3.0,50.0;5", ["links.csv", "2"]),
        ("Bru;Lavik;Kirkenes;5", ["links.csv", "2", "km apart", "500"]),
        (f"{'Bru' * 40};Lavik;Oppedal;5", ["links.csv", "2", "100"]),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_line(
    shipped: Atlas, tmp_path: Path, row: str, words: list[str]
) -> None:
    path = save(tmp_path, f"name;from;to;minutes\n{row}\n")
    message = refusal(SourceError, lambda: changes.read(path, shipped))
    assert all(word in message for word in words), message


def test_a_file_without_the_columns_is_refused(shipped: Atlas, tmp_path: Path) -> None:
    message = refusal(SourceError, lambda: changes.read(save(tmp_path, "a;b\n1;2\n"), shipped))
    assert "minutes" in message
    assert "links.csv" in refusal(SourceError, lambda: changes.read(tmp_path / "missing" / "links.csv", shipped))


def test_closing_a_ferry_shows_who_loses(shipped: Atlas) -> None:
    """Without Mannheller-Fodnes, Lærdal and Aurland lie on the far side of the Sognefjord."""
    rules = factgeo_settings.load(assignments=['roads.closed=["Mannheller-Fodnes"]'])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    assert result.effects is not None
    by_unit = {effect.unit_code: effect for effect in result.effects.units}
    assert sum(effect.persons for effect in by_unit.values()) == result.effects.whole.persons == 108_053
    for code in ("4641", "4642"):
        assert by_unit[code].today.lost < by_unit[code].then.lost
    assert by_unit["4647"].today == by_unit["4647"].then
    assert result.effects.whole.then.within <= result.effects.whole.today.within
    assert result.effects.units[0].unit_code in {"4641", "4642"}


def test_a_plan_on_todays_roads_has_no_effects(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("Utsira", shipped), DEFAULT)
    assert result.effects is None


def test_unused_access_is_untouched(shipped: Atlas) -> None:
    built = changes.built(shipped, with_links(between(shipped, "Lavik", "Oppedal")))
    touched = built.cell_access.edge != shipped.cell_access.edge
    assert touched.sum() <= 4
    same = Access(*(getattr(built.cell_access, name)[~touched] for name in ("edge", "position", "metres")))
    assert (same.metres == shipped.cell_access.metres[~touched]).all()


def test_a_plan_that_only_a_new_link_allows_is_shown_against_none(shipped: Atlas) -> None:
    """Solund alone with Gulen reaches a thousand people together; without the link they are two."""
    link = between(shipped, "4636", "Rutledal")
    rules = with_links(link).model_dump()
    people = int(shipped.population.loc[["4635", "4636"], "persons"].sum())
    rules["size"]["minimum"], rules["bases"]["required"] = people, ["Gulen"]
    rules["whole"]["links"], rules["border"] = ["road"], "none"
    result = pipeline.propose(shipped, areas.resolve("Gulen+Solund", shipped), Settings.model_validate(rules))
    assert len(result.plan.catchments) == 1
    assert result.effects is not None
    assert result.effects.whole.today.lost == people
    assert result.effects.whole.then.lost < people


def test_the_report_states_the_waiting_rule_that_was_used(forde: result.Result) -> None:
    timetable = {"ferry": {"wait_rule": "half_headway", "timetable": {"Lavik-Oppedal": 7.5}}}
    assert "Lavik-Oppedal 7,5" in " ".join(
        reports.said(rules_report.rules(factgeo_settings.load(tables=timetable), forde.atlas))
    )
    assert "15 min per overfart" in " ".join(reports.said(rules_report.rules(forde.plan.settings, forde.atlas)))
    without = factgeo_settings.load(assignments=["ferry.wait_rule=none", "ferry.wait_min=9"])
    assert "15 min" not in " ".join(reports.said(rules_report.rules(without, forde.atlas)))


def test_all_cells_of_a_table_of_links_that_are_wrong_are_told_at_once(shipped: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(
        "name;from;to;minutes\nA;Lavikk;Oppedall;0\nB;Lavik;Oppedal;8\nC;Lavik;Oppedal;x\n", encoding="utf-8"
    )
    said = refusal(SourceError, lambda: changes.read(path, shipped)).split("\n- ")[1:]
    assert [each.partition(" ")[2][:6] for each in said] == ["line 2", "line 2", "line 2", "line 4"]
