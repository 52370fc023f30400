"""Primary and secondary suppression: no count of 1 to 4 can be worked out from what is published."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from factgeo import language
from factgeo.contract import target_groups as target_groups_contract
from factgeo.language import written
from factgeo.people import privacy, worlds
from factgeo.people.privacy import SMALL, WITHHELD, Mark, Sealed, Shown
from factgeo.report import local as local_report

HIGHEST = 40  # more than any total of the drawn worlds


def possible_by_trying_all(shown: dict[str, Shown], groups: dict[str, list[str]], key: str) -> set[int]:
    """Every value that a count can have, by trying all: leaves are free, totals follow from them."""
    free = {name: allowed(told, range(HIGHEST)) for name, told in shown.items() if name not in groups}
    found = set()
    for world in itertools.product(*free.values()):
        values = dict(zip(free, world, strict=True))
        for name, parts in groups.items():  # in order: totals of totals come last
            values[name] = sum(values[part] for part in parts)
        if all(values[name] in allowed(shown[name], [values[name]]) for name in groups):
            found.add(values[key])
    return found


def allowed(told: Shown, among: range | list[int]) -> list[int]:
    if told.count is not None:
        return [told.count]
    return [value for value in among if told.mark is Mark.WITHHELD or 1 <= value <= 4]


def test_a_small_count_beside_a_total_takes_the_smallest_other_count_with_it() -> None:
    shown = privacy.suppress({"a": 3, "b": 6, "c": 10}, {"all": ["a", "b", "c"]})
    assert shown == {"a": SMALL, "b": WITHHELD, "c": Shown(Mark.SHOWN, 10), "all": Shown(Mark.SHOWN, 19)}


def test_without_small_counts_all_is_shown_and_nobody_is_a_number_as_well() -> None:
    shown = privacy.suppress({"a": 0, "b": 5, "c": 10}, {"all": ["a", "b", "c"]})
    assert [told.count for told in shown.values()] == [0, 5, 10, 15]


def test_red_and_blue_light_do_not_give_each_other_away_through_their_sums() -> None:
    counts = {"u:red": 3, "u:blue": 30, "v:red": 9, "v:blue": 8, "w:red": 50, "w:blue": 60}
    groups = {each: [f"{each}:red", f"{each}:blue"] for each in "uvw"}
    groups |= {light: [f"{each}:{light}" for each in "uvw"] for light in ("red", "blue")}
    shown = privacy.suppress(counts, groups | {"all": ["u", "v", "w"]})
    hidden = {key for key, told in shown.items() if told.count is None}
    assert hidden == {"u:red", "u:blue", "v:red", "v:blue"}
    assert shown["u"].count == 33


def test_four_single_persons_are_not_given_away_by_a_total_under_five() -> None:
    counts, groups = dict.fromkeys("abcd", 1), {"all": ["a", "b", "c", "d"]}
    only_marked = dict.fromkeys(["a", "b", "c", "d", "all"], SMALL)
    assert privacy.bounds(only_marked, groups, "a") == (1, 1)
    shown = privacy.suppress(counts, groups)
    assert all(len(possible_by_trying_all(shown, groups, key)) >= 4 for key in "abcd")


small_worlds = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 7, 9]), min_size=2, max_size=4)


@settings(max_examples=40, deadline=None)
@given(small_worlds, st.integers(1, 3))
def test_every_small_count_keeps_four_values_by_trying_all_worlds(numbers: list[int], cut: int) -> None:
    counts = dict(zip("abcd", numbers, strict=False))
    keys = list(counts)
    groups = {"part": keys[:cut], "lap": keys[max(0, cut - 1) :], "all": keys}
    shown = privacy.suppress(counts, groups)
    values = counts | {name: sum(counts[part] for part in parts) for name, parts in groups.items()}
    for key, value in values.items():
        told = shown[key]
        assert told.count in {None, value}
        if 1 <= value <= 4:
            assert told.count is None
            possible = possible_by_trying_all(shown, groups, key)
            assert value in possible
            assert len(possible) >= 4


@settings(max_examples=30, deadline=None)
@given(small_worlds)
def test_the_audit_finds_the_bounds_that_trying_all_worlds_finds(numbers: list[int]) -> None:
    counts = dict(zip("abcd", numbers, strict=False))
    groups = {"part": list(counts)[:2], "all": list(counts)}
    shown = privacy.suppress(counts, {})
    for name, parts in groups.items():
        shown[name] = (
            Shown(Mark.SHOWN, total) if (total := sum(counts[part] for part in parts)) == 0 or total > 4 else SMALL
        )
    for key in shown:
        possible = possible_by_trying_all(shown, groups, key)
        assert privacy.bounds(shown, groups, key) == (min(possible), max(possible))


def values_in_all_worlds(
    shown: dict[str, Shown], groups: dict[str, tuple[str, ...]], counts: dict[str, int]
) -> dict[str, NDArray[np.int64]]:
    """Every count and total in each world that what is shown leaves possible, near the truth."""
    spans = [allowed(shown[key], range(count + 5)) for key, count in counts.items()]
    worlds = dict(zip(counts, np.array(np.meshgrid(*spans, indexing="ij")).reshape(len(spans), -1), strict=True))
    possible = np.ones(len(worlds[next(iter(counts))]), dtype=bool)
    for name, parts in groups.items():  # in order: totals of totals come last
        worlds[name] = sum(worlds[part] for part in parts) + np.zeros(1, dtype=int)
        if (known := shown[name].count) is not None:
            possible &= worlds[name] == known
        elif shown[name] == SMALL:
            possible &= (worlds[name] >= 1) & (worlds[name] <= 4)
    return {key: values[possible] for key, values in worlds.items()}


@st.composite
def telling_in_turns(draw: st.DrawFn) -> tuple[dict[str, int], list[dict[str, tuple[str, ...]]]]:
    """Rows, with or without lights, and the sums that are told of them one after the other."""
    number = st.sampled_from([0, 1, 1, 2, 3, 4, 5, 7, 9])
    if draw(st.booleans()):
        rows = ("a", "b")
        counts = {f"{row}:{light}": draw(number) for row in rows for light in ("red", "blue")}
        first = {row: (f"{row}:red", f"{row}:blue") for row in rows}
        first |= {light: tuple(f"{row}:{light}" for row in rows) for light in ("red", "blue")}
    else:
        rows = tuple("abcde"[: draw(st.integers(2, 5))])
        counts, first = {row: draw(number) for row in rows}, {}
    some = st.lists(st.sampled_from(rows), min_size=1, unique=True).map(lambda each: tuple(sorted(each)))
    turns = draw(st.lists(st.lists(some, min_size=1, max_size=3), max_size=3))
    later = [{f"{turn}.{k}": parts for k, parts in enumerate(sums)} for turn, sums in enumerate(turns)]
    return counts, [first | {"all": rows}, *later]


@settings(max_examples=25, deadline=None)
@given(telling_in_turns())
def test_whatever_is_told_in_turns_every_small_count_keeps_four_values(
    told: tuple[dict[str, int], list[dict[str, tuple[str, ...]]]],
) -> None:
    counts, turns = told
    shown: dict[str, Shown] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for sums in turns:
        groups |= sums
        before, shown = shown, privacy.suppress(counts, groups, public=shown)
        assert before.items() <= shown.items()
    for key, values in values_in_all_worlds(shown, groups, counts).items():
        truth = privacy.with_totals(counts, groups)[key]
        assert truth in values
        if 1 <= truth <= 4:
            assert len(set(values.tolist())) >= 4


def test_what_is_left_of_a_total_is_kept_open_like_a_count() -> None:
    counts = {"a:red": 29, "a:blue": 21, "b:red": 42, "b:blue": 8, "c:red": 0, "c:blue": 1, "d:red": 1, "d:blue": 2}
    rows = tuple("abcd")
    groups = {row: (f"{row}:red", f"{row}:blue") for row in rows} | {"all": rows}
    groups |= {light: tuple(f"{row}:{light}" for row in rows) for light in ("red", "blue")}
    shown = privacy.suppress(counts, groups)
    then = privacy.suppress(counts, {**groups, "c+d": ("c", "d")}, public=shown)
    low, high = privacy.bounds(then, {**groups, "c+d": ("c", "d")}, "c+d")
    assert high - low >= 3


@pytest.mark.parametrize("fails", [True, False])
def test_a_solver_that_fails_or_errs_leaves_everything_withheld(
    monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    def answer(aim: NDArray[np.float64], **_: object) -> SimpleNamespace:
        return SimpleNamespace(success=not fails, x=None if fails else np.zeros(len(aim)), fun=0.0)

    monkeypatch.setattr(worlds, "milp", answer)
    shown = privacy.suppress({"a": 3, "b": 0, "c": 10}, {"all": ("a", "b", "c")})
    assert shown == {"a": WITHHELD, "b": Shown(Mark.SHOWN, 0), "c": WITHHELD, "all": WITHHELD}


def test_the_solver_writes_nothing_where_other_programs_read(capfd: pytest.CaptureFixture[str]) -> None:
    for seed in (281, 332, 635):
        numbers = random.Random(seed)  # noqa: S311 - no secret
        counts = {row: numbers.choice([1, 2, 3, 4, 5, 7, 9]) for row in "abcdef"}
        groups = {f"{k}": tuple(sorted(numbers.sample("abcdef", 3))) for k in range(4)}
        privacy.suppress(counts, {**groups, "all": tuple("abcdef")})
    assert capfd.readouterr() == ("", "")


def test_what_is_public_already_stays_and_the_new_total_gives_way() -> None:
    counts = {"a": 3, "b": 6, "c": 10}
    public = privacy.suppress(counts, {"all": ["a", "b", "c"]})
    shown = privacy.suppress(counts, {"all": ["a", "b", "c"], "team": ["a", "c"]}, public=public)
    assert {key: shown[key] for key in public} == public
    assert shown["team"] == WITHHELD


def test_what_gives_a_count_away_already_is_not_made_good_silently() -> None:
    public = {"a": SMALL, "b": Shown(Mark.SHOWN, 6), "all": Shown(Mark.SHOWN, 9)}
    with pytest.raises(ValueError, match="public"):
        privacy.suppress({"a": 3, "b": 6}, {"all": ["a", "b"]}, public=public)


def test_published_numbers_that_contradict_each_other_are_noticed() -> None:
    shown = {"a": SMALL, "b": Shown(Mark.SHOWN, 6), "all": Shown(Mark.SHOWN, 30)}
    with pytest.raises(ValueError, match="contradict"):
        privacy.bounds(shown, {"all": ["a", "b"]}, "a")


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        privacy.suppress({"a": -1}, {})


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_no_shown_count_can_be_made_of_a_small_one(count: int) -> None:
    for mark in Mark:
        with pytest.raises(ValueError, match="limit"):
            Shown(mark, count)
    with pytest.raises(ValueError, match="limit"):
        Shown(Mark.SHOWN)


def test_each_door_says_the_same_in_its_own_way() -> None:
    assert [written(local_report.count(told)) for told in (SMALL, WITHHELD, Shown(Mark.SHOWN, 1234))] == [
        "<5",
        "skjermet",
        "1\xa0234",
    ]
    assert target_groups_contract.count(SMALL) == {"suppressed": True, "shown": "<5"}
    assert target_groups_contract.count(WITHHELD) == {"suppressed": True, "shown": "withheld"}
    assert target_groups_contract.count(Shown(Mark.SHOWN, 0)) == 0
    assert (SMALL.count, WITHHELD.count) == (None, None)


def test_a_figure_made_of_a_hidden_count_is_hidden_with_it() -> None:
    assert privacy.guard(0.9, SMALL) is None
    assert privacy.guard(0.9, WITHHELD) is None
    assert privacy.guard(3.6, Shown(Mark.SHOWN, 12)) == 3.6


def test_the_method_is_named_in_words() -> None:
    assert "primær skjerming" in written(local_report.method())
    assert "sekundær skjerming" in written(local_report.method())
    language.use("nn")
    assert "skjerma" in written(local_report.method())


def test_sealed_counts_are_not_printed_copied_pickled_or_written_as_json() -> None:
    sealed = Sealed({"a": 3})
    assert repr(sealed) == str(sealed) == "Sealed()"
    for store in (copy.copy, copy.deepcopy, pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            store(sealed)
    assert "3" not in json.dumps({"all": sealed}, default=str)
    assert privacy.opened(sealed) == {"a": 3}
