"""The worked examples: their figures from the residents' table, and the page about them from fresh plans."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from worlds.basics import REPO

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning import edits, pipeline, planfile
from factgeo.planning.result import Result

EXAMPLES = REPO / "configs" / "examples"
PAGE = REPO / "docs" / "examples.md"
SLIDE = "helse-forde-lysbilde"
LOFOTEN_AREA = "Vågan+Vestvågøy+Flakstad+Moskenes"
NORDFJORD = ("Bremanger", "Stad", "Gloppen", "Stryn")
INDRE_SOGN = ("Vik", "Sogndal", "Aurland", "Lærdal", "Årdal", "Luster")
SUNNFJORD = ("Kinn", "Solund", "Hyllestad", "Høyanger", "Askvoll", "Fjaler", "Sunnfjord")
ACT_ADULTS = 40_000


@cache
def counted(atlas: Atlas, youngest: int) -> dict[str, int]:
    """Residents of each unit of this age and older in the newest year, from the table of residents."""
    table = atlas.residents
    now = table[(table["year"] == table["year"].max()) & (table["age"] >= youngest)]
    return {str(unit): int(persons) for unit, persons in now.groupby("unit_code")["persons"].sum().items()}


def people(atlas: Atlas, units: Iterable[str]) -> tuple[int, int]:
    """Residents and adults of units by code or name."""
    codes = [code for unit in units for code in codes_of(atlas, unit)]
    return sum(counted(atlas, 0)[code] for code in codes), sum(counted(atlas, 18)[code] for code in codes)


def codes_of(atlas: Atlas, unit: str) -> list[str]:
    units = atlas.units
    found = list(units.index[units["municipality_name"] == unit])
    assert found or unit in units.index, unit
    return found or [unit]


def dps(atlas: Atlas, name: str) -> tuple[str, ...]:
    """Units of a DPS area in Sogn og Fjordane."""
    units = atlas.units
    return tuple(units.index[(units["dps_name"] == name) & (units["hf_name"] == "Helse Førde HF")])


@cache
def run(atlas: Atlas, area: str, example: str = "") -> Result:
    tables = edits.read(EXAMPLES / example, atlas) if example else {}
    return pipeline.propose(atlas, areas.resolve(area, atlas), settings.load(tables=tables))


# the files


def test_the_slide_s_figures_are_those_of_the_pack(shipped: Atlas) -> None:
    assert people(shipped, NORDFJORD)[0] == 26_292
    assert people(shipped, INDRE_SOGN) == (29_829, 23_938)
    assert people(shipped, SUNNFJORD) == (51_932, 41_228)
    assert people(shipped, ["Kinn"])[0] == 17_356
    assert set(dps(shipped, "Indre Sogn")) == {code for unit in INDRE_SOGN for code in codes_of(shipped, unit)}


def test_the_dps_areas_of_today_give_none_of_the_slide_s_figures(shipped: Atlas) -> None:
    nordfjord, forde = dps(shipped, "Nordfjord"), dps(shipped, "Førde")
    assert people(shipped, nordfjord)[0] == 40_267
    assert people(shipped, forde)[0] == 37_957
    assert set(codes_of(shipped, "Kinn")) <= set(nordfjord)
    assert set(codes_of(shipped, "Bremanger")) <= set(forde)


def test_lofoten_and_tromso_have_the_figures_that_are_said(shipped: Atlas) -> None:
    assert people(shipped, LOFOTEN_AREA.split("+"))[0] == 23_722
    assert people(shipped, ["Tromsø"])[0] == 79_943
    (tromso,) = run(shipped, "kommune:Tromsø", "tromso.toml").figures.teams
    assert tromso.target_group.central == 418


@pytest.mark.parametrize("file", sorted(path.name for path in EXAMPLES.glob("*.toml")))
def test_every_figure_in_the_comments_is_one_of_the_pack(shipped: Atlas, file: str) -> None:
    groups = [NORDFJORD, INDRE_SOGN, SUNNFJORD, LOFOTEN_AREA.split("+"), ["Kinn"], ["Tromsø"]]
    groups += [dps(shipped, "Nordfjord"), dps(shipped, "Førde")]
    known = {figure for units in groups for figure in people(shipped, units)} | {26_000, 24_000, 50_000}
    comments = re.findall(r"^#.*", (EXAMPLES / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    said = {int(found.replace(" ", "")) for found in re.findall(r"\b\d{2,3} \d{3}\b", "\n".join(comments))}
    assert said or file == "tromso.toml"
    assert said <= known


def test_the_slide_as_a_table_is_the_slide_as_demands(shipped: Atlas) -> None:
    table = planfile.read(EXAMPLES / f"{SLIDE}.csv", shipped)
    demands = run(shipped, "Helse Førde", f"{SLIDE}.toml")
    names = {figures.team_id: figures.name for figures in demands.figures.teams}
    by_name = {names[c.team_id]: (c.base, set(c.units)) for c in demands.plan.catchments}
    assert {c.team_id: (c.base, set(c.units)) for c in table.catchments} == by_name
    assert table.area.units == demands.plan.area.units
    assert table.unserved == demands.plan.unserved == ()


def test_the_table_of_edits_is_obeyed(shipped: Atlas) -> None:
    result = run(shipped, "Helse Førde", "helse-forde-endringer.csv")
    base_of = {str(shipped.units.at[unit, "name"]): base for unit, base in result.plan.base_of().items()}
    together = {"Askvoll", "Fjaler", "Hyllestad"}
    assert {unit for unit in base_of if base_of[unit].name == "Nordfjordeid"} == set(NORDFJORD)
    assert base_of["Høyanger"].name == "Førde"
    assert len({base_of[unit] for unit in together}) == 1
    assert len(result.plan.catchments) >= 3


@pytest.mark.parametrize("file", sorted(path.name for path in EXAMPLES.glob("*.toml")))
def test_the_command_in_each_example_is_the_one_on_the_page(file: str) -> None:
    (command,) = re.findall(
        r"^#\s+(factgeo plan .*)$", (EXAMPLES / file).read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert f"configs/examples/{file}" in command
    assert command in PAGE.read_text(encoding="utf-8")


# the page


def within(result: Result, minutes: int = 60) -> int:
    """Residents within so many minutes of their team's base, cell by cell."""
    total = 0
    for catchment in result.plan.catchments:
        away, persons = result.journeys.minutes(catchment.base, catchment.units)
        total += int(persons[away <= minutes].sum())
    return total


