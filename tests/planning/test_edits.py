"""What planners demand: read from their files, refused where it contradicts, obeyed and checked where it does not."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds.basics import refusal

from factgeo import language, settings
from factgeo.atlas import areas, teams
from factgeo.atlas.pack import Atlas
from factgeo.contract import plan as plan_contract
from factgeo.errors import FactgeoError, PlanError, SettingsError, SourceError
from factgeo.planning import edits, pipeline, planfile, steps
from factgeo.planning.check import check
from factgeo.planning.plan import Catchment, Plan, Unserved
from factgeo.planning.result import Result
from factgeo.travel.bases import Base

Save = Callable[[str, str | bytes], Path]
Tables = dict[str, Any]
VIK, SOGNDAL, AURLAND, LAERDAL, ARDAL, LUSTER = "4639", "4640", "4641", "4642", "4643", "4644"
KINN, SOLUND, HYLLESTAD, HOYANGER, ASKVOLL, FJALER, SUNNFJORD = "4602", "4636", "4637", "4638", "4645", "4646", "4647"
BREMANGER, STAD, GLOPPEN, STRYN = "4648", "4649", "4650", "4651"
NORDFJORD = {"name": "Nordfjord", "units": [BREMANGER, STAD, GLOPPEN, STRYN]}
EMPTY = {"keep": [], "lock": [], "together": [], "apart": [], "leave": []}

# reading

ENGLISH = """rule;units;team
keep;Bremanger+Stad;Nordfjord
lock;Vik;Sogndal
together;Luster+Årdal;
apart;Kinn+4647;
leave;Solund;
base;Førde;
no base;Vik;
teams;>=3;
teams;<=5;
keep;4650 + Stryn;Nordfjord
"""
BOKMAAL = """Regel,Units,Team
Behold,Bremanger+Stad,Nordfjord
LÅS,Vik,Sogndal
sammen,Luster+Årdal,
hver  for seg,Kinn+4647,
uten team,Solund,
base,Førde,
ikke base,Vik,
antall team,>= 3,
,,
antall team,<=5,
behold,Gloppen+Stryn,Nordfjord
""".replace("Regel", "RULE")
NYNORSK = """rule\tunits\tteam
behald\tBremanger+Stad\tNordfjord
lås\tVik\tSogndal
saman\tLuster+Årdal\t
kvar for seg\tKinn+4647\t
utan team\tSolund\t
base\tFørde\t
ikkje base\tVik\t
talet på team\t>=3\t
antal team\t<=5\t
behald\tGloppen+Stryn\tNordfjord
"""
TOML = """
together = [["Luster", 4643]]
apart = [["Kinn", "4647"]]
leave = ["kommune:Solund"]
[[keep]]
name = "Nordfjord"
units = ["Bremanger+Stad", "4650", "stryn"]
[[lock]]
units = ["Vik"]
team = "Sogndal"
[bases]
required = ["Førde"]
forbidden = ["Vik"]
[teams]
at_least = 3
at_most = 5
"""
READ = {
    "edits": {
        "keep": [{**NORDFJORD, "base": ""}],
        "lock": [{"units": [VIK], "base": "Sogndal"}],
        "together": [[LUSTER, ARDAL]],
        "apart": [[KINN, SUNNFJORD]],
        "leave": [SOLUND],
    },
    "bases": {"required": ["Førde"], "forbidden": ["Vik"]},
    "teams": {"at_least": 3, "at_most": 5},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("english.csv", ENGLISH.encode()),
        ("bokmaal.csv", BOKMAAL.encode("cp1252")),
        ("nynorsk.csv", NYNORSK.encode("utf-8-sig")),
        ("edits.toml", TOML.encode()),
        ("notepad.toml", TOML.encode("utf-8-sig")),
    ],
)
def test_every_rule_is_read_alike_in_every_language_and_encoding(
    shipped: Atlas, save: Save, name: str, content: bytes
) -> None:
    assert edits.read(save(name, content), shipped) == READ


def test_a_demand_names_whole_areas_and_cities_of_districts(shipped: Atlas, save: Save) -> None:
    units = shipped.units
    dps = sorted(units.index[units["dps_name"] == "Midt-Finnmark"])
    bergen = sorted(units.index[units["municipality_code"] == "4601"])
    assert len(dps) > 1
    assert len(bergen) > 1
    toml = save("edits.toml", 'leave = ["4601"]\n[[keep]]\nname = "M"\nunits = ["Midt-Finnmark"]')
    table = save("edits.csv", "rule,units,team\nkeep,Midt-Finnmark,M\nleave,4601,\n")
    for path in (toml, table):
        found = edits.read(path, shipped)["edits"]
        assert found["keep"][0]["units"] == dps
        assert found["leave"] == bergen


@pytest.mark.parametrize(("given", "least", "most"), [("3", 3, 3), (">=2", 2, None), ("<= 4", None, 4), ("0", 0, 0)])
def test_a_number_of_teams_is_exact_least_or_most(
    shipped: Atlas, save: Save, given: str, least: int | None, most: int | None
) -> None:
    teams = edits.read(save("edits.csv", f"rule,units,team\nteams,{given},\n"), shipped)["teams"]
    assert (teams.get("at_least"), teams.get("at_most")) == (least, most)


def test_a_toml_says_exactly(shipped: Atlas, save: Save) -> None:
    assert edits.read(save("e.toml", "[teams]\nexactly = 4"), shipped)["teams"] == {"at_least": 4, "at_most": 4}


def test_an_empty_file_of_demands_demands_nothing(shipped: Atlas, save: Save) -> None:
    assert edits.read(save("edits.toml", ""), shipped) == {"edits": EMPTY}


def test_a_lock_names_a_team_of_the_previous_plan_by_its_id(shipped: Atlas, forde: Result, save: Save) -> None:
    first = forde.plan.catchments[0]
    path = save("edits.csv", f"rule;units;team\nlås;Stryn;{first.team_id}\n")
    assert edits.read(path, shipped, forde.plan)["edits"]["lock"][0]["base"] == first.base.unit_code
    assert edits.read(path, shipped)["edits"]["lock"][0]["base"] == first.team_id


def test_demands_survive_settings_and_digest_sees_them(shipped: Atlas, save: Save) -> None:
    rules = settings.load(tables=edits.read(save("edits.toml", TOML), shipped))
    assert edits.resolved(rules, shipped) == rules.edits
    assert json.loads(rules.edits.model_dump_json()) == READ["edits"]
    again = settings.Settings.model_validate_json(rules.model_dump_json())
    assert again == rules
    assert again.digest() == rules.digest() != settings.load().digest()
    named = {"edits": {"leave": ["Solund"], "apart": [["Kinn", "Sunnfjord"]]}}
    assert edits.resolved(settings.load(tables=named), shipped).apart == ((KINN, SUNNFJORD),)


def test_a_plan_carries_its_demands_in_codes_and_as_they_were_given(shipped: Atlas, save: Save) -> None:
    rules = settings.load(tables={"edits": {"lock": [{"units": ["Kinn"], "base": "Svelgen"}]}})
    plan = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules).plan
    assert plan.demands.given == rules.edits == plan.settings.edits
    assert plan.demands.coded.lock[0].units == (KINN,)
    path = save("plan.json", json.dumps(steps.plan_content(plan)))
    read, copied = planfile.read(path, shipped), pickle.loads(pickle.dumps(plan))  # noqa: S301 - written here
    assert read.demands == copied.demands == plan.demands
    assert copied == plan


def test_the_settings_of_a_plan_are_never_replaced_without_its_demands(forde: Result) -> None:
    other = settings.load(tables={"edits": {"leave": ["Solund"]}})
    with pytest.raises(ValueError, match=r"edits\.under"):
        replace(forde.plan, settings=other)
    plan = edits.under(forde.plan, other, forde.atlas)
    assert (plan.settings, plan.demands.coded.leave) == (other, (SOLUND,))
    assert plan == replace(plan, demands=edits.demands(other, forde.atlas))


BAD_TOML = {
    "foo = 1": "foo",
    "[keep]\nname = 'x'": "keep",
    "keep = [1]": "keep[1]",
    "[[keep]]\nname = 'x'\nunits = 3": "keep[1].units",
    "[[keep]]\nname = 'x'\nunits = 'Vik'": "keep[1].units",
    "[[keep]]\nname = 'x'\nunits = []": "keep[1].units",
    "[[keep]]\nunits = ['Vik']": "keep[1].name",
    "[[keep]]\nname = ''\nunits = ['Vik']": "keep[1].name",
    "[[keep]]\nname = 3\nunits = ['Vik']": "keep[1].name",
    "[[keep]]\nname = 'x'\nunits = ['Vik']\nbase = 4": "keep[1].base",
    "[[keep]]\nname = 'x'\nteam = 'y'\nunits = ['Vik']": "keep[1].team",
    "[[keep]]\nname = 'x'\nunits = ['Vik']\n[[keep]]\nname = 'y'\nunits = ['Vikk']": "keep[2]",
    f"[[keep]]\nname = '{'x' * 101}'\nunits = ['Vik']": "keep[1].name",
    "[[lock]]\nunits = ['Vik']": "lock[1].base",
    "[[lock]]\nunits = ['Vik']\nname = 'x'\nbase = 'y'": "lock[1].name",
    "[[lock]]\nunits = ['Vik']\nteam = ['Førde']": "lock[1].team",
    "together = 'Vik'": "together",
    "together = ['Vik', 'Luster']": "together[1]",
    "together = [4639, 4640]": "together[1]",
    "together = [['Vik']]": "together[1]",
    "together = [['Vik', '4639']]": "together[1]",
    "together = [[]]": "together[1]",
    "together = [['Vik', 'Luster'], [['Vik', 'Luster'], 'Stad']]": "together[2][1]",
    "apart = [['Vik', 'Luster', 'Stad']]": "apart[1]",
    "apart = [['Vik', 'Indre Sogn']]": "apart[1]",
    "apart = [['Vik', 4639]]": "apart[1]",
    "leave = 'Vik'": "leave",
    "leave = false": "leave",
    "leave = 2026-01-01": "leave",
    "leave = [['Vik']]": "leave[1]",
    "leave = ['']": "leave[1]",
    "leave = ['Vikk']": "leave",
    "leave = [true]": "leave[1]",
    "leave = ['moon:Vik']": "leave",
    "bases = ['Vik']": "bases",
    "[bases]\nrequired = 'Vik'": "bases.required",
    "[bases]\nrequire = ['Vik']": "bases.require",
    "teams = 3": "teams",
    "teams = 0": "teams",
    "[teams]\nexactly = 'three'": "teams.exactly",
    "[teams]\nexactly = -1": "teams.exactly",
    "[teams]\nexactly = 2.5": "teams.exactly",
    "[teams]\nexactly = true": "teams.exactly",
    "[teams]\nat_most = 100000": "teams.at_most",
    "[teams]\nexactly = 3\nat_most = 4": "teams.at_most",
    "leave = [": "configs/examples",
    "leave = " + 3000 * "[" + 3000 * "]": " 50 ",
}


@pytest.mark.parametrize("content", BAD_TOML)
@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_a_bad_toml_is_refused_by_file_and_key(shipped: Atlas, save: Save, content: str, lang: str) -> None:
    with pytest.raises(FactgeoError) as caught:
        edits.read(save("edits.toml", content), shipped)
    said = caught.value.message(lang)
    assert "edits.toml" in said
    assert BAD_TOML[content] in said.replace("\N{RIGHT DOUBLE QUOTATION MARK}", "")
    assert "\n" not in said.replace("\n- ", " ")  # one line, or a list of such


BAD_ROWS = {
    "foo;Vik;A": "foo",
    "keep;Vik;": "keep",
    "keep;;A": "keep",
    "leave;;": "leave",
    "leave;+;": "leave",
    "lås;Vik;": "lås",
    f"keep;Vik;{'x' * 101}": "100",
    "leave;Vikk;": "Vik",
    "leave;Vik;A": "A",
    "together;Vik;": "Vik",
    "apart;Vik+Luster+Stad;": "Luster",
    "teams;three;": "three",
    "teams;-3;": "-3",
    "teams;3+4;": "3+4",
    "teams;\N{SUPERSCRIPT TWO};": "\N{SUPERSCRIPT TWO}",
    "teams;\N{ARABIC-INDIC DIGIT THREE};": "\N{ARABIC-INDIC DIGIT THREE}",
    "teams;99999999999999999999;": "99999999999999999999",
    "teams;;3": "teams",
    "teams;3;\nteams;>=4;": "4",
}


@pytest.mark.parametrize("rows", BAD_ROWS)
@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_a_bad_row_is_refused_by_file_and_line(shipped: Atlas, save: Save, rows: str, lang: str) -> None:
    with pytest.raises(FactgeoError) as caught:
        edits.read(save("edits.csv", f"rule;units;team\nleave;Solund;\n;;\n{rows}\n"), shipped)
    line = 4 + rows.count("\n")
    said = caught.value.message(lang)
    assert "edits.csv" in said
    assert f"lin{'e' if lang == 'en' else 'je'} {line}" in said
    assert BAD_ROWS[rows] in said


@pytest.mark.parametrize(("lang", "words"), [("en", "keep, lock,"), ("nb", "behold, lås,"), ("nn", "behald, lås,")])
def test_an_unknown_rule_is_answered_with_rules_in_the_planner_s_language(
    shipped: Atlas, save: Save, lang: str, words: str
) -> None:
    language.use(lang)
    with pytest.raises(SourceError) as caught:
        edits.read(save("edits.csv", "rule;units;team\nfoo;Vik;\n"), shipped)
    assert words in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_demands_in_toml_are_read_in_the_encodings_that_editors_write(
    shipped: Atlas, save: Save, encoding: str
) -> None:
    path = save("e.toml", 'leave = ["Lærdal"]'.encode(encoding))
    assert edits.read(path, shipped)["edits"]["leave"] == ["4642"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("e.toml", b"\x00\xff\xfe\x01", SettingsError),
        ("e.csv", b"", SourceError),
        ("e.csv", b"\x00\xff\x01\x02", SourceError),
        ("e.csv", b"rule;units;team\n", SourceError),
        ("e.csv", b"rule;units\nleave;Vik\n", SourceError),
        ("e.csv", b'rule;units;team\n"leave;Vik;\n', SourceError),
        ("e.csv", b"rule;units;team;TEAM\nleave;Vik;;\n", SourceError),
        ("e.csv", b"rule;units;team\nleave;Vi\x00k;\n", SourceError),
        ("e.xlsx", b"PK\x03\x04\x14\x00\x06\x00", SourceError),
    ],
)
def test_a_file_of_another_make_is_refused_by_name(
    shipped: Atlas, save: Save, name: str, content: bytes, kind: type[FactgeoError]
) -> None:
    path = save(name, content)
    assert name in refusal(kind, lambda: edits.read(path, shipped))


@pytest.mark.parametrize("name", ["", "nowhere.toml", "nowhere.csv", "folder.toml"])
def test_a_file_that_is_not_there_or_a_folder_is_called_that(shipped: Atlas, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert str(tmp_path / name) in refusal(SourceError, lambda: edits.read(tmp_path / name, shipped))


def test_demands_set_by_hand_are_held_to_the_same_numbers_of_units(shipped: Atlas) -> None:
    rules = settings.load(tables={"edits": {"apart": [["Vik", "Indre Sogn"]]}})
    assert "edits.apart" in refusal(SettingsError, lambda: edits.resolved(rules, shipped))


# contradictions


def keep(name: str, *units: str, base: str = "") -> Tables:
    return {"name": name, "units": list(units), "base": base}


def lock(base: str, *units: str) -> Tables:
    return {"units": list(units), "base": base}


def plan(atlas: Atlas, area: str = "Helse Førde", **tables: Any) -> Result:
    """A plan under demands; bases, teams and existing are their own tables."""
    own = {name: tables.pop(name) for name in ("bases", "teams", "existing") if name in tables}
    return pipeline.propose(atlas, areas.resolve(area, atlas), settings.load(tables={"edits": tables, **own}))


CONTRADICTIONS: dict[str, tuple[Tables, list[str]]] = {
    "two kept teams": ({"keep": [NORDFJORD, keep("Kyst", STAD, KINN)]}, ["Stad", "Nordfjord", "Kyst"]),
    "one team kept twice": ({"keep": [NORDFJORD, NORDFJORD]}, ["Bremanger", "Nordfjord"]),
    "kept and locked": ({"keep": [NORDFJORD], "lock": [lock("Førde", STAD)]}, ["Stad", "Nordfjord", "Førde"]),
    "kept with one base, locked to another of its own": (
        {"keep": [NORDFJORD | {"base": "Sandane"}], "lock": [lock("Stad", STAD)]},
        ["Stad", "Nordfjord"],
    ),
    "locked into a kept area": (
        {"keep": [NORDFJORD], "lock": [lock("Nordfjordeid", KINN)]},
        ["Kinn", "Nordfjordeid", "“Nordfjord”"],
    ),
    "locked to two bases": ({"lock": [lock("Førde", VIK), lock("Florø", VIK)]}, ["Vik", "Førde", "Florø"]),
    "together, locked to two bases": (
        {"together": [[VIK, LUSTER]], "lock": [lock("Førde", VIK), lock("Florø", LUSTER)]},
        ["Luster", "Vik", "Florø"],
    ),
    "together and apart": ({"together": [[VIK, LUSTER]], "apart": [[VIK, LUSTER]]}, ["Vik", "Luster"]),
    "together through a third, and apart": (
        {"together": [[VIK, LUSTER], [LUSTER, AURLAND]], "apart": [[AURLAND, VIK]]},
        ["Vik", "Aurland"],
    ),
    "kept and apart": ({"keep": [NORDFJORD], "apart": [[STAD, STRYN]]}, ["Stad", "Stryn"]),
    "locked alike and apart": (
        {"lock": [lock("Sogndal", VIK), lock("Sogndalsfjøra", LUSTER)], "apart": [[VIK, LUSTER]]},
        ["Vik", "Luster"],
    ),
    "left and kept": ({"keep": [NORDFJORD], "leave": [STAD]}, ["Stad", "no team", "Nordfjord"]),
    "left and locked": ({"lock": [lock("Førde", VIK)], "leave": [VIK]}, ["Vik", "no team", "Førde"]),
    "locked to a base that is left": (
        {"lock": [lock("Førde", HOYANGER)], "leave": [SUNNFJORD]},
        ["Høyanger", "Førde", "Sunnfjord"],
    ),
    "left together with a locked one": (
        {"together": [[VIK, LUSTER]], "leave": [VIK], "lock": [lock("Sogndal", LUSTER)]},
        ["Luster", "Vik", "Sogndal"],
    ),
    "together across kept teams": (
        {"keep": [NORDFJORD, keep("Kinn", KINN)], "together": [[STAD, KINN]]},
        ["Kinn", "Stad"],
    ),
    "together with one of a kept team": (
        {"keep": [NORDFJORD], "together": [[STAD, KINN]]},
        ["Kinn", "Stad", "Nordfjord"],
    ),
    "locked to a forbidden base": (
        {"lock": [lock("Sogndal", VIK)], "bases": {"forbidden": ["Sogndalsfjøra"]}},
        ["Vik", "Sogndal", "forbidden"],
    ),
    "kept with a forbidden base": (
        {"keep": [NORDFJORD | {"base": "Nordfjordeid"}], "bases": {"forbidden": ["Stad"]}},
        ["Nordfjord", "Nordfjordeid", "forbidden"],
    ),
    "kept where every base is forbidden": (
        {"keep": [keep("Kyst", KINN)], "bases": {"forbidden": ["Kinn"]}},
        ["Kyst", "Florø", "forbidden"],
    ),
    "kept with a base outside": ({"keep": [NORDFJORD | {"base": "Førde"}]}, ["Nordfjord", "Førde"]),
    "locked to no base": ({"lock": [lock("Forde by", VIK)]}, ["Vik", "Forde by"]),
    "kept units outside": ({"keep": [keep("X", STAD, "kommune:Bergen")]}, ["Bergenhus", "Helse Førde"]),
    "locked units outside": ({"lock": [lock("Førde", "Alta")]}, ["Alta", "Helse Førde"]),
    "left units outside": ({"leave": ["Alta"]}, ["Alta", "Helse Førde"]),
    "more kept teams than allowed": (
        {"keep": [NORDFJORD, keep("Kyst", KINN)], "teams": {"at_most": 1}},
        ["Nordfjord", "Kyst", "1"],
    ),
    # only the solver finds these
    "required and left": ({"leave": [VIK], "bases": {"required": ["Vik"]}}, ["Vik has a base", "Vik has no team"]),
    "required inside a kept team": (
        {"keep": [NORDFJORD | {"base": "Nordfjordeid"}], "bases": {"required": ["Gloppen"]}},
        ["Gloppen has a base", "“Nordfjord”"],
    ),
    "apart from the unit of its base": (
        {"lock": [lock("Sogndal", VIK)], "apart": [[VIK, SOGNDAL]]},
        ["Vik, Sogndal have different teams", "Vik belongs to the team based in Sogndal"],
    ),
    "together too far away from a lock": (
        {"lock": [lock("Sogndal", VIK)], "together": [[VIK, STAD]]},
        ["Stad", "Sogndal"],
    ),
    "a kept team of two teams and one allowed": (
        {
            "keep": [keep("Sør", KINN, SOLUND, HYLLESTAD, HOYANGER, ASKVOLL, FJALER, SUNNFJORD)],
            "teams": {"at_most": 1},
        },
        ["“Sør”", "1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_demands_that_contradict_are_refused_by_both_sides(shipped: Atlas, case: str) -> None:
    tables, named = CONTRADICTIONS[case]
    said = refusal(PlanError, lambda: plan(shipped, **tables))
    assert all(name in said for name in named), said
    assert "\n" not in said


def test_demands_that_say_the_same_twice_do_not_contradict(shipped: Atlas) -> None:
    locks = [lock("Nordfjordeid", STAD), lock("Førde", HOYANGER), lock("Sunnfjord", HOYANGER)]
    result = plan(
        shipped, keep=[NORDFJORD], lock=locks, together=[[STAD, STRYN], [STRYN, STAD]], leave=[SOLUND, SOLUND]
    )
    base_of = result.plan.base_of()
    assert base_of[STAD].name == "Nordfjordeid"
    assert base_of[HOYANGER].name == "Førde"


# plans

DEMANDS: dict[str, Tables] = {
    "lock": {"lock": [lock("Førde", BREMANGER)]},
    "lock to a unit": {"lock": [lock("Kinn", BREMANGER, KINN)]},
    "keep": {"keep": [NORDFJORD]},
    "keep with base": {"keep": [NORDFJORD | {"base": "Sandane"}]},
    "keep too small, far and in pieces": {"keep": [keep("Ytre", SOLUND, VIK)]},
    "together": {"together": [[KINN, SUNNFJORD]]},
    "apart": {"apart": [[KINN, BREMANGER]]},
    "leave": {"leave": [SUNNFJORD]},
    "base": {"bases": {"required": ["Florø"]}},
    "no base": {"bases": {"forbidden": ["Svelgen"]}},
    "teams": {"teams": {"at_least": 3, "at_most": 3}},
    "all": {
        "keep": [NORDFJORD],
        "lock": [lock("Førde", HOYANGER)],
        "together": [[ASKVOLL, FJALER, HYLLESTAD]],
        "apart": [[KINN, SUNNFJORD]],
        "leave": [SOLUND],
        "teams": {"at_least": 3},
    },
}


@cache
def demanded(atlas: Atlas, case: str) -> Result:
    return plan(atlas, **DEMANDS[case])


def value(result: Result) -> float:
    return result.plan.proof.stages[-1].value


def own_price(plan: Plan, result: Result) -> float:
    """Person-minutes with both prices, from the travel times of the cells one by one."""
    total, cells = 0.0, result.journeys.cells
    base_of = plan.base_of()
    for unit in plan.area.units:
        persons = cells.loc[cells["unit_code"] == unit, "persons"].to_numpy()
        if unit not in base_of:
            total += 1500 * persons.sum()
            continue
        minutes, who = result.journeys.minutes(base_of[unit], (unit,))
        total += float((np.where(np.isinf(minutes), 240, minutes) * who).sum() + 1000 * who[minutes > 60].sum())
    return total


@pytest.mark.parametrize("case", DEMANDS)
def test_every_demand_is_obeyed_and_never_makes_the_plan_better(shipped: Atlas, forde: Result, case: str) -> None:
    result, asked = demanded(shipped, case), DEMANDS[case]
    base_of, team_of = result.plan.base_of(), result.plan.team_of()
    if not result.notes:  # a kept team that breaks rules may be cheaper than any plan that keeps them
        assert value(result) >= value(forde) - 1e-6
    assert value(result) == pytest.approx(own_price(result.plan, result))
    for each in asked.get("lock", ()):
        for unit in each["units"]:
            unit_name = shipped.units.at[base_of[unit].unit_code, "name"]
            assert each["base"] in (base_of[unit].name, unit_name)
    for each in asked.get("keep", ()):
        (catchment,) = (c for c in result.plan.catchments if set(c.units) == set(each["units"]))
        figures = result.figures.teams[result.plan.catchments.index(catchment)]
        assert figures.name == each["name"]
        assert not each.get("base") or catchment.base.name == each["base"]
    for group in asked.get("together", ()):
        assert len({team_of.get(unit) for unit in group}) == 1
    for a, b in asked.get("apart", ()):
        assert team_of[a] != team_of[b]
    assert not set(asked.get("leave", ())) & set(team_of)
    assert all(u.reason == "locked" for u in result.plan.unserved if u.unit_code in asked.get("leave", ()))
    used = {c.base.name for c in result.plan.catchments}
    assert set(asked.get("bases", {}).get("required", ())) <= used
    assert not set(asked.get("bases", {}).get("forbidden", ())) & used


def test_a_kept_team_breaks_rules_openly_and_no_other_does(shipped: Atlas) -> None:
    result = demanded(shipped, "keep too small, far and in pieces")
    (kept,) = (c for c in result.plan.catchments if set(c.units) == {SOLUND, VIK})
    assert {note.key for note in result.notes} >= {"too_small", "in_pieces"}
    assert {note.team_id for note in result.notes} == {kept.team_id}
    assert demanded(shipped, "keep").notes == ()


def test_demanding_what_is_already_so_changes_nothing(shipped: Atlas, forde: Result) -> None:
    catchments = forde.plan.catchments
    locks = [lock(c.base.unit_code, *c.units) for c in catchments]
    kept = [keep(c.base.name, *c.units, base=c.base.name) for c in catchments]
    together = [list(c.units) for c in catchments]
    left = [u.unit_code for u in forde.plan.unserved]
    for tables in ({"lock": locks}, {"keep": kept}, {"together": together}, {"leave": left}):
        again = plan(shipped, **tables)
        assert again.plan.catchments == catchments
        assert value(again) == pytest.approx(value(forde))
        assert again.notes == ()


def test_a_plan_with_demands_is_the_best_of_those_that_obey(shipped: Atlas, forde: Result) -> None:
    """Units locked to Førde in turn: as good as the free plan where it is so there, else worse."""
    now = forde.plan.base_of()
    forde_base = next(c.base for c in forde.plan.catchments if c.base.name == "Førde")
    for unit in (KINN, HOYANGER, BREMANGER):
        forced = plan(shipped, lock=[lock("Førde", unit)])
        assert forced.plan.base_of()[unit] == forde_base
        same = now.get(unit) == forde_base
        assert (value(forced) == pytest.approx(value(forde))) == same


@pytest.mark.parametrize("area", ["Finnmarkssykehuset", "Nordlandssykehuset"])
def test_listed_teams_stand_with_their_bases(shipped: Atlas, area: str) -> None:
    free, result = plan(shipped, area), plan(shipped, area, existing={"listed": True})
    standing = teams.standing(shipped, result.plan.area.units).bases
    assert standing
    assert set(standing) <= {c.base.unit_code for c in result.plan.catchments if c.base.kind == "centre"}
    assert own_price(result.plan, result) == pytest.approx(value(result))
    without = tuple(team.team_id for here in standing.values() for team in here)
    again = plan(shipped, area, existing={"listed": True, "without": list(without)})
    assert again.plan.catchments == free.plan.catchments


def test_a_listed_team_where_no_base_may_be_is_named(shipped: Atlas) -> None:
    area = areas.resolve("Finnmarkssykehuset", shipped)
    unit, here = next(iter(teams.standing(shipped, area.units).bases.items()))
    name = str(shipped.units.at[unit, "name"])
    for tables in ({"leave": [unit]}, {"bases": {"forbidden": [unit]}}):
        said = refusal(PlanError, lambda t=tables: plan(shipped, "Finnmarkssykehuset", existing={"listed": True}, **t))
        assert name in said
        assert here[0].name in said


def test_a_plan_with_demands_comes_back_from_its_file(shipped: Atlas, tmp_path: Path) -> None:
    result = demanded(shipped, "all")
    (tmp_path / "plan.json").write_text(json.dumps(plan_contract.plan_json(result)), encoding="utf-8")
    back = planfile.read(tmp_path, shipped)
    assert back.settings == result.plan.settings
    assert back.settings.digest() == result.plan.settings.digest()
    assert back.catchments == result.plan.catchments
    assert check(back, shipped, result.journeys) == list(result.notes)


# the check


def moved(plan: Plan, unit: str, to: str | None) -> Plan:
    """The plan with a unit moved to the team that serves another unit, or left out."""
    team = plan.team_of().get(to or "")
    units = {c.team_id: set(c.units) - {unit} | ({unit} if c.team_id == team else set()) for c in plan.catchments}
    left = [u for u in plan.unserved if u.unit_code != unit] + ([Unserved(unit, "locked")] if to is None else [])
    catchments = tuple(replace(c, units=tuple(sorted(units[c.team_id]))) for c in plan.catchments)
    return replace(plan, catchments=catchments, unserved=tuple(left))


def with_home(catchment: Catchment, result: Result) -> Catchment:
    """A catchment that lost its base's unit gets another base among its units, so that only demands are broken."""
    if catchment.base.unit_code in catchment.units:
        return catchment
    return replace(catchment, base=next(b for b in result.journeys.bases if b.unit_code in catchment.units))


