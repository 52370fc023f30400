"""Travel times of the shipped pack against every published time at hand, as a sheet of Markdown.

    python benchmarks/published_times.py [--out docs/travel-times.md]

Trips with a published total are computed anew. For ferry crossings the rule ``fixed + per km`` is fitted again without
each crossing in turn and asked for its minutes: the error that the rule makes where nobody has published a time.
Every figure of the sheet is computed here, except what ``PUBLISHED_TRIPS`` and ``SAME_MAP`` quote.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo import settings
from factgeo.atlas import pack, places
from factgeo.atlas.pack import Atlas
from factgeo.settings import Settings
from factgeo.travel import journeys, network
from factgeo.travel.trips import Trip

SHEET = Path("docs/travel-times.md")
LONG_KM = 25  # data/facts/ferry_time_rule.csv tells its errors apart at this length
CLOSE_MIN = 5  # an error of so many minutes counts as close, as in data/facts/ferry_time_rule.csv
WORST = 3
FIRST_HAND = ("timetable", "authority")  # kinds of source whose minutes carry the tag measured
BETTER = ("timetable", "encyclopedia", "authority")  # the "better sources" of data/facts/ferry_time_rule.csv
SWITCHED = ("summer", "tourist")  # seasons with a setting of their own: ferry.summer, ferry.tourist
REASONS = {"not_on_map": "N1000 draws no line and the table of crossings gives no quays"}


@dataclass(frozen=True)
class PublishedTrip:
    """A trip by car with a total that somebody else has stated; None where a part is not stated.

    Attributes:
        start, end: Names as ``factgeo travel`` takes them.
        km: Length of the way.
        minutes: Time one way, without breaks.
        source: Who stated it.
    """

    start: str
    end: str
    km: float | None
    minutes: float | None
    source: str


PUBLISHED_TRIPS = (
    PublishedTrip("Bryggja", "Oslo", 550, 451, "quoted in the README of factgeo; the publication is not recorded"),
)
SAME_MAP = (
    PublishedTrip("Sogndal", "Lærdal", 29, None, "N1000 lines, earlier calculation; 132 km if its quay is not tied"),
    PublishedTrip(
        "Hjelmeland", "Nesvik", None, 29, "N1000 lines, earlier calculation; 222 min if its quay is not tied"
    ),
)


def crossings(atlas: Atlas) -> pd.DataFrame:
    """Every crossing of the pack's network, sorted by name. It is one edge, so length and minutes stand in one row.

    Columns: crossing_id, name, km (as in the network), minutes (published, NaN where none are), season, in_service,
    headway (min), fitted (does the rule rest on it), and from the table of facts kind, source, note and season_basis.
    """
    ferries = atlas.roads[atlas.roads["kind"] == "ferry"]
    if ferries["crossing_id"].duplicated().any():
        raise ValueError("a crossing has several edges; its minutes would count several times")
    facts = atlas.facts("ferry_crossings").set_index("crossing_id").reindex(ferries["crossing_id"])
    table = pd.DataFrame({
        "crossing_id": ferries["crossing_id"].to_numpy(),
        "name": ferries["crossing"].to_numpy(),
        "km": ferries["length_m"].to_numpy() / 1000,
        "minutes": ferries["crossing_min"].to_numpy(),
        "season": ferries["season"].to_numpy(),
        "in_service": ferries["in_service"].to_numpy(),
        "headway": ferries["headway_min"].to_numpy(),
        "kind": facts["crossing_min_quality"].to_numpy(),
        "source": facts["crossing_min_source"].to_numpy(),
        "note": facts["note"].to_numpy(),
        "season_basis": facts["season_basis"].to_numpy(),
    })  # fmt: skip
    drawn = (facts["length_km"] != "").to_numpy()
    # sightseeing ships are slow on purpose; a straight line between quays is no sailed length
    table["fitted"] = table["minutes"].notna() & (table["season"] != "tourist") & drawn
    return table.sort_values("name", ignore_index=True)


def fit(km: NDArray[np.float64], minutes: NDArray[np.float64]) -> tuple[float, float]:
    """Fixed minutes and minutes per km with the least sum of squared relative errors (weight 1 / minutes)."""
    weighted = np.column_stack([np.ones(len(km)), km]) / minutes[:, None]
    fixed, per_km = np.linalg.lstsq(weighted, np.ones(len(km)), rcond=None)[0]
    return float(fixed), float(per_km)


def rules_without_each(table: pd.DataFrame) -> NDArray[np.float64]:
    """The rule (fixed minutes, minutes per km) for each row of ``table``, fitted to all fitted rows but this one."""
    km, minutes = table["km"].to_numpy(), table["minutes"].to_numpy()
    fitted = table["fitted"].to_numpy()
    rules = []
    for row in range(len(table)):
        others = fitted.copy()
        others[row] = False
        rules.append(fit(km[others], minutes[others]))
    return np.array(rules)


def published_against_rule(table: pd.DataFrame) -> pd.DataFrame:
    """Crossings with published minutes; adds rule, error (rule - published) in minutes, and relative error."""
    known = table[table["minutes"].notna()].reset_index(drop=True)
    fixed, per_km = rules_without_each(known).T
    known["rule"] = fixed + per_km * known["km"]
    known["error"] = known["rule"] - known["minutes"]
    known["relative"] = known["error"] / known["minutes"]
    return known


def travelled(atlas: Atlas, rules: Settings, trip: PublishedTrip) -> Trip:
    """The same trip by factgeo."""
    start, end = places.resolve(trip.start, atlas), places.resolve(trip.end, atlas)
    return journeys.find_trip(atlas, start, end, rules)


def sheet(atlas: Atlas, rules: Settings) -> str:
    """The whole sheet. The same pack and settings give the same text."""
    table = crossings(atlas)
    known = published_against_rule(table)
    lines = [
        *_head(atlas),
        *_summary(table, known),
        *_trips(atlas, rules),
        *_crossings_known(atlas, rules, table, known),
        *_crossings_unknown(atlas, rules, table),
        *_not_routable(atlas, rules, table),
        *_not_tested(atlas, rules, table),
    ]
    return "\n".join(lines) + "\n"


def _head(atlas: Atlas) -> list[str]:
    return [
        "# Travel times against published times",
        "",
        _text(
            "Written by `python benchmarks/published_times.py` from the shipped pack and the default settings;",
            f"a test holds the two together. Pack {atlas.digest[:12]}.",
        ),
        "",
        _text(
            "Errors are factgeo, or its rule, minus published: a plus is too slow or too long. Quality tags:",
            "`measured` (counted, or scheduled by whoever runs it), `derived` (computed from measured figures),",
            "`estimate` (modelled, assumed or second-hand).",
        ),
        "",
    ]


def _summary(table: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    in_fit = known[known["fitted"]]
    short = in_fit[in_fit["km"] <= LONG_KM]
    trips = f"{len(PUBLISHED_TRIPS)} trip{'' if len(PUBLISHED_TRIPS) == 1 else 's'}"
    return [
        _text(
            f"In short: {trips} with a published total, far too few to judge driving times; speeds by road class",
            f"are untested estimates. Of {len(table)} ferry crossings {len(known)} have published minutes, and factgeo",
            f"uses those. For the other {len(table) - len(known)} it uses a rule that misses published minutes by",
            f"{_mae(in_fit):.1f} min on average ({_mae(short):.1f} up to {LONG_KM} km).",
        ),
        "",
    ]


def _trips(atlas: Atlas, rules: Settings) -> list[str]:
    lines = [
        "## 1. Trips",
        "",
        "The published totals are taken as they are quoted; factgeo's totals are `estimate` (speeds by road class).",
        "",
        *_trip_table(atlas, rules, PUBLISHED_TRIPS),
        "",
    ]
    for trip in PUBLISHED_TRIPS:
        lines += [_speeds_of(trip, travelled(atlas, rules, trip)), ""]
    return [
        *lines,
        _text(
            "Not independent, because computed from the same map: agreement shows that quays which touch no road in",
            "N1000 are joined, not that the minutes are right. The lengths stated here contain neither the stretch of",
            f"{rules.roads.stretch:g} nor the way to the road, factgeo's do.",
        ),
        "",
        *_trip_table(atlas, rules, SAME_MAP),
        "",
        "No other trip with a published time or length stands in the pack's cited tables.",
        "",
    ]


def _trip_table(atlas: Atlas, rules: Settings, trips: Iterable[PublishedTrip]) -> list[str]:
    rows = []
    for trip in trips:
        ours = travelled(atlas, rules, trip)
        ferries = ", ".join(ours.ferries) or "none"
        minutes, km = _compared(trip.minutes, ours.minutes), _compared(trip.km, ours.km)
        rows.append([f"{trip.start}–{trip.end}", *minutes, *km, ferries, trip.source])
    head = ["trip", "min published", "factgeo", "error", "error %", "km published", "factgeo", "error", "error %"]
    return _markdown([*head, "ferries", "source"], rows, numeric=range(1, 9))


def _compared(published: float | None, ours: float | None) -> list[str]:
    """Published, ours, error, error in per cent; dashes where one is missing."""
    mine = "–" if ours is None else f"{ours:.1f}"
    if published is None or ours is None:
        return ["–" if published is None else f"{published:g}", mine, "–", "–"]
    return [f"{published:g}", mine, f"{ours - published:+.1f}", f"{ours / published - 1:+.1%}"]


def _speeds_of(trip: PublishedTrip, ours: Trip) -> str:
    """What the two errors of a trip mean together: a way that is too long can hide speeds that are too high."""
    name = f"{trip.start}–{trip.end}"
    if not (trip.km and trip.minutes and ours.km and ours.minutes):
        return f"{name}: speeds cannot be compared, a part is not stated or the trip is unreachable."
    theirs_kph, ours_kph = 60 * trip.km / trip.minutes, 60 * ours.km / ours.minutes
    length, speed = ours.km / trip.km - 1, ours_kph / theirs_kph - 1
    effect = "partly cancel" if length * speed > 0 else "add up"
    ferry = "uses " + ", ".join(ours.ferries) if ours.ferries else "uses no ferry, so it says nothing about ferries"
    return _text(
        f"{name}: the mean speed is {ours_kph:.1f} km/h against {theirs_kph:.1f} published ({speed:+.1%}) and the",
        f"length differs by {length:+.1%}, two errors that {effect} in the minutes. The trip {ferry}.",
    )


def _crossings_known(atlas: Atlas, rules: Settings, table: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    return [
        f"## 2. The {len(known)} crossings with published minutes",
        "",
        _text(
            "Here factgeo sails the published minutes. The column *rule* is what it would say if this crossing had",
            "none: fixed minutes + minutes per km (`derived`), fitted without the crossing by least squares on",
            "relative error (weight 1 / minutes). Length as in N1000. No waiting or boarding in either. Published",
            f"minutes of the kind {' or '.join(FIRST_HAND)} are `measured`, the others `estimate` (second-hand, often",
            "rounded).",
        ),
        "",
        _text(
            f"Outside the fit: {_outside(known[~known['fitted']])}.",
            f"Their *rule* comes from all {int(known['fitted'].sum())} crossings in the fit.",
        ),
        "",
        *_errors(atlas, known),
        *_full_fit(rules, table, known),
        *_worst(atlas, known),
        "### Crossing by crossing",
        "",
        *_markdown(
            ["crossing", "km", "published min", "tag", "rule", "error", "error %", "source", "note"],
            [_crossing_row(row) for _, row in known.iterrows()],
            numeric=(1, 2, 4, 5, 6),
        ),
        "",
        *_lengths(known),
    ]


def _outside(outside: pd.DataFrame) -> str:
    reasons = {True: "a sightseeing ship", False: "not drawn in N1000, a straight line between the quays"}
    return (
        "; ".join(f"{row['name']} ({reasons[row['season'] == 'tourist']})" for _, row in outside.iterrows()) or "none"
    )


def _crossing_row(row: pd.Series) -> list[str]:
    tag = "measured" if row["kind"] in FIRST_HAND else "estimate"
    name = row["name"] if row["fitted"] else f"{row['name']} (outside the fit)"
    figures = [f"{row['rule']:.1f}", f"{row['error']:+.1f}", f"{row['relative']:+.0%}"]
    source = f"{row['kind']}: {row['source']}"
    return [name, f"{row['km']:.2f}", f"{row['minutes']:g}", tag, *figures, source, row["note"]]


def _mae(rows: pd.DataFrame) -> float:
    """Mean absolute error, minutes."""
    return float(rows["error"].abs().mean())


def _rule_facts(atlas: Atlas) -> pd.DataFrame:
    """``ferry_time_rule.csv`` by id: the rule and what was found about its errors when it was made."""
    return atlas.facts("ferry_time_rule").set_index("id")


def _errors(atlas: Atlas, known: pd.DataFrame) -> list[str]:
    """Errors of the rule by group, beside what the table of facts states of itself."""
    stated, in_fit = _rule_facts(atlas), known[known["fitted"]]
    groups = [
        ("in the fit", in_fit, stated["mae_min"]["ferry_fixed_min"]),
        (f"up to {LONG_KM} km", in_fit[in_fit["km"] <= LONG_KM], stated["value"]["check_mae_up_to_25_km"]),
        (f"over {LONG_KM} km", in_fit[in_fit["km"] > LONG_KM], stated["value"]["check_mae_over_25_km"]),
        (", ".join(BETTER), in_fit[in_fit["kind"].isin(BETTER)], stated["value"]["check_mae_better_sources"]),
        ("all, also outside the fit", known, "–"),
    ]
    head = ["crossings", "n", "mean abs. error", "stated", "median abs. error", "bias", "mean abs. error %"]
    rows = [[name, str(len(rows)), f"{_mae(rows):.1f}", mae, *_more_errors(rows)] for name, rows, mae in groups]
    return [
        "### Errors of the rule, minutes, each crossing left out in turn",
        "",
        *_markdown([*head, f"within {CLOSE_MIN} min"], rows, numeric=range(1, 8)),
        "",
        _text(
            "*Stated* is the mean absolute error in `data/facts/ferry_time_rule.csv`, computed when the rule was made.",
            "A minus in *bias* means that the rule is too fast.",
        ),
        "",
    ]


def _more_errors(rows: pd.DataFrame) -> list[str]:
    size = rows["error"].abs()
    shares = [f"{rows['relative'].abs().mean():.0%}", f"{(size <= CLOSE_MIN).mean():.0%}"]
    return [f"{size.median():.1f}", f"{rows['error'].mean():+.1f}", *shares]


def _full_fit(rules: Settings, table: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """The rule of the settings beside the one that all fitted crossings give today."""
    in_fit, unknown = known[known["fitted"]], table[table["minutes"].isna()]
    refitted = fit(in_fit["km"].to_numpy(), in_fit["minutes"].to_numpy())
    chosen = (rules.ferry.fixed_min, rules.ferry.min_per_km)
    varied = rules_without_each(in_fit)
    change = refitted[0] - chosen[0] + (refitted[1] - chosen[1]) * unknown["km"]
    names = ("`ferry.fixed_min`, min", "`ferry.min_per_km`, min/km")
    rows = [
        [name, f"{chosen[k]:g}", f"{refitted[k]:.2f}", f"{varied[:, k].min():.2f}–{varied[:, k].max():.2f}"]
        for k, name in enumerate(names)
    ]
    return [
        "### The settings against the full fit",
        "",
        *_markdown(["", "settings", f"fit to all {len(in_fit)}", "range with one left out"], rows, numeric=range(1, 4)),
        "",
        _text(
            "With the full fit in place of the settings no crossing without published minutes would change by more",
            f"than {change.abs().max():.1f} min.",
        ),
        "",
    ]


def _worst(atlas: Atlas, known: pd.DataFrame) -> list[str]:
    in_fit = known[known["fitted"]]
    order = in_fit["error"].abs().sort_values(ascending=False, kind="stable").index[:WORST]
    rows = [
        [row["name"], f"{row['km']:.1f}", f"{row['minutes']:g}", f"{row['rule']:.1f}", f"{row['error']:+.1f}", why]
        for row, why in ((in_fit.loc[k], _why(in_fit.loc[k], atlas)) for k in order)
    ]
    return [
        f"### The worst {WORST} in the fit",
        "",
        *_markdown(["crossing", "km", "published", "rule", "error", "why, where evident"], rows, numeric=range(1, 5)),
        "",
    ]


def _why(row: pd.Series, atlas: Atlas) -> str:
    """What the tables themselves tell about an error: pace from quay to quay, length beyond the rule, note."""
    valid_to = float(_rule_facts(atlas)["value"]["ferry_time_valid_to_km"])
    published_kph, rule_kph = 60 * row["km"] / row["minutes"], 60 * row["km"] / row["rule"]
    pace = "faster" if row["error"] > 0 else "slower"
    parts = [f"{pace} than others of its length: {published_kph:.0f} km/h quay to quay, rule {rule_kph:.0f}"]
    if row["km"] > valid_to:
        parts.append(f"longer than {valid_to:g} km, where the rule is not meant to hold")
    if row["note"]:
        parts.append(f"note: {row['note']}")
    return "; ".join(parts)


def _lengths(known: pd.DataFrame) -> list[str]:
    """Lengths that the sources name beside the minutes, against the lengths in the network."""
    named = known.assign(stated=[_stated_km(source) for source in known["source"]]).dropna(subset=["stated"])
    error = named["km"] / named["stated"] - 1
    rows = [[row["name"], f"{row['stated']:g}", f"{row['km']:.2f}", f"{error[k]:+.1%}"] for k, row in named.iterrows()]
    return [
        "### Lengths that the sources name",
        "",
        _text(
            f"{len(named)} sources give kilometres too. N1000 is {error.abs().mean():.1%} off on average, median",
            f"{error.abs().median():.1%}, between {error.min():+.1%} and {error.max():+.1%}. The published lengths are",
            "second-hand (`estimate`).",
        ),
        "",
        *_markdown(["crossing", "published km", "N1000 km", "error %"], rows, numeric=range(1, 4)),
        "",
    ]


def _stated_km(source: str) -> float:
    """The kilometres that a source names (``15 min, 3.0 km``); NaN where it names none."""
    found = re.search(r"(\d+(?:\.\d+)?) km\b", source)
    return float(found.group(1)) if found else float("nan")


def _crossings_unknown(atlas: Atlas, rules: Settings, table: pd.DataFrame) -> list[str]:
    unknown, fitted = table[table["minutes"].isna()], table.loc[table["fitted"], "km"]
    valid_to = float(_rule_facts(atlas)["value"]["ferry_time_valid_to_km"])
    km = unknown["km"]
    minutes = rules.ferry.fixed_min + rules.ferry.min_per_km * km
    return [
        "## 3. Crossings without published minutes",
        "",
        _text(
            f"{len(unknown)} of {len(table)} crossings in the network ({len(unknown) / len(table):.0%}).",
            "Their minutes come from the rule (`derived`).",
        ),
        "",
        _text(
            f"- Length {km.min():.1f}–{km.max():.1f} km, median {km.median():.1f} km; so the rule says",
            f"{minutes.min():.0f}–{minutes.max():.0f} min, median {minutes.median():.0f} min.",
        ),
        _text(
            f"- The crossings in the fit are {fitted.min():.1f}–{fitted.max():.1f} km long, median",
            f"{fitted.median():.1f} km, {int((fitted > LONG_KM).sum())} of them over {LONG_KM} km. Nobody drew them at",
            "random: that their errors hold for the others is an assumption.",
        ),
        f"- {_named('shorter than any in the fit', unknown[km < fitted.min()])}.",
        f"- {_named(f'over {LONG_KM} km, where the rule is weak', unknown[km > LONG_KM])}.",
        f"- {_named(f'over {valid_to:g} km, where it is not meant to hold', unknown[km > valid_to])}.",
        "",
    ]


def _named(what: str, rows: pd.DataFrame) -> str:
    """How many crossings are so, and each with its length, the shortest first."""
    ordered = rows.sort_values("km", kind="stable")
    listed = [f"{name} ({km:.1f} km)" for name, km in zip(ordered["name"], ordered["km"], strict=True)]
    return f"{len(listed)} {what}: {', '.join(listed)}" if listed else f"None {what}"


def _not_routable(atlas: Atlas, rules: Settings, table: pd.DataFrame) -> list[str]:
    facts = atlas.facts("ferry_crossings").set_index("crossing_id")
    minutes = facts["crossing_min"]
    left_out = [
        [entry["name"], REASONS.get(entry["reason"], entry["reason"]), minutes[entry["crossing_id"]] or "–"]
        for entry in atlas.manifest["crossings_left_out"]
    ]
    return [
        "## 4. Crossings that cannot be used",
        "",
        _text(
            f"{len(left_out)} of {len(facts)} known crossings are not in the network; trips there go another way or",
            "are unreachable.",
        ),
        "",
        *_markdown(["crossing", "reason", "published min"], left_out, numeric=(2,)),
        "",
        *_off_by_default(atlas, rules, table),
    ]


def _off_by_default(atlas: Atlas, rules: Settings, table: pd.DataFrame) -> list[str]:
    off = table[~table["crossing_id"].isin(_running(atlas, rules))]
    rows = [
        [row["name"], row["season"], row["season_basis"], _switch(row, atlas)]
        for _, row in off.sort_values(["season", "name"]).iterrows()
    ]
    boats = int((atlas.roads["kind"] == "boat").sum())
    return [
        f"{len(off)} more are in the network and off by default:",
        "",
        *_markdown(["crossing", "season", "basis", "switch"], rows),
        "",
        _text(
            f"{int((table['season'] == 'unknown').sum())} crossings of unknown season count as all year, and",
            f"{int((table['in_service'] == 'unknown').sum())} of which it is not known whether they still run count as",
            "running. That the others run all year is mostly assumed.",
            f"{boats} stretches of passenger boat carry people but no cars and are",
            f"{'on' if rules.ferry.boats else 'off'} by default (`ferry.boats`).",
        ),
        "",
    ]


def _running(atlas: Atlas, rules: Settings) -> set[str]:
    """Ids of the crossings that run under the settings."""
    runs = network.runs(atlas.roads, rules) & (atlas.roads["kind"] == "ferry").to_numpy()
    return set(atlas.roads.loc[runs, "crossing_id"])


def _switch(row: pd.Series, atlas: Atlas) -> str:
    """The setting that lets a crossing run; tried out, not looked up."""
    switch = f"ferry.{row['season']}=true"
    if row["season"] in SWITCHED and row["crossing_id"] in _running(atlas, settings.load(assignments=[switch])):
        return f"`--set {switch}`"
    return "none: not in service"


def _not_tested(atlas: Atlas, rules: Settings, table: pd.DataFrame) -> list[str]:
    return [
        "## 5. What is not tested",
        "",
        *_roads_not_tested(rules),
        *_ferries_not_tested(atlas, rules, table),
    ]


def _roads_not_tested(rules: Settings) -> list[str]:
    speeds = ", ".join(f"{name} {kph:g}" for name, kph in rules.roads.speed_kph.model_dump().items())
    roads, share, access = rules.roads, rules.roads.share_of_limit, rules.access
    return [
        _text(
            f"- **Speeds by road class** ({speeds} km/h) are `estimate`. N1000 has no speed limits, and no published",
            "driving times by class are at hand. A whole trip averages over all classes.",
        ),
        _text(
            "- **The only measured driving times** are a sample of NVDB Ruteplan (Oslo, 2021): official minutes imply",
            f"{share.fast:.2f} of the speed limit from {network.FAST_KPH} km/h, {share.middle:.2f} from",
            f"{network.SLOW_KPH} km/h and {share.slow:.2f} below (`measured`, one city). They serve networks that know",
            "their limits; N1000 does not, so the shipped pack cannot be held against them.",
        ),
        _text(
            f"- **Stretch {roads.stretch:g}** on road lengths, and the way to the road ({access.detour:g} × the",
            f"straight line at {access.speed_kph:g} km/h), are `estimate`. Most municipal and private roads are",
            "missing.",
        ),
        _text(
            f"- **Junctions × {roads.junction_factor:g}, winter × {roads.winter_factor:g}** (`estimate`): queues, snow",
            "and closed mountain passes are not in the minutes. From OpenStreetMap a road that is closed for a part of",
            "the year (`motor_vehicle:conditional`, `seasonal`, `opening_hours`) counts as open, and a build says how",
            "many kilometres that are; ice roads and winter roads are left out; ferries that sail from May to",
            "September alone count with `ferry.summer` only, those of other seasons all year.",
        ),
    ]


def _ferries_not_tested(atlas: Atlas, rules: Settings, table: pd.DataFrame) -> list[str]:
    facts = atlas.facts("parameters").set_index("id")
    wait, crossing = facts.loc["ferry_wait_mean"], facts.loc["ferry_crossing_mean"]
    half = table["headway"].dropna() / 2
    return [
        _text(
            f"- **Waiting {rules.ferry.wait_min:g} min per boarding** (`{wait['quality']}`; {wait['source']};",
            f"{wait['note']}) is a mean taken for every crossing. {len(half)} of {len(table)} crossings have a",
            f"published interval; half of it is {half.mean():.0f} min on average ({half.min():g}–{half.max():g}).",
            "The other intervals are not known.",
        ),
        _text(
            f"- **Mean crossing {crossing['central']} min** of the same links (`{crossing['quality']}`): they are not",
            "named, so there is nothing to compare it with.",
        ),
        _text(
            "- **Published crossing minutes** are of different years and kinds; the column *note* shows where sources",
            "disagree. Calls on the way, cancellations and full ferries are in few or none of them.",
        ),
    ]


def _text(*parts: str) -> str:
    """One paragraph on one line."""
    return " ".join(parts)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> list[str]:
    """A table; columns ``numeric`` are right-aligned."""
    right = set(numeric)
    rule = ["---:" if k in right else "---" for k in range(len(head))]
    cells = [head, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]


def write(path: Path, text: str) -> None:
    """Write ``text`` whole or not at all: an interrupted run leaves what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        draft.chmod(0o644)  # a temporary file is private; the sheet is not
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SHEET)
    out = parser.parse_args().out
    write(out, sheet(pack.load(), settings.load()))
    print(out)


if __name__ == "__main__":
    main()
