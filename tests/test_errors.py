"""Errors that list others: what they say, how long they are, and when nobody looks for more."""

from __future__ import annotations

from pathlib import Path

import pytest

from factgeo import errors
from factgeo.errors import Faults, SettingsError, SourceError, UnknownNameError, field_of, read_each, together


def unknown(name: object) -> UnknownNameError:
    return UnknownNameError("base_unknown", given=name, nearest="-")


def odd(number: int) -> int:
    if number % 2 == 0:
        raise unknown(number)
    return number


def test_a_single_fault_is_the_error_itself() -> None:
    error = unknown("Vik")
    assert together([error]) is error
    assert error.each() == (error,)
    with pytest.raises(UnknownNameError) as caught:
        read_each([1, 2, 3], odd)
    assert caught.value.message("en") == unknown(2).message("en")


def test_where_nothing_is_wrong_all_is_read() -> None:
    assert read_each([1, 3, 5], odd) == [1, 3, 5]
    faults = Faults()
    faults.refuse()
    assert not faults


@pytest.mark.parametrize(("lang", "head"), [("nb", "2 feil må"), ("nn", "2 feil må"), ("en", "2 mistakes must")])
def test_several_faults_are_a_list_in_the_language_asked_for(lang: str, head: str) -> None:
    error = together([unknown("Vik"), SettingsError("assignment", given="x")])
    first, *listed = error.message(lang).split("\n")
    assert first.startswith(head)
    assert listed == [f"- {unknown('Vik').message(lang)}", f"- {SettingsError('assignment', given='x').message(lang)}"]
    assert isinstance(error, UnknownNameError)


def test_a_message_lists_ten_faults_and_says_how_many_there_are() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_each(range(0, 50, 2), odd)
    said = caught.value.message("en").split("\n")
    assert said[0] == "25 mistakes must be corrected. The first 10:"
    assert len(said) == 1 + errors.MOST_LISTED


def test_a_reader_stops_after_thirty_faults_and_the_message_says_so() -> None:
    looked: list[int] = []

    def look(number: int) -> int:
        looked.append(number)
        return odd(number)

    with pytest.raises(UnknownNameError) as caught:
        read_each(range(0, 2_000_000, 2), look)
    assert caught.value.message("en").startswith("At least 30 mistakes must be corrected. The first 10:")
    assert len(looked) == errors.MOST_SOUGHT
    again = caught.value.reworded(lambda each: each).without(Path("folder"))
    assert again.message("en") == caught.value.message("en")


def test_of_many_faults_that_are_known_only_those_are_put_into_words_that_are_listed() -> None:
    worded: list[int] = []

    def said(number: int) -> UnknownNameError:
        worded.append(number)
        return unknown(number)

    faults = Faults()
    faults.add_all(range(1_000_000), said)
    error = faults.all()
    assert error.message("en").startswith("1000000 mistakes")
    assert len(worded) == errors.MOST_LISTED
    assert len(error.message("en")) < 2_000


def test_a_list_of_faults_inside_another_is_one_list() -> None:
    faults = Faults()
    faults.add(unknown("Vik"))
    faults.add(together([unknown("Stad"), unknown("Kinn")]))
    assert [each.details["given"] for each in faults.all().each()] == ["Vik", "Stad", "Kinn"]
    assert faults.all().count == 3


def test_the_faults_of_a_list_can_be_put_into_another_sentence() -> None:
    error = together([unknown(number) for number in range(12)])
    other = error.reworded(lambda each: SettingsError("settings_file", file="x.toml", reason=each))
    assert other.message("en").startswith("12 mistakes")
    assert other.message("en").count("The settings file x.toml cannot be read") == errors.MOST_LISTED
    assert isinstance(other, SettingsError)


def test_a_folder_that_is_not_shown_is_shown_in_no_fault_of_a_list(tmp_path: Path) -> None:
    error = together([SourceError("rows_missing", file=tmp_path / name) for name in ("a.csv", "b.csv")])
    said = error.without(tmp_path).message("en")
    assert str(tmp_path) in error.message("en")
    assert str(tmp_path) not in said
    assert "a.csv" in said
    assert "b.csv" in said


def test_what_a_fault_repeats_keeps_its_line() -> None:
    said = together([unknown("a\nb\x1b[31m"), unknown("c" * 10_000)]).message("en")
    assert len(said.split("\n")) == 3
    assert "\x1b" not in said
    assert len(said) < 1_000


def test_a_place_in_lists_and_tables_is_counted_from_one() -> None:
    assert field_of(("teams", 1, "base", "lon")) == "teams[2].base.lon"
    assert field_of(()) == "{}"
