"""Drafts on a shelf: whole or not at all, found again by their id, and by nothing else."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from pathlib import Path

import click
import pytest
from worlds.basics import refusal

from factgeo.errors import OutputError, SourceError
from factgeo.files import shelf
from factgeo.planning import draft, steps
from factgeo.planning.result import Result
from factgeo.report.draft import did_move

DAY_S = 86_400


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of the test's own."""
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "drafts"))
    return tmp_path / "drafts"


def aged(draft_id: str, days: float) -> None:
    """Make a draft look as if it was last used so many days ago."""
    then = time.time() - days * DAY_S
    os.utime(shelf.folder() / f"{draft_id}.json", (then, then))


def test_the_shelf_is_where_the_environment_says_or_in_the_user_s_own_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shelf.folder() == folder
    monkeypatch.delenv("FACTGEO_DRAFTS")
    assert shelf.folder() == Path(click.get_app_dir("factgeo")) / "drafts"


def test_ids_are_short_different_and_without_letters_that_look_alike() -> None:
    ids = {shelf.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(shelf.is_id(each) and len(each) == 8 for each in ids)
    assert not set("".join(ids)) & set("01ilo")


def test_a_draft_comes_back_as_it_was_saved() -> None:
    draft_id = shelf.new_id()
    assert shelf.load(draft_id) is None
    shelf.save(draft_id, {"name": "Førde", "numbers": [1, 2.5, None]})
    assert shelf.load(draft_id) == {"name": "Førde", "numbers": [1, 2.5, None]}
    shelf.save(draft_id, {"name": "Sogn"})
    assert shelf.load(draft_id) == {"name": "Sogn"}


def test_a_history_comes_back_from_the_shelf(forde: Result) -> None:
    context, draft_id = draft.EditContext.of(forde), shelf.new_id()
    edited = draft.move(forde.plan, ["4602"], "T04", context)
    history = steps.began(forde.plan).did(edited, did_move(forde.plan, ["4602"], "T04", context.atlas)).undo()
    shelf.save(draft_id, steps.history_content(history))
    content = shelf.load(draft_id)
    assert content is not None
    assert steps.history_from(content, context.atlas) == history


@pytest.mark.parametrize(
    "given",
    ["", "abc", "../../..", "abcdefg/", "ABCDEFGH", "abcdefgh\n", "abcdefg0", "abcdefghj", "..\\abcde", "æbcdefgh"],
)
def test_what_is_no_id_is_refused_before_any_file_is_touched(folder: Path, given: str) -> None:
    assert "eight" in refusal(SourceError, lambda: shelf.load(given))
    assert "eight" in refusal(SourceError, lambda: shelf.save(given, {}))
    assert not folder.exists()


@pytest.mark.parametrize("words", [b"", b"{", b"[1]", b"\xff\xfe", b"3", b"[" * 100_000])
def test_a_damaged_file_is_one_sentence(folder: Path, words: bytes) -> None:
    folder.mkdir()
    (folder / "abcdefgh.json").write_bytes(words)
    assert "abcdefgh is damaged" in refusal(SourceError, lambda: shelf.load("abcdefgh"))


def test_a_save_that_fails_leaves_the_draft_that_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save("abcdefgh", {"step": 1})
    with pytest.raises(TypeError):
        shelf.save("abcdefgh", {"step": object()})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert "No space left" in refusal(OutputError, lambda: shelf.save("abcdefgh", {"step": 2}))
    assert shelf.load("abcdefgh") == {"step": 1}
    assert [path.name for path in folder.iterdir()] == ["abcdefgh.json"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "file" / "drafts"))
    assert str(tmp_path / "file") in refusal(OutputError, lambda: shelf.save("abcdefgh", {}))


def test_drafts_are_for_their_owner_alone(folder: Path) -> None:
    shelf.save("abcdefgh", {})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "abcdefgh.json").stat().st_mode) == 0o600


