"""Two plans side by side, against sums by plain pandas and matchings by trying them all."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds.basics import refusal

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import comparison as comparison_contract
from factgeo.errors import OutputError, PlanError
from factgeo.explore import compare
from factgeo.explore.compare import Comparison
from factgeo.export import comparison as comparison_files
from factgeo.export import folder
from factgeo.language.figures import Signed
from factgeo.planning import pipeline
from factgeo.planning.plan import Catchment, Unserved
from factgeo.planning.result import Result
from factgeo.report import comparison as comparison_report
from factgeo.report.writers import markdown, terminal
from factgeo.travel.times import UNREACHABLE

NAMES = ("today", "larger")
KINN, HYLLESTAD, SUNNFJORD, ASKVOLL = "4602", "4637", "4647", "4645"


def lines(found: Comparison) -> list[str]:
    return terminal.lines(comparison_report.brief(found), item=terminal.HYPHEN)


@pytest.fixture(scope="module")
def larger(shipped: Atlas) -> Result:
    """Helse Førde with catchments of at least 25,000 residents."""
    rules = settings.load(assignments=["size.minimum=25000"])
    return pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)


@pytest.fixture(scope="module")
def compared(forde: Result, larger: Result) -> Comparison:
    return compare.compare(forde, larger, names=NAMES)


def with_unit_moved(result: Result, unit: str, to: str, atlas: Atlas) -> Result:
    """The plan with one unit in another team, drawn by hand and measured as it stands."""
    catchments = tuple(
        replace(c, units=tuple(sorted({*c.units, unit} if c.team_id == to else {*c.units} - {unit})))
        for c in result.plan.catchments
    )
    return pipeline.measure_plan(atlas, replace(result.plan, catchments=catchments))


def by_cell(a: Result, b: Result) -> pd.DataFrame:
    """Minutes of every cell under both plans, cell by cell from the journeys' table and not from ``ways``."""
    tables = []
    for side, result in (("a", a), ("b", b)):
        times, base_of = result.journeys, result.plan.base_of()
        seconds = [
            times.seconds[times.row[base_of[unit]], cell] if unit in base_of else UNREACHABLE
            for cell, unit in enumerate(times.cells["unit_code"])
        ]
        table = times.cells[["ssbid", "unit_code", "persons"]].assign(**{side: seconds})
        tables.append(table.set_index("ssbid"))
    joined = tables[0].join(tables[1]["b"])
    joined["reached"] = (joined["a"] != UNREACHABLE) & (joined["b"] != UNREACHABLE)
    joined["seconds"] = (joined["b"] - joined["a"]).where(joined["reached"])
    return joined


def test_a_plan_against_itself_changes_nothing(forde: Result) -> None:
    same = compare.compare(forde, forde, names=("one", "two"))
    told = comparison_contract.to_json(same)
    assert told["moved_units"] == told["gains"] == told["losses"] == told["settings"] == []
    assert told["share_within_60"]["difference"] == told["mean_min"]["difference"] == 0
    assert same.whole.equal + same.whole.never == forde.figures.population
    assert [(p.teams.a, p.shared) for p in same.pairs] == [(t, t.population) for t in forde.figures.teams]
    assert len(same.bases_kept) == len(forde.plan.catchments)


def test_every_resident_is_counted_once(forde: Result, compared: Comparison) -> None:
    assert compared.whole.persons == forde.figures.population
    assert sum(unit.travel.persons for unit in compared.units) == forde.figures.population
    assert {unit.unit_code for unit in compared.units} == set(forde.plan.area.units)


def test_people_by_change_are_those_that_plain_pandas_counts(
    forde: Result, larger: Result, compared: Comparison
) -> None:
    cells, whole = by_cell(forde, larger), compared.whole
    edges = [-np.inf, -1800.5, -900.5, -300.5, -29.5, 29.5, 300.5, 900.5, 1800.5, np.inf]  # whole seconds between
    counted = cells["persons"].groupby(pd.cut(cells["seconds"], edges), observed=False).sum().tolist()
    assert [*reversed(whole.shorter), whole.equal, *whole.longer] == counted
    only_a = (cells["a"] != UNREACHABLE) & (cells["b"] == UNREACHABLE)
    only_b = (cells["a"] == UNREACHABLE) & (cells["b"] != UNREACHABLE)
    assert (whole.won, whole.lost) == (cells.loc[only_b, "persons"].sum(), cells.loc[only_a, "persons"].sum())
    assert whole.lost > 0
    assert min(len(compared.gains), len(compared.losses)) > 0


