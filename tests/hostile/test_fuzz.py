"""Whatever is wrong with a file, one sentence says it: no reader lets a foreign exception out.

Every case is drawn from the reader's name and its number, so that a failure names what makes it again. More cases:
``pytest tests/hostile/test_fuzz.py --fuzz 5000``.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from worlds import mutations
from worlds.basics import REPO

from factgeo import language, settings
from factgeo.atlas import areas  # fmt: skip
from factgeo.atlas.pack import Atlas
from factgeo.capacity import target_groups
from factgeo.contract import plan as plan_contract
from factgeo.contract import target_groups as target_groups_contract
from factgeo.errors import MOST_LISTED, FactgeoError
from factgeo.language import Phrase
from factgeo.people import growth, local
from factgeo.planning import edits, pipeline, planfile, steps
from factgeo.sources import osm
from factgeo.travel import bases, changes, timetable

AREA = "Kinn + Bremanger + Stad + Gloppen"
LONGEST = 6_000  # letters of a message
EXAMPLES = REPO / "configs"
SITES = "name;lon;lat;role\nNytt helsehus;5,857;61,452;required\nFlorø;5.033;61.6;\n"
LOCAL = "BrukerPlan 2024\n\nkommunenr;kommune;rødt lys;blått lys;år\n4602;Kinn;41;4;2024\n4648;Bremanger;2;1;2024\n"
TIMETABLE = "crossing;departure;direction\nLavik-Oppedal;07:00;a\nLavik-Oppedal;07:40;a\nLavik-Oppedal;08:20;b\n"
HEADWAYS = "samband;intervall\nLavik-Oppedal;20\nMannheller-Fodnes;24,5\n"
LINKS = "name,from,to,minutes,km\nBru,Lavik,Oppedal,12,9.5\n"
PLAN = "Kommune;Team;base_unit;base_lon;base_lat\n4602;A;;;\n4648;A;;;\nStad;B;;;\nGloppen;;;;\n"
DEMANDS = "regel;enheter;team\nbehold;Kinn+Bremanger;Vest\nlås;Stad;Stad\nhver for seg;Stad+Gloppen;\nteams;<=2;\n"
PROJECTION = "region;kjønn;alder;2030;2040\n" + "".join(
    f"{code};{sex};{age} år;{age % 7};{age % 5}\n" for code in ("4602", "4648") for sex in ("Menn", "Kvinner")
    for age in range(106)
)  # fmt: skip
OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6"><node id="1" lat="61.445" lon="5.84"/><node id="2" lat="61.448" lon="5.84"/>
<node id="3" lat="61.451" lon="5.85"/><node id="4" lat="61.445" lon="5.79"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/><tag k="maxspeed" v="60"/></way>
<way id="11"><nd ref="3"/><nd ref="1"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
<way id="12"><nd ref="1"/><nd ref="4"/><tag k="route" v="ferry"/><tag k="duration" v="00:15"/></way></osm>
"""

Case = Callable[[random.Random, Path], object]


@pytest.fixture(scope="module")
def plan_content(shipped: Atlas) -> dict[str, Any]:
    result = pipeline.propose(shipped, areas.resolve(AREA, shipped), settings.load(assignments=["size.minimum=9000"]))
    return plan_contract.plan_json(result)


def is_sentence(said: str) -> bool:
    """One line of a bearable length without anything that a terminal acts upon."""
    return len(said) < LONGEST and not {unicodedata.category(sign) for sign in said} & {"Cc", "Cs", "Zl", "Zp"}


def is_refusal(said: str) -> bool:
    """A sentence, or a list of a few below one."""
    first, *listed = said.split("\n- ")
    return len(listed) <= MOST_LISTED and all(map(is_sentence, [first, *listed]))