def test_a_reader_sees_one_draft_or_the_other_and_never_half(folder: Path) -> None:
    contents = [{"who": who, "filling": [who] * 20_000} for who in (1, 2)]
    shelf.save("abcdefgh", contents[0])
    done = threading.Event()

    def write() -> None:
        for number in range(60):
            shelf.save("abcdefgh", contents[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not done.is_set():
        assert shelf.load("abcdefgh") in contents
        reads += 1
    writer.join()
    assert reads > 5
    assert len(list(folder.iterdir())) == 1


def test_what_was_not_used_for_half_a_year_is_forgotten() -> None:
    for draft_id in ("aaaaaaaa", "bbbbbbbb", "cccccccc"):
        shelf.save(draft_id, {})
    aged("aaaaaaaa", 181)
    aged("bbbbbbbb", 179)
    aged("cccccccc", 400)
    assert shelf.forget_old("cccccccc") == 1
    assert shelf.load("aaaaaaaa") is None
    assert shelf.load("bbbbbbbb") == shelf.load("cccccccc") == {}


def test_reading_a_draft_counts_as_use() -> None:
    shelf.save("aaaaaaaa", {})
    aged("aaaaaaaa", 179)
    shelf.load("aaaaaaaa")
    assert time.time() - (shelf.folder() / "aaaaaaaa.json").stat().st_mtime < DAY_S


def test_of_too_many_drafts_the_oldest_go_but_never_the_one_in_use(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST", 5)
    ids = [letter * 8 for letter in "abcdefgh"]
    for age, draft_id in enumerate(ids, start=1):
        folder.mkdir(exist_ok=True)
        (folder / f"{draft_id}.json").write_text("{}")
        aged(draft_id, age)
    (folder / "notes.json").write_text("mine")
    assert shelf.forget_old("hhhhhhhh") == 3
    assert sorted(path.stem for path in folder.iterdir()) == ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd", "hhhhhhhh", "notes"]  # fmt: skip # noqa: E501


def test_a_new_draft_makes_room_for_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 3)
    for age, letter in enumerate("abc", start=1):
        shelf.save(letter * 8, {"letter": letter})
        aged(letter * 8, age)
    shelf.save("dddddddd", {})
    assert sorted(path.stem[0] for path in folder.iterdir()) == ["a", "b", "d"]


def test_what_was_left_half_written_is_tidied_away_after_a_day(folder: Path) -> None:
    folder.mkdir()
    for name, days in ((".old.part", 1.1), (".young.part", 0.9), ("mine.part", 30.0)):
        (folder / name).write_text("{")
        then = time.time() - days * DAY_S
        os.utime(folder / name, (then, then))
    shelf.save("abcdefgh", {})
    assert {path.name for path in folder.iterdir()} == {".young.part", "mine.part", "abcdefgh.json"}
    assert shelf.forget_old("abcdefgh") == 0


def test_the_file_is_plain_json(folder: Path) -> None:
    shelf.save("abcdefgh", {"name": "Førde"})
    assert json.loads((folder / "abcdefgh.json").read_text(encoding="utf-8")) == {"name": "Førde"}


def test_a_draft_that_was_written_since_is_not_overwritten(folder: Path) -> None:
    assert shelf.save("abcdefgh", {"step": 1})  # of a time when nobody counted
    assert shelf.save("abcdefgh", {"step": 2, "revision": 1}, after=0)
    assert not shelf.save("abcdefgh", {"step": 3, "revision": 1}, after=0)
    assert shelf.load("abcdefgh") == {"step": 2, "revision": 1}
    assert [path.name for path in folder.iterdir()] == ["abcdefgh.json"]


def test_a_draft_that_was_removed_is_written_anew() -> None:
    assert shelf.save("abcdefgh", {"revision": 8}, after=7)
    assert not shelf.save("abcdefgh", {"revision": 8}, after=7)


@pytest.mark.parametrize("words", ["{", "[1]", '{"revision": 2}', "[" * 100_000])
def test_what_is_damaged_or_newer_stays_as_it_is(folder: Path, words: str) -> None:
    folder.mkdir()
    (folder / "abcdefgh.json").write_text(words, encoding="utf-8")
    assert not shelf.save("abcdefgh", {"revision": 2}, after=1)
    assert (folder / "abcdefgh.json").read_text(encoding="utf-8") == words


@pytest.mark.parametrize("given", [None, "1", [1], -3, 10**400, 0.5])
def test_a_number_that_cannot_be_counts_as_none(given: object) -> None:
    shelf.save("abcdefgh", {"revision": given})
    assert shelf.revision_of({"revision": given}) == 0
    assert shelf.save("abcdefgh", {"revision": 1}, after=0)


def test_of_many_writers_at_once_one_alone_writes_each_revision(folder: Path) -> None:
    shelf.save("abcdefgh", {"revision": 0, "by": []})
    written: list[int] = []

    def write() -> None:
        for _ in range(25):
            now = shelf.load("abcdefgh") or {}
            following = now["revision"] + 1
            content = {"revision": following, "by": [*now["by"], following]}
            if shelf.save("abcdefgh", content, after=now["revision"]):
                written.append(following)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert sorted(written) == list(range(1, len(written) + 1))
    assert shelf.load("abcdefgh") == {"revision": len(written), "by": sorted(written)}
    assert [path.name for path in folder.iterdir()] == ["abcdefgh.json"]