def test_units_and_their_minutes_are_those_of_plain_pandas(forde: Result, larger: Result, compared: Comparison) -> None:
    cells = by_cell(forde, larger)
    table = comparison_contract.table(compared).set_index("unit_code")
    for unit, mine in cells.groupby("unit_code"):
        seconds, persons = mine.loc[mine["reached"], "seconds"], mine.loc[mine["reached"], "persons"]
        row = table.loc[str(unit)]
        assert row["longer"] == persons[seconds >= 30].sum()
        assert row["shorter"] == persons[seconds <= -30].sum()
        assert row["population"] == mine["persons"].sum()
        mean = (seconds * persons).sum() / persons.sum() / 60 if persons.sum() else np.nan
        assert row["change_min"] == pytest.approx(mean, abs=0.051, nan_ok=True)


def test_person_minutes_count_the_lost_with_the_stand_in(forde: Result, larger: Result, compared: Comparison) -> None:
    cells = by_cell(forde, larger)
    mine = cells[(cells["unit_code"] == HYLLESTAD) & (cells["a"] != UNREACHABLE)]
    lost = next(unit for unit in compared.losses if unit.unit_code == HYLLESTAD)
    assert lost.travel.minutes_more == pytest.approx((mine["persons"] * (240 - mine["a"] / 60)).sum())
    assert lost.travel.minutes_less == 0
    kinn = cells[(cells["unit_code"] == KINN) & (cells["seconds"] <= -30)]
    gained = next(unit for unit in compared.gains if unit.unit_code == KINN)
    assert gained.travel.minutes_less == pytest.approx(-(kinn["persons"] * kinn["seconds"]).sum() / 60)


def test_gains_and_losses_begin_with_the_most_person_minutes(compared: Comparison) -> None:
    told = comparison_contract.to_json(compared)
    for key in ("gains", "losses"):
        minutes = [entry["person_minutes"] for entry in told[key]]
        assert minutes == sorted(minutes, reverse=True)
    assert sum(entry["shorter"] for entry in told["gains"]) == told["people"]["shorter"]["total"]
    assert sum(entry["no_longer_reached"] for entry in told["losses"]) == told["people"]["no_longer_reached"]


def test_a_unit_moved_by_hand_is_the_only_one(shipped: Atlas, forde: Result) -> None:
    to = forde.plan.team_of()[KINN]
    drawn = with_unit_moved(forde, ASKVOLL, to, shipped)
    found = compare.compare(forde, drawn, names=NAMES)
    (moved,) = found.moved
    assert moved.unit_code == ASKVOLL
    assert moved.teams.a == forde.figures.teams[1]
    assert moved.teams.b is not None
    assert moved.teams.b.team_id == to
    assert {unit.unit_code for unit in (*found.gains, *found.losses)} == {ASKVOLL}
    assert found.only == compare.Sides((), ())


def test_another_base_of_the_same_team_is_no_move(shipped: Atlas, forde: Result) -> None:
    rules = settings.load(assignments=["bases.per_unit=2"])
    other = pipeline.propose(shipped, forde.plan.area, rules)
    own = next(c for c in other.plan.catchments if SUNNFJORD in c.units)
    second = next(b for b in other.journeys.bases if b.unit_code == SUNNFJORD and b != own.base)
    catchments = tuple(replace(c, base=second) if c is own else c for c in other.plan.catchments)
    rebased = pipeline.measure_plan(shipped, replace(other.plan, catchments=catchments))
    found = compare.compare(other, rebased, names=NAMES)
    assert found.moved == ()
    assert [pair.keeps_base for pair in found.pairs].count(False) == 1
    assert found.bases_only == compare.Sides((own.base,), (second,))
    assert sum(found.whole.shorter) + sum(found.whole.longer) > 0


def test_team_ids_do_not_matter(shipped: Atlas, forde: Result) -> None:
    renamed = tuple(replace(c, team_id=f"X{k}") for k, c in enumerate(reversed(forde.plan.catchments)))
    other = pipeline.measure_plan(shipped, replace(forde.plan, catchments=renamed))
    assert compare.compare(forde, other, names=NAMES).moved == ()


def test_a_unit_that_stays_at_a_base_whose_team_is_another_is_told_so(forde: Result) -> None:
    """Sunnfjord, the largest, leaves the base that Askvoll and others keep."""
    base_of = {base.unit_code: base for base in forde.journeys.bases}
    units = next(c.units for c in forde.plan.catchments if ASKVOLL in c.units)
    rest = tuple(unit for unit in units if unit != SUNNFJORD)
    whole = (Catchment("T01", base_of[ASKVOLL], units),)
    parts = (Catchment("T01", base_of[ASKVOLL], rest), Catchment("T02", base_of[SUNNFJORD], (SUNNFJORD,)))
    a, b = (
        pipeline.measured(replace(forde.plan, catchments=catchments), forde.atlas, forde.journeys)
        for catchments in (whole, parts)
    )
    found = compare.compare(a, b, names=NAMES)
    assert {unit.unit_code for unit in found.moved} == set(rest)
    assert all(unit.keeps_base for unit in found.moved)
    told = [line for line in lines(found) if line.startswith("- ")]
    assert len(told) == len(rest)
    assert all("(samme base, men resten av området er et annet), ±0,0 min i snitt" in line for line in told)


