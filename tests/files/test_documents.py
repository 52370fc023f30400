"""JSON and TOML files that planners bring: within limits, and one reason where they cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import refusal

from factgeo import settings
from factgeo.errors import SettingsError
from factgeo.files import documents
from factgeo.files.documents import UnreadableError

Save = Callable[[str, str | bytes], Path]
PLAIN = "[travel]\nminutes = 45 # på øya\n"


def reason(read: Callable[[], object]) -> str:
    """Why something cannot be read, in English."""
    with pytest.raises(UnreadableError) as caught:
        read()
    return caught.value.reason.text("en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_settings_are_read_in_the_encodings_that_editors_write(save: Save, encoding: str) -> None:
    path = save("s.toml", PLAIN.replace("\n", "\r\n").encode(encoding))
    assert settings.load(file=path).travel.minutes == 45


NO_JSON = {
    "a number of 5,000 digits": ("9" * 5_000, "more than 18 digits"),
    "a number of 19 digits": ('{"a": -1234567890123456789}', "more than 18 digits"),
    "a list in a list in a list": ("[" * 200_000, "more than 50 tables or lists"),
    "a table too deep": ('{"a":' * 51 + "1" + "}" * 51, "more than 50 tables or lists"),
    "no number": ('{"a": NaN}', "not an ordinary number (NaN)"),
    "an endless number": ('{"a": -Infinity}', "not an ordinary number (-Infinity)"),
    "a number beyond all": ('{"a": 1e999}', "not an ordinary number (1e999)"),
    "a key twice": ('{"a": {"b": 1, "b": 2}}', "“b” stands twice"),
    "half a letter": ('{"a": "\\ud800"}', "characters that do not exist"),
    "half a letter in a key": ('[{"\\udfff": 1}]', "characters that do not exist"),
    "a mistake": ('{\n"a" 1}', "a mistake at line 2, character 5"),
    "cut off": ('{"a": [1', "ends too soon"),
    "nothing": ("", "ends too soon"),
}


@pytest.mark.parametrize(("content", "says"), NO_JSON.values(), ids=NO_JSON.keys())
def test_json_beyond_the_limits_says_why_it_cannot_be_read(content: str, says: str) -> None:
    assert says in reason(lambda: documents.from_json(content))


NO_TOML = {
    "a number of 5,000 digits": ("a = " + "9" * 5_000, "more than 18 digits"),
    "a number of 19 digits": ("a = 1234567890123456789", "more than 18 digits"),
    "a table too deep": ("a=" + "{b=" * 2_000, "more than 50 tables or lists"),
    "a key too deep": (".".join("a" * 60) + " = 1", "more than 50 tables or lists"),
    "no number": ("a = nan", "not an ordinary number (nan)"),
    "an endless number": ("a = [-inf]", "not an ordinary number (-inf)"),
    "a mistake": ("a = 1\nb 2", "a mistake at line 2"),
    "cut off": ("a = [1,", "ends too soon"),
}


@pytest.mark.parametrize(("content", "says"), NO_TOML.values(), ids=NO_TOML.keys())
def test_toml_beyond_the_limits_says_why_it_cannot_be_read(content: str, says: str) -> None:
    assert says in reason(lambda: documents.toml(content))


def test_a_pipe_a_folder_and_a_missing_file_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", tmp_path, tmp_path / "gone.json", Path("/dev/zero")):
        assert reason(lambda path=path: documents.read_json(path)) == "there is no file of this name"  # type: ignore[misc]


def test_a_file_that_is_too_large_is_not_read(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 1_000_000)
    assert "larger than 1 MB" in reason(lambda: documents.read_toml(save("s.toml", b"#" * 1_000_001)))


def test_json_in_another_encoding_is_not_guessed_at(save: Save) -> None:
    assert "UTF-8" in reason(lambda: documents.read_json(save("p.json", '{"a": "på"}'.encode("cp1252"))))


@pytest.mark.parametrize("value", ["nan", "inf", "9" * 5_000, "-inf"])
def test_a_setting_that_is_no_number_is_refused_by_its_key(value: str) -> None:
    said = refusal(SettingsError, lambda: settings.load(assignments=[f"travel.minutes={value}"]))
    assert "travel.minutes" in said


def test_a_key_of_very_many_parts_is_no_setting() -> None:
    assert "KEY=VALUE" in refusal(SettingsError, lambda: settings.load(assignments=["a." * 5_000 + "b=1"]))


def test_a_setting_in_characters_that_do_not_exist_is_none() -> None:
    assert "KEY=VALUE" in refusal(SettingsError, lambda: settings.load(assignments=["border=\udce5"]))


@pytest.mark.parametrize(
    "key", ["access.speed_kph", "ferry.boat_speed_kph", "roads.speed_kph.K", "roads.share_of_limit.slow"]
)
def test_a_speed_at_which_nobody_arrives_is_refused(key: str) -> None:
    assert key in refusal(SettingsError, lambda: settings.load(assignments=[f"{key}=1e-300"]))