def mean(result: Result, *without: str) -> float:
    """Mean minutes one way of those whom a team reaches, cell by cell."""
    total = reached = 0.0
    for catchment in result.plan.catchments:
        units = tuple(unit for unit in catchment.units if unit not in without)
        away, persons = result.journeys.minutes(catchment.base, units)
        near = np.isfinite(away)
        total, reached = total + float(away[near] @ persons[near]), reached + int(persons[near].sum())
    return total / reached


def unreachable(result: Result) -> int:
    """Residents with a team that no road or car ferry leads to."""
    ways = [result.journeys.minutes(c.base, c.units) for c in result.plan.catchments]
    return sum(int(persons[np.isinf(away)].sum()) for away, persons in ways)


def served(result: Result) -> int:
    return sum(int(result.journeys.minutes(c.base, c.units)[1].sum()) for c in result.plan.catchments)


def residents(result: Result) -> int:
    return int(result.journeys.cells["persons"].sum())


def share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f}%)"


def of_slide(atlas: Atlas) -> Iterator[str]:
    """Which units and which denominator give the figures of the slide."""
    rows = (
        ("Nordfjord", "about 26,000", ", ".join(NORDFJORD), NORDFJORD, "residents"),
        ("Indre Sogn", "about 24,000", "the six of the DPS area Indre Sogn", INDRE_SOGN, "adults"),
        ("Sunnfjord og Ytre Sogn", "about 50,000", "the other seven, Kinn among them", SUNNFJORD, "residents"),
    )
    for name, figure, told, units, denominator in rows:
        all_ages, adults = people(atlas, units)
        yield f"| {name} | {figure} | {told} | {all_ages:,} | {adults:,} | {denominator} |"
    without_luster, _ = people(atlas, set(INDRE_SOGN) - {"Luster"})
    yield (
        "The slide lists no municipalities, so this is a reading and not a fact:"
        f" Indre Sogn without Luster has {without_luster:,} residents, which would be about 24,000 too."
    )


def of_kinn(atlas: Atlas) -> Iterator[str]:
    """Where Kinn belongs decides whether anyone has the adults for an ACT team."""
    without = tuple(unit for unit in SUNNFJORD if unit != "Kinn")
    ways = (
        ("Sunnfjord og Ytre Sogn (the slide)", NORDFJORD, SUNNFJORD),
        ("Nordfjord, all else as on the slide", (*NORDFJORD, "Kinn"), without),
        ("Nordfjord, as in the DPS areas of today", dps(atlas, "Nordfjord"), dps(atlas, "Førde")),
    )
    for told, north, south in ways:
        figures = [*people(atlas, north), *people(atlas, south)]
        act = " and ".join(
            name
            for name, adults in (("Nordfjord", figures[1]), ("Sunnfjord og Ytre Sogn", figures[3]))
            if adults >= ACT_ADULTS
        )
        yield f"| {told} | {' | '.join(f'{figure:,}' for figure in figures)} | {act or 'nobody'} |"
    kinn = people(atlas, ["Kinn"])[0]
    yield f"Kinn ({kinn:,} residents) is the swing, and with it the {ACT_ADULTS:,} adults of an ACT team:"