def rebased(plan: Plan, unit: str, base: Base) -> Plan:
    return replace(plan, catchments=tuple(replace(c, base=base) if unit in c.units else c for c in plan.catchments))


@pytest.mark.parametrize(
    ("change", "key", "named"),
    [
        (lambda p, _: moved(p, HOYANGER, SOGNDAL), "lock_broken", "Høyanger"),
        (lambda p, _: moved(p, HOYANGER, None), "lock_broken", "Høyanger"),
        (lambda p, _: moved(p, BREMANGER, KINN), "kept_team_changed", "Nordfjord"),
        (lambda p, _: moved(p, KINN, STAD), "kept_team_changed", "Nordfjord"),
        (lambda p, _: moved(p, ASKVOLL, KINN), "not_together", "Askvoll"),
        (lambda p, _: moved(p, ASKVOLL, None), "not_together", "Askvoll"),
        (lambda p, _: moved(p, SUNNFJORD, KINN), "not_apart", "Kinn"),
        (lambda p, _: moved(p, SOLUND, SUNNFJORD), "not_left", "Solund"),
    ],
)  # fmt: skip
def test_a_demand_that_is_broken_by_hand_is_found_and_named(
    shipped: Atlas, change: Callable[[Plan, Result], Plan], key: str, named: str
) -> None:
    result = demanded(shipped, "all")
    assert key not in {finding.key for finding in check(result.plan, shipped, result.journeys)}
    broken = change(result.plan, result)
    broken = replace(broken, catchments=tuple(with_home(c, result) for c in broken.catchments if c.units))
    said = [finding.text("en") for finding in check(broken, shipped, result.journeys) if finding.key == key]
    assert said
    assert all(named in sentence for sentence in said)


