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