def of_plans(atlas: Atlas) -> Iterator[str]:
    """The slide's plan beside the proven one, as a table."""
    both = (run(atlas, "Helse Førde", f"{SLIDE}.toml"), run(atlas, "Helse Førde"))
    solund = codes_of(atlas, "Solund")[0]

    def row(told: str, figure: Callable[[Result], str]) -> str:
        return f"| {told} | {' | '.join(figure(result) for result in both)} |"

    yield row("residents with a team", lambda r: share(served(r), residents(r)))
    yield row("residents within 60 minutes of their team", lambda r: share(within(r), residents(r)))
    yield row("residents with a team that no road or car ferry leads to", lambda r: f"{unreachable(r):,}")
    yield row("mean minutes one way, all others with a team", lambda r: f"{mean(r):.1f}")
    yield row("the same without Solund", lambda r: f"{mean(r, solund):.1f}")
    yield row("bases", lambda r: str(len(r.plan.catchments)))
    yield row("teams", lambda r: str(teams(r)))
    yield row("cost in person-minutes", lambda r: f"{r.plan.proof.stages[-1].value / 1e6:.1f} million")


def teams(result: Result) -> int:
    return sum(team.teams for team in result.figures.teams)


def of_slide_s_price(atlas: Atlas) -> Iterator[str]:
    """What the slide's plan buys, and what it costs."""
    slide, proven = run(atlas, "Helse Førde", f"{SLIDE}.toml"), run(atlas, "Helse Førde")
    solund = codes_of(atlas, "Solund")[0]
    (south,) = (team for team in slide.figures.teams if team.name == "Sunnfjord og Ytre Sogn")
    away, persons = slide.journeys.minutes(slide.plan.base_of()[solund], (solund,))
    away[np.isinf(away)] = 240
    assert [u.unit_code for u in proven.plan.unserved] == [solund]
    assert not slide.plan.unserved
    assert teams(slide) == teams(proven)
    assert (south.service, south.adults >= ACT_ADULTS) == ("MODIFIED_FACT", True)
    assert {note.key for note in slide.notes} == {"too_big", "unit_too_far"}
    assert proven.notes == ()
    yield (
        f"- Buys: Solund ({persons.sum():,} residents) has a team, though {away @ persons / persons.sum():.0f} minutes"
        " away on average, where the limit is 120 (residents who cannot be reached count as 240)."
    )
    yield (
        f"- Buys: the area of Førde has {south.adults:,} adults, enough for ACT by the {ACT_ADULTS:,} rule. But its"
        f" outer edge is {south.travel.p95_min:.0f} minutes away, not 60, so its class is FACT with adapted rules."
    )
    yield (
        f"- Costs: {within(proven) - within(slide):,} fewer residents within 60 minutes, and without Solund"
        f" {mean(slide, solund) - mean(proven, solund):.1f} minutes more on average."
    )
    yield (
        f"- Saves no team: {south.population:,} residents are more than the 50,000 that one team can serve, so three"
        f" areas are {teams(slide)} teams, as many as in the proven plan."
    )


def of_one_team(atlas: Atlas) -> Iterator[str]:
    """Lofoten and Tromsø, each as one area."""
    for name, area, file in (("Lofoten", LOFOTEN_AREA, "lofoten.toml"), ("Tromsø", "kommune:Tromsø", "tromso.toml")):
        result = run(atlas, area, file)
        (team,) = result.figures.teams
        all_ages, adults = people(atlas, area.removeprefix("kommune:").split("+"))
        assert (team.population, team.adults) == (all_ages, adults)
        group = team.target_group
        cells = [
            f"{all_ages:,}", f"{adults:,}", f"{group.central} ({group.low}–{group.high})", str(team.teams),
            team.service.replace("_", " "), share(within(result), all_ages), f"{mean(result):.1f}",
            f"{unreachable(result):,}",
        ]  # fmt: skip
        yield f"| {name} | {' | '.join(cells)} |"


def fresh(atlas: Atlas) -> list[str]:
    """Every line of the page that has a figure."""
    return [*of_slide(atlas), *of_kinn(atlas), *of_plans(atlas), *of_slide_s_price(atlas), *of_one_team(atlas)]


def test_every_line_with_a_figure_on_the_page_is_computed_anew(shipped: Atlas) -> None:
    page = re.sub(r"^```.*?^```$", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    said = [line for line in page.splitlines() if re.search(r"\d", line) and not line.startswith("#")]
    found = fresh(shipped)
    assert sorted(said) == sorted(found)


def test_every_command_on_the_page_names_files_that_are_there() -> None:
    commands = re.findall(r"^factgeo .*$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(commands) >= 5
    for path in re.findall(r"configs/\S+", "\n".join(commands)):
        assert Path(REPO / path).is_file()
