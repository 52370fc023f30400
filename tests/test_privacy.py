"""Primary and secondary suppression: no count of 1 to 4 can be worked out from what is published."""

from __future__ import annotations

import copy
import itertools
import json
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factgeo import language, privacy
from factgeo.privacy import SMALL, WITHHELD, Mark, Sealed, Shown

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
    assert [privacy.text(told) for told in (SMALL, WITHHELD, Shown(Mark.SHOWN, 1234))] == ["<5", "skjermet", "1\xa0234"]
    assert privacy.as_json(SMALL) == {"suppressed": True, "shown": "<5"}
    assert privacy.as_json(WITHHELD) == {"suppressed": True, "shown": "withheld"}
    assert privacy.as_json(Shown(Mark.SHOWN, 0)) == 0
    assert (SMALL.count, WITHHELD.count) == (None, None)


def test_a_figure_made_of_a_hidden_count_is_hidden_with_it() -> None:
    assert privacy.guard(0.9, SMALL) is None
    assert privacy.guard(0.9, WITHHELD) is None
    assert privacy.guard(3.6, Shown(Mark.SHOWN, 12)) == 3.6


def test_the_method_is_named_in_words() -> None:
    assert "primær skjerming" in privacy.method()
    assert "sekundær skjerming" in privacy.method()
    language.use("nn")
    assert "skjerma" in privacy.method()


def test_sealed_counts_are_not_printed_copied_pickled_or_written_as_json() -> None:
    sealed = Sealed({"a": 3})
    assert repr(sealed) == str(sealed) == "Sealed()"
    for store in (copy.copy, copy.deepcopy, pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            store(sealed)
    assert "3" not in json.dumps({"all": sealed}, default=str)
    assert privacy.opened(sealed) == {"a": 3}