def test_a_unit_that_loses_its_team_has_moved_to_none(compared: Comparison) -> None:
    told = {unit["unit_code"]: unit for unit in comparison_contract.to_json(compared)["moved_units"]}
    assert told[HYLLESTAD]["to"] is None
    assert told[HYLLESTAD]["change_min"] is None
    assert compared.lose_team == told[HYLLESTAD]["population"] == 1275
    assert compared.get_team == 0


def drawn_plan(forde: Result, chance: np.random.Generator) -> Result:
    """The units of the area thrown into a few catchments, the rest without a team."""
    teams: dict[int, list[str]] = {}
    for unit in forde.plan.area.units:
        teams.setdefault(int(chance.integers(5)), []).append(unit)
    unserved = tuple(Unserved(unit, "locked") for unit in teams.pop(0, []))
    base_of = {base.unit_code: base for base in forde.journeys.bases}
    catchments = tuple(
        Catchment(f"T{k:02d}", base_of[units[0]], tuple(units)) for k, units in enumerate(teams.values(), start=1)
    )
    plan = replace(forde.plan, catchments=catchments, unserved=unserved)
    return pipeline.measured(plan, forde.atlas, forde.journeys)


@pytest.mark.parametrize("seed", range(6))
def test_as_many_residents_stay_as_in_the_best_of_all_matchings(forde: Result, seed: int) -> None:
    chance = np.random.default_rng(seed)
    a, b = drawn_plan(forde, chance), drawn_plan(forde, chance)
    persons = forde.atlas.population["persons"]
    few, many = sorted((a.plan.catchments, b.plan.catchments), key=len)
    best = max(
        sum(persons[sorted(set(one.units) & set(other.units))].sum() for one, other in zip(few, order, strict=True))
        for order in itertools.permutations(many, len(few))
    )
    found = compare.compare(a, b, names=NAMES)
    assert sum(pair.shared for pair in found.pairs) == best
    stayed = [u for u in found.units if u.teams.a and u.teams.b and not u.moved]
    assert sum(unit.travel.persons for unit in stayed) == best


@pytest.mark.parametrize("order", [(SUNNFJORD, ASKVOLL), (ASKVOLL, SUNNFJORD)])
def test_of_equal_matchings_the_one_that_keeps_the_base_counts(forde: Result, order: tuple[str, str]) -> None:
    base_of = {base.unit_code: base for base in forde.journeys.bases}
    together = (Catchment("T01", base_of[SUNNFJORD], (ASKVOLL, SUNNFJORD)),)
    apart = tuple(Catchment(f"T0{k}", base_of[unit], (unit,)) for k, unit in enumerate(order, start=1))
    alike = forde.atlas.changed(population=forde.atlas.population.assign(persons=1000))
    a, b = (
        pipeline.measured(replace(forde.plan, catchments=catchments), alike, forde.journeys)
        for catchments in (together, apart)
    )
    found = compare.compare(a, b, names=NAMES)
    assert [pair.keeps_base for pair in found.pairs] == [True]
    assert [unit.unit_code for unit in found.moved if unit.teams.a and unit.teams.b] == [ASKVOLL]


def test_a_change_of_half_a_minute_counts_and_less_does_not() -> None:
    changes = np.array([0, 29, 30, -30, 300, 301, -900, -901, 1800, 1801, np.nan]) / 60
    assert compare.step(changes).tolist() == [0, 0, 1, -1, 1, 2, -2, -3, 3, 4, 0]


def test_settings_that_differ_are_told_with_both_values(compared: Comparison, forde: Result) -> None:
    told = comparison_contract.to_json(compared)["settings"]
    assert told == [{"key": "size.minimum", "a": 15000, "b": 25000}]
    slower = replace(forde.plan, settings=settings.load(assignments=["ferry.wait_rule='none'"]))
    found = compare.compare(forde, pipeline.measure_plan(forde.atlas, slower), names=NAMES)
    assert [change.key for change in found.settings] == ["ferry.wait_rule"]
    assert language.text("compare.other_roads") in lines(found)
    assert language.text("compare.other_roads") not in lines(compared)


