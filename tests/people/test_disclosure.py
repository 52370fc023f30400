"""What was told in one place is remembered: no later sum gives a small count away beside the earlier ones."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.people import disclosure, local, privacy
from factgeo.people.disclosure import Told
from factgeo.people.privacy import WITHHELD
from factgeo.report import target_groups
from factgeo.report.target_groups import NeedReport

Save = Callable[[str, str], Path]
COUNTS = {"a": 3, "b": 6, "c": 40, "d": 9, "e": 9}
ROWS = {"a+b+c+d+e": tuple("abcde")}


def small_counts(memory: Told, truth: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Each small count with the number of values that all that was told leaves it."""
    for key, count in privacy.with_totals(truth, memory.sums).items():
        if 1 <= count <= 4:
            low, high = privacy.bounds(memory.shown, memory.sums, key)
            yield key, high - low + 1


def test_the_sums_of_two_divisions_do_not_give_a_count_away_together() -> None:
    first = disclosure.NOTHING.further(COUNTS, ROWS)
    one, other = {"a+b+c": tuple("abc")}, {"b+c": tuple("bc")}
    assert first.adding(one).shown["a+b+c"].count == 49
    assert first.adding(other).shown["b+c"] == WITHHELD or first.adding(other).shown["b+c"].count == 46
    both = first.adding(one).adding(other)
    assert both.shown["a+b+c"].count == 49
    assert both.shown["b+c"] == WITHHELD
    assert all(values >= 4 for _, values in small_counts(both, COUNTS))


def test_what_was_told_is_told_again_in_the_same_way_without_a_look() -> None:
    memory = disclosure.NOTHING.further(COUNTS, ROWS).adding({"a+b+c": tuple("abc"), "b+c": tuple("bc")})
    assert memory.adding({"b+c": tuple("bc"), "a+b+c": tuple("abc")}) is memory


def test_after_very_many_sums_no_new_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "MOST_SUMS", 2 - len(COUNTS))
    memory = disclosure.NOTHING.further(COUNTS, ROWS).adding({"c+d": tuple("cd")})
    assert memory.shown["c+d"].count == 49
    assert memory.adding({"c+e": tuple("ce")}).shown["c+e"] == WITHHELD


def test_where_no_way_of_telling_a_sum_is_safe_it_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = disclosure.NOTHING.further(COUNTS, ROWS)

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("what is already public gives a small count away")

    monkeypatch.setattr(privacy, "suppress", refuse)
    assert memory.adding({"b+c": tuple("bc")}).shown["b+c"] == WITHHELD


def test_a_memory_is_neither_printed_nor_stored() -> None:
    memory = disclosure.NOTHING.further(COUNTS, ROWS)
    assert "Sealed" not in repr(memory)
    with pytest.raises(TypeError):
        pickle.dumps(memory)


# --- files


FILE = "kommunenr;antall\n4602;3\n4636;6\n4637;40\n4638;9\n4640;9\n"
EAST, WEST = ("4602", "4636", "4637"), ("4636", "4637")


def test_the_same_counts_under_another_name_are_the_same_counts(save: Save, shipped: Atlas) -> None:
    first = local.read(save("a.csv", FILE), shipped).telling({"T01": EAST})
    alone = local.read(save("b.csv", FILE), shipped)
    again = alone.beside(first.told)
    assert again.told.shown == first.told.shown
    assert alone.of({"T01": EAST})["T01"].count == 49
    assert again.of({"T01": WEST})["T01"] == WITHHELD


def test_a_file_with_one_count_changed_does_not_give_away_what_stayed(save: Save, shipped: Atlas) -> None:
    first = local.read(save("a.csv", FILE), shipped)
    changed = FILE.replace("4602;3", "4602;30")
    alone = local.read(save("b.csv", changed), shipped)
    assert alone.shown["4636"].count == 6  # which would leave 3 for the other in the first file
    then = alone.beside(first.told)
    assert first.shown["4636"] == then.shown["4636"] == WITHHELD
    truth = {"4602": 3, "4636": 6, "4637": 40, "4638": 9, "4640": 9, "4602~2": 30}
    assert all(values >= 4 for _, values in small_counts(then.told, truth))


def test_a_file_by_light_goes_on_from_one_with_totals(save: Save, shipped: Atlas) -> None:
    first = local.read(save("a.csv", FILE), shipped)
    lights = "kommunenr;rødt lys;blått lys\n4602;1;2\n4636;6;0\n4637;20;20\n4638;4;5\n4640;8;1\n"
    then = local.read(save("b.csv", lights), shipped).beside(first.told)
    assert {code: then.shown[code] for code in first.shown} == first.shown
    assert set(then.red) == set(then.blue) == set(first.shown)


# --- reports


@pytest.fixture
def report(save: Save, shipped: Atlas) -> NeedReport:
    counted = local.read(save("a.csv", FILE), shipped)
    area = areas.resolve("kommune:4637+kommune:4638", shipped)
    return target_groups.report(shipped, area, settings.load(), None, local=counted)


def test_beside_sums_stands_that_other_divisions_are_not_to_be_held_against_them(report: NeedReport) -> None:
    said = "to ulike inndelinger"
    assert said in "\n".join(target_groups.lines(report))
    assert said in target_groups.markdown(report)
    assert said in target_groups.to_json(report)["local"]["apart"]


def test_a_report_without_sums_needs_no_warning(save: Save, shipped: Atlas) -> None:
    counted = local.read(save("a.csv", "kommunenr;antall\n4602;3\n"), shipped)
    found = target_groups.report(shipped, areas.resolve("kommune:4602", shipped), settings.load(), None, local=counted)
    assert target_groups.to_json(found)["local"]["apart"] is None