def test_a_kept_team_with_another_base_is_found(shipped: Atlas) -> None:
    result = demanded(shipped, "keep with base")
    other = next(base for base in result.journeys.bases if base.unit_code == STAD)
    keys = {f.key for f in check(rebased(result.plan, STAD, other), shipped, result.journeys)}
    assert "kept_team_changed" in keys


def test_a_base_rule_broken_by_hand_is_found(shipped: Atlas, forde: Result) -> None:
    for table, key in (("required", "required_base_unused"), ("forbidden", "forbidden_base_used")):
        name = "Askvoll" if table == "required" else "Førde"
        bases = forde.plan.settings.bases.model_copy(update={table: (name,)})
        broken = replace(forde.plan, settings=forde.plan.settings.model_copy(update={"bases": bases}))
        assert [f.key for f in check(broken, shipped, forde.journeys)] == [key]


def test_a_listed_base_that_is_not_used_is_found(shipped: Atlas) -> None:
    free = plan(shipped, "Finnmarkssykehuset")
    existing = free.plan.settings.existing.model_copy(update={"listed": True})
    broken = replace(free.plan, settings=free.plan.settings.model_copy(update={"existing": existing}))
    used = {c.base.unit_code for c in free.plan.catchments}
    missing = teams.standing(shipped, free.plan.area.units).bases.keys() - used
    found = [f for f in check(broken, shipped, free.journeys) if f.key == "listed_base_unused"]
    assert missing
    assert len(found) == len(missing)