def test_the_json_has_the_figures_of_both_plans(forde: Result, larger: Result, compared: Comparison) -> None:
    told = comparison_contract.to_json(compared)
    assert (told["a"], told["b"]) == NAMES
    for key, side in (("a", forde), ("b", larger)):
        assert told["share_within_60"][key] == pytest.approx(side.figures.share_within[60], abs=1e-6)
        assert told["served"][key] == pytest.approx(side.figures.served, abs=1e-6)
        assert told["mean_min"][key] == pytest.approx(side.figures.mean_min, abs=0.05)
        assert told["teams"]["catchments"][key] == len(side.plan.catchments)
    for key in ("share_within_60", "mean_min", "served"):
        assert told[key]["difference"] == pytest.approx(told[key]["b"] - told[key]["a"], abs=1e-9)
    assert [team["name"] for team in told["teams"]["only_a"]] == ["Svelgen"]
    assert [base["name"] for base in told["bases"]["only_a"]] == ["Svelgen"]
    assert told["teams"]["only_b"] == told["bases"]["only_b"] == []
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_plans_of_other_areas_are_refused_with_the_units_that_one_side_lacks(shipped: Atlas, forde: Result) -> None:
    other = pipeline.propose(shipped, areas.resolve("Helse Førde+Lom", shipped), settings.load())
    sentence = refusal(PlanError, lambda: compare.compare(forde, other, names=("mine", "yours")))
    assert "Only in mine: none. Only in yours: Lom." in sentence
    bergen = pipeline.measure_plan(
        shipped, replace(forde.plan, area=areas.resolve("kommune:Bergen", shipped), catchments=())
    )
    sentence = refusal(PlanError, lambda: compare.compare(forde, bergen, names=("mine", "yours")))
    assert "and 12 more" in sentence


def test_plans_of_other_packs_are_refused(forde: Result) -> None:
    other = replace(forde, plan=replace(forde.plan, pack_digest="f" * 64))
    sentence = refusal(PlanError, lambda: compare.compare(forde, other, names=("mine", "yours")))
    assert forde.plan.pack_digest[:12] in sentence
    assert "yours from ffffffffffff" in sentence


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_words_name_what_moves_in_every_language(compared: Comparison, lang: str) -> None:
    language.use(lang)
    told = lines(compared)
    assert len([line for line in told if line.startswith("- ")]) == len(compared.moved) == 3
    assert any("T03 Svelgen → T02 Førde, +16 min" in line for line in told)
    document = markdown.write(comparison_report.report(compared))
    assert document.count("\n## ") == 7
    assert "| size.minimum | 15000 | 25000 |" in document
    assert "{" not in document


def test_differences_carry_their_sign() -> None:
    assert [language.written(Signed(value)) for value in (3.4, -3.4, 0.2)] == ["+3", "−3", "±0"]
    shown = [language.written(comparison_report.changed(value)) for value in (0.44, -16.2, 0.0, None)]
    assert shown == ["+0,4", "−16", "±0,0", "–"]


def test_the_folder_is_whole_and_tells_the_same(
    forde: Result, larger: Result, compared: Comparison, tmp_path: Path
) -> None:
    out = tmp_path / "compared"
    folder.write(comparison_files.folder(compared, forde, larger), out, overwrite=False)
    content = comparison_contract.to_json(compared)
    assert {path.name for path in out.iterdir()} == set(comparison_files.KIND.files)
    assert json.loads((out / "comparison.json").read_text(encoding="utf-8")) == content
    table = pd.read_csv(out / "comparison.csv", dtype={"unit_code": str})
    assert table["population"].sum() == forde.figures.population
    assert table.loc[table["moved"], "unit_code"].tolist() == sorted(unit.unit_code for unit in compared.moved)


def test_a_folder_that_holds_something_is_left_alone(
    forde: Result, compared: Comparison, larger: Result, tmp_path: Path
) -> None:
    (tmp_path / "comparison.md").write_text("mine", encoding="utf-8")

    def write(*, overwrite: bool) -> None:
        folder.write(comparison_files.folder(compared, forde, larger), tmp_path, overwrite=overwrite)

    assert "already holds a comparison" in refusal(OutputError, lambda: write(overwrite=False))
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    assert "holds other things (plan.json)" in refusal(OutputError, lambda: write(overwrite=True))
    assert (tmp_path / "comparison.md").read_text(encoding="utf-8") == "mine"


def test_plans_without_a_single_team_can_be_compared(shipped: Atlas, forde: Result, tmp_path: Path) -> None:
    nobody = pipeline.measured(replace(forde.plan, catchments=(), unserved=()), shipped, forde.journeys)
    neither = compare.compare(nobody, nobody, names=NAMES)
    assert neither.whole.never == forde.figures.population
    assert comparison_contract.to_json(neither)["mean_min"] == {"a": None, "b": None, "difference": None}
    gone = compare.compare(forde, nobody, names=NAMES)
    assert len(gone.moved) == len(forde.plan.team_of())
    assert gone.whole.lost + gone.whole.never == forde.figures.population
    folder.write(comparison_files.folder(gone, forde, nobody), tmp_path / "gone", overwrite=False)
