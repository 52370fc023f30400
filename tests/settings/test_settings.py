"""Settings: who wins, what is refused, and that every default is documented."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import REPO, refusal

from factgeo import settings
from factgeo.errors import SettingsError
from factgeo.settings import Settings, writing


def test_later_sources_win(save: Callable[[str, str], Path]) -> None:
    own = save("own.toml", "[travel]\nminutes = 45\ntoo_far = 100\n")
    chosen = settings.load(presets=["act"], file=own, assignments=["travel.too_far=90"])
    assert (chosen.size.minimum, chosen.travel.minutes, chosen.travel.too_far) == (40_000, 45, 90)
    assert chosen.travel.unreachable == settings.load().travel.unreachable


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.load().travel.minutes = 1


def test_equal_settings_have_equal_digests_and_others_do_not() -> None:
    assert settings.load().digest() == settings.load(assignments=["travel.minutes=60"]).digest()
    assert settings.load().digest() != settings.load(assignments=["travel.minutes=61"]).digest()


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("a=b", "There is no setting “a”"),
        ("travel.hours=1", "travel.minutes, travel.too_far, travel.unreachable"),
        ("travel.minutes=-1", "travel.minutes cannot be -1. Allowed: a number (> 0, <= 1000)"),
        ("size.minimum=1.5", "a whole number (>= 1"),
        ("capacity.enabled=3", "true or false"),
        ("goal.name=x", "balanced"),
        ('whole.links=["path"]', "road, ferry, border"),
        ("roads.speed_kph.E=1000", "<= 130"),
        ("travel=3", "a table of settings"),
        ("travel.minutes", "KEY=VALUE"),
        ("=3", "KEY=VALUE"),
    ],
)
def test_a_wrong_assignment_is_refused_with_its_key_and_what_is_allowed(assignment: str, said: str) -> None:
    assert said in refusal(SettingsError, lambda: settings.load(assignments=[assignment]))


def test_an_unknown_preset_and_a_broken_file_are_refused_by_name(save: Callable[[str, str], Path]) -> None:
    assert "act, fact" in refusal(SettingsError, lambda: settings.load(presets=["hurtig"]))
    broken = save("broken.toml", "[travel\n")
    assert "broken.toml" in refusal(SettingsError, lambda: settings.load(file=broken))
    assert "gone.toml" in refusal(SettingsError, lambda: settings.load(file=Path("gone.toml")))


def test_every_preset_loads() -> None:
    for name in settings.preset_names():
        settings.load(presets=[name])


def test_every_default_is_explained_on_its_own_line() -> None:
    lines = (REPO / "configs" / "default.toml").read_text(encoding="utf-8").splitlines()
    bare = [line for line in lines if "=" in line and not line.startswith("#") and "#" not in line]
    classes = {"motorway", "trunk"}  # explained together above their table
    assert {line.split(" =")[0] for line in bare} <= classes


def test_the_file_of_the_defaults_is_what_the_model_writes() -> None:
    written = (REPO / "configs" / "default.toml").read_text(encoding="utf-8")
    assert written == writing.default_toml(), "run: python -m factgeo.settings.writing"


def test_the_file_of_the_defaults_gives_the_defaults_back() -> None:
    assert settings.load(file=REPO / "configs" / "default.toml") == settings.load() == Settings()
    assert settings.load().digest() == Settings().digest()


def test_a_meaning_stands_at_the_setting_or_at_the_table_of_those_that_have_none() -> None:
    meanings = dict(settings.meanings())
    assert meanings["border"] == "no catchment crosses it: hf, dps, helsefellesskap, rhf, county, none"
    assert meanings["ferry.tourist"] == "sightseeing ferries"
    assert meanings["roads.speed_kph.E"] == "European roads"
    assert meanings["roads.speed_kph.trunk"] == meanings["roads.speed_kph.motorway"]
    assert meanings["roads.speed_kph.trunk"].startswith(
        "Mean speeds over a whole road class, in km/h (estimate). N1000"
    )
    assert meanings["parameters"].startswith("own values in place of rows of data/facts/parameters.csv")


def test_every_setting_has_one_meaning_on_one_line_and_no_table_has_one() -> None:
    found = list(settings.meanings())
    keys = [key for key, _ in found]
    assert all(meaning and "\n" not in meaning and "  " not in meaning for _, meaning in found)
    assert len(set(keys)) == len(keys)
    assert not {"edits", "roads", "roads.speed_kph"} & set(keys)


# -- all that is wrong is in one message


def faults(call: Callable[[], object]) -> list[str]:
    """The sentences of a refusal, without its first line."""
    return [line.removeprefix("- ") for line in refusal(SettingsError, call).split("\n")[1:]]


def test_all_that_is_wrong_with_a_file_is_told_at_once(save: Callable[[str, str], Path]) -> None:
    own = save(
        "own.toml", "[travel]\nminutes = -1\nhours = 2\n[whole]\nlinks = ['path', 'road', 'sea']\n[tea]\nx = 1\n"
    )
    said = faults(lambda: settings.load(file=own))
    assert [line.split(".")[0].split("(")[0] for line in said]
    assert len(said) == 5
    assert "The setting travel.minutes cannot be -1. Allowed: a number (> 0, <= 1000)." in said
    assert any("no setting “travel.hours”. There are: travel.minutes" in line for line in said)
    assert any("no setting “tea”" in line for line in said)
    assert sum("whole.links cannot be" in line and "Allowed: road, ferry, border" in line for line in said) == 2


def test_all_wrong_assignments_presets_and_files_are_told_at_once() -> None:
    said = faults(
        lambda: settings.load(
            presets=["hurtig", "act"], file=Path("gone.toml"), assignments=["x", "travel.minutes=0", "border=sea"]
        )
    )
    named = ["hurtig", "gone.toml", "“x”", "border", "minutes"]
    assert [name in line for name, line in zip(named, said, strict=True)] == [True] * 5


def test_values_that_contradict_are_told_at_once() -> None:
    said = faults(
        lambda: settings.load(
            assignments=["teams.at_least=3", "teams.at_most=2", "potential.levels=[40000,15000]",
                         'bases.required=["Vik"]', 'bases.forbidden=["Vik"]']
        )
    )  # fmt: skip
    assert len(said) == 3


@pytest.mark.parametrize(
    "assignment", ["need.fact_ung=x", 'need.fact_ung={low="x", high="y"}', 'parameters.a={low="x"}', "parameters.a=x"]
)
def test_a_value_that_is_neither_number_nor_table_is_wrong_once(assignment: str) -> None:
    assert "\n" not in refusal(SettingsError, lambda: settings.load(assignments=[assignment]))


def test_own_figures_that_are_wrong_in_two_rows_are_two_faults() -> None:
    assert len(faults(lambda: settings.load(assignments=["parameters.a=x", "parameters.b=y"]))) == 2


def test_a_text_that_cannot_be_shown_and_is_no_value_is_wrong_once(save: Callable[[str, str], Path]) -> None:
    own = save("own.toml", 'scheduler = "tcp://a:1\\n"\n')
    said = refusal(SettingsError, lambda: settings.load(file=own))
    assert "own.toml: scheduler has a line break" in said
    assert "\n" not in said
    assert len(faults(lambda: settings.load(file=save("two.toml", 'scheduler = "\\n"\nborder = "\\u0007"\n')))) == 2


def test_a_file_of_a_hundred_thousand_mistakes_is_refused_in_a_few_lines(save: Callable[[str, str], Path]) -> None:
    own = save("own.toml", "\n".join(f"a{k} = 1" for k in range(100_000)))
    said = refusal(SettingsError, lambda: settings.load(file=own))
    assert said.startswith("100000 mistakes must be corrected. The first 10:")
    assert len(said.split("\n")) == 11
    assert len(said) < 10_000
