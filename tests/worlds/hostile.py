"""Names as nobody should be called, and a plan in which everything is called so."""

from __future__ import annotations

from dataclasses import replace

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.settings import Settings

TEMPLATE = "{{7*7}}"  # 49, if it is run
NAMES = (
    TEMPLATE,
    "{% x",
    "{# x",
    "{{",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script><!--",
    "[klikk](http://evil.no/a) ![x](http://evil.no/b.png)",
    "www.evil-example.com <http://evil.no/c> https://evil.no/d",
    "evil@example.com $x^2$ :red[x] :material/home: :smile: a -> b | c |",
    'Nord;=1+1;@SUM(A1)|=2\\"=3"',
    "`${7*7}` __proto__ *a* ~~b~~ [^1] &lt; '\"",
    "# Nord",
    "نورد Nord\N{ZERO WIDTH SPACE} צפון",
    "1. Øst",
    "x" * 100,
)
AREA = f"{NAMES[0]} + {NAMES[4]} + {NAMES[7]} + {NAMES[10]}"
REFUSED = ("a\nb", "a\tb", "a\x00b", "a\x85b", "a\u2028b", "a\u202eb", "a\u2066b", "a\ud800b")


def rules(atlas: Atlas, units: tuple[str, ...]) -> Settings:
    """Settings in which teams, sites and a new link have such names; each team keeps one unit."""
    homes = atlas.units.loc[list(units)]
    places = [(float(lon), float(lat)) for lon, lat in zip(homes["base_lon"], homes["base_lat"], strict=True)]
    kept = [{"name": name, "units": [unit]} for name, unit in zip(NAMES, units, strict=False)]
    (lon, lat), end = places[-2:]
    sites = [
        {"name": NAMES[4], "lon": round(lon + 0.05, 4), "lat": lat, "role": "preferred"},
        {"name": NAMES[9], "lon": lon, "lat": lat},
    ]
    link = {"name": NAMES[0], "start": (lon, lat), "end": end, "minutes": 5.0, "km": 3.0}
    return settings.load(tables={"edits": {"keep": kept}, "bases": {"sites": sites}, "roads": {"added": [link]}})


def result(atlas: Atlas) -> Result:
    """A measured plan of Helse Førde whose area, teams, their ids, sites and new link are called so."""
    found = areas.resolve("Helse Førde", atlas)
    planned = pipeline.propose(atlas, found, rules(atlas, found.units))
    ids = dict(zip((each.team_id for each in planned.plan.catchments), reversed(NAMES), strict=False))
    catchments = tuple(replace(each, team_id=ids.get(each.team_id, each.team_id)) for each in planned.plan.catchments)
    plan = replace(planned.plan, area=replace(planned.plan.area, name=AREA), catchments=catchments)
    return pipeline.remeasure_plan(planned, plan)