def listed(error: type[FactgeoError], path: Path, atlas: Atlas) -> list[str]:
    """The sentences of a refusal that has several."""
    return refusal(error, lambda: edits.read(path, atlas)).split("\n- ")[1:]


def test_all_that_is_wrong_with_the_keys_and_values_of_a_file_is_told_at_once(shipped: Atlas, save: Save) -> None:
    path = save(
        "edits.toml", "leave = [1.5]\n[[keep]]\nname = 'A'\n[bases]\nrequire = ['Vik']\n[teams]\nexactly = -1\n"
    )
    said = listed(SettingsError, path, shipped)
    assert len(said) == 4
    for key, line in zip(("keep[1].units", "leave[1]", "bases.require", "teams.exactly"), said, strict=True):
        assert "edits.toml" in line
        assert key in line


def test_all_unknown_units_and_odd_groups_of_a_file_are_told_at_once(shipped: Atlas, save: Save) -> None:
    path = save("edits.toml", "together = [['Vikk', 'Lusterr'], ['Vik']]\nleave = ['Stadd', 'Kinn']\n")
    said = listed(FactgeoError, path, shipped)
    assert [next(word for word in ("Vikk", "Lusterr", "together[2]", "Stadd") if word in line) for line in said] == [
        "Vikk", "Lusterr", "together[2]", "Stadd",
    ]  # fmt: skip


def test_all_wrong_rows_of_a_table_are_told_at_once(shipped: Atlas, save: Save) -> None:
    said = listed(
        SourceError, save("edits.csv", "rule;units;team\nkeep;Vik;\nlove;Vik;\nleave;Stad;\nteams;x;\n"), shipped
    )
    assert [next(line for line in (2, 3, 4, 5) if f"line {line}" in each) for each in said] == [2, 3, 5]


def test_all_demands_with_unknown_units_are_told_at_once(shipped: Atlas) -> None:
    rules = settings.load(tables={"edits": {"leave": ["Stadd"], "apart": [["Vikk", "Lusterr"]]}})
    said = refusal(FactgeoError, lambda: edits.resolved(rules, shipped))
    assert all(name in said for name in ("Stadd", "Vikk", "Lusterr"))


def test_all_groups_that_are_none_once_units_are_known_are_told_at_once(shipped: Atlas) -> None:
    rules = settings.load(tables={"edits": {"together": [["Vik", "4639"]], "apart": [["Kinn", "4602"]]}})
    said = refusal(SettingsError, lambda: edits.resolved(rules, shipped))
    assert "edits.together.0" in said
    assert "edits.apart.0" in said