def written(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.fixture(scope="module")
def readers(shipped: Atlas, plan_content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """By name: a changed file through its reader, and through what is computed from it at once."""
    units = areas.resolve("Kinn + Bremanger", shipped).units
    area, default = areas.resolve(AREA, shipped), settings.load()

    def of_text(name: str, content: str, read: Callable[[Path], object]) -> Case:
        return lambda rng, folder: read(written(folder, name, mutations.of_text(content, rng)))

    def of_local(path: Path) -> object:
        report = target_groups.assess(shipped, area, default, None, local=local.read(path, shipped))
        return json.dumps(target_groups_contract.to_json(report), allow_nan=False)

    def of_links(path: Path) -> object:
        links = [link.model_dump() for link in changes.read(path, shipped)]
        return changes.built(shipped, settings.load(tables={"roads": {"added": links}}))

    def of_plan(path: Path) -> object:
        plan = planfile.read(path, shipped)
        return json.dumps(plan_contract.plan_json(pipeline.measure_plan(shipped, plan)), allow_nan=False)

    def of_places(rng: random.Random, folder: Path) -> object:
        return bases.read_sites(written(folder, "sites.gpkg", mutations.of_bytes(geopackage, rng)))

    def of_assignment(rng: random.Random, _folder: Path) -> object:
        text = mutations.of_text("size.minimum=15000", rng).decode("utf-8", errors="surrogateescape")
        return settings.load(assignments=[text])

    def of_draft(rng: random.Random, _folder: Path) -> object:
        content = json.loads(mutations.of_json(history, rng, broken=0))  # what is no JSON is met by the shelf
        return steps.history_from(content, shipped)

    began = steps.began(planfile.from_content(plan_content, shipped, Path("plan.json")), Phrase("app.draft.began"))
    history = steps.history_content(began)
    place = tmp_path_factory.mktemp("gpkg") / "sites.gpkg"
    points = gpd.GeoDataFrame({"name": ["Nytt helsehus"]}, geometry=[shapely.Point(5.857, 61.452)], crs=4326)
    points.to_file(place, driver="GPKG")
    geopackage = place.read_bytes()
    demands = (EXAMPLES / "examples" / "helse-forde-lysbilde.toml").read_text(encoding="utf-8")
    return {
        "settings": of_text("s.toml", (EXAMPLES / "default.toml").read_text(encoding="utf-8"),
                            lambda path: settings.load(file=path)),
        "assignment": of_assignment,
        "demands": of_text("e.toml", demands, lambda path: edits.read(path, shipped)),
        "table of demands": of_text("e.csv", DEMANDS, lambda path: edits.read(path, shipped)),
        "sites": of_text("sites.csv", SITES, bases.read_sites),
        "places": of_places,
        "local counts": of_text("l.csv", LOCAL, of_local),
        "projection": of_text("p.csv", PROJECTION,
                              lambda path: growth.people(shipped, units, projection=path, year=2030)),
        "departures": of_text("t.csv", TIMETABLE, lambda path: timetable.read(path, shipped)),
        "headways": of_text("h.csv", HEADWAYS, lambda path: timetable.read(path, shipped)),
        "links": of_text("a.csv", LINKS, of_links),
        "table of teams": of_text("plan.csv", PLAN, of_plan),
        "plan": lambda rng, folder: of_plan(written(folder, "plan.json", mutations.of_json(plan_content, rng))),
        "plan as text": of_text("plan.json", json.dumps(plan_content, indent=1), of_plan),
        "draft": of_draft,
        "roads": of_text("roads.osm", OSM, osm.read),
        "area": lambda rng, _folder: areas.resolve(
            mutations.of_text(AREA, rng).decode("utf-8", errors="surrogateescape"), shipped),
    }  # fmt: skip


NAMES = (
    "settings", "assignment", "demands", "table of demands", "sites", "places", "local counts", "projection",
    "departures", "headways", "links", "table of teams", "plan", "plan as text", "draft", "roads", "area",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gone_wrong_is_read_or_refused_in_a_sentence(
    name: str, readers: dict[str, Case], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for number in range(request.config.getoption("--fuzz")):
        rng = random.Random(f"{name} {number}")  # noqa: S311 - the same cases each time
        try:
            readers[name](rng, tmp_path)
        except FactgeoError as error:
            said = [error.message(lang) for lang in language.LANGUAGES]
            assert all(map(is_refusal, said)), f"{name} {number}: {said[0][:200]}"
        except BaseException as error:
            error.add_note(f"the file was made of random.Random({f'{name} {number}'!r})")
            raise


def test_every_reader_is_tried(readers: dict[str, Case]) -> None:
    assert set(NAMES) == readers.keys()
