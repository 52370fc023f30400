"""Folders are written whole or not at all, and nothing that was there is lost, whenever a run ends."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyogrio.errors import DataSourceError
from worlds.basics import REPO, refusal

from factgeo.errors import OutputError
from factgeo.export import geopackage
from factgeo.files import folders, workfolders

RENAME = Path.rename
KILLED = """
import os, signal, sys
from pathlib import Path
from factgeo.files import folders
rename, calls = Path.rename, []
def killed(path, target):
    calls.append(path)
    if len(calls) > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)
Path.rename = killed
with folders.replaced(Path(sys.argv[1])) as work:
    (work / "a.txt").write_text("new")
"""


def held(folder: Path) -> dict[str, str]:
    """What lies in a folder of small text files, hidden ones too."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def write(out: Path, words: str = "new") -> None:
    with folders.replaced(out) as work:
        (work / "a.txt").write_text(words, encoding="utf-8")


def refuse(out: Path) -> None:
    folders.refuse(out, ["a.txt"], overwrite=True, key="out_holds_a_plan")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize(("renames", "found"), [(0, "old"), (1, "new")])
def test_what_a_killed_run_left_is_back_in_its_place_at_the_next_run(tmp_path: Path, renames: int, found: str) -> None:
    out = tmp_path / "plan"
    write(out, "old")
    words = [sys.executable, "-c", KILLED, str(out), str(renames)]
    subprocess.run(words, cwd=REPO, check=False)
    assert len(list(tmp_path.iterdir())) == 2
    assert out.exists() == (renames == 0)
    refuse(out)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert held(out) == {"a.txt": found}


def test_the_old_folder_comes_back_where_the_finished_one_is_gone(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    write(out, "old")
    out.rename(tmp_path / ".plan-0123abcd.factgeo-old")
    write(out, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert held(out) == {"a.txt": "new"}


@pytest.mark.skipif(sys.platform == "win32", reason="no locks on folders there")
def test_the_folder_of_a_run_that_lives_stays_and_so_does_one_that_is_not_ours(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    (tmp_path / ".plan-backup").mkdir()
    (tmp_path / ".plan-0123abcd.factgeo").mkdir()
    with workfolders.filled(out) as work:
        refuse(out)
        assert {path.name for path in tmp_path.iterdir()} == {".plan-backup", work.name}


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupt_at_either_rename_leaves_the_old_result_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    out, calls = tmp_path / "plan", []
    write(out, "old")

    def interrupted(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == at:
            raise KeyboardInterrupt
        return RENAME(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(out)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert held(out) == {"a.txt": "old"}


def test_a_result_that_another_run_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "plan"

    def both() -> None:
        with folders.replaced(out):
            write(out, "the other's")

    assert "--overwrite" in refusal(OutputError, both)
    assert held(out) == {"a.txt": "the other's"}
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "disk" / "plan", tmp_path / "link"
    write(target, "old")
    link.symlink_to(target)
    refuse(link)
    write(link)
    assert link.is_symlink()
    assert held(target) == {"a.txt": "new"}
    assert [path.name for path in target.parent.iterdir()] == ["plan"]


def loop(tmp: Path) -> Path:
    (tmp / "a").symlink_to(tmp / "b")
    (tmp / "b").symlink_to(tmp / "a")
    return tmp / "a"


def dangling(tmp: Path) -> Path:
    (tmp / "link").symlink_to(tmp / "gone")
    return tmp / "link" / "plan"


def inside_a_file(tmp: Path) -> Path:
    (tmp / "diary.txt").write_text("mine", encoding="utf-8")
    return tmp / "diary.txt" / "plan"


def home(tmp: Path) -> Path:
    return (tmp / "home" / ".." / "home").absolute()


@pytest.mark.parametrize(
    ("out", "said"),
    [
        (loop, "points at nothing"),
        (dangling, "points at nothing"),
        (inside_a_file, "diary.txt is a file"),
        (home, "the home folder"),
        (lambda _: Path(), "that you are in"),
        (lambda _: Path(".."), "that you are in"),
        (lambda _: Path("/"), "is a disk"),
        (lambda tmp: tmp / ("æ" * 200), "the name is too long"),
    ],
)
def test_a_place_where_no_folder_can_be_put_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: Callable[[Path], Path], said: str
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "home")
    given = out(tmp_path)
    assert said in refusal(OutputError, lambda: refuse(given))
    assert said in refusal(OutputError, lambda: write(given))


def test_a_folder_that_may_not_be_written_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # as for all but root, who runs these tests in containers
    assert "no permission" in refusal(OutputError, lambda: refuse(tmp_path / "new" / "plan"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_the_old_result(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    write(out, "old")

    def fill() -> None:
        with folders.replaced(out) as work:
            (work / "a.txt").write_text("half", encoding="utf-8")
            raise OSError(errno.ENOSPC, "No space left on device")

    assert "No space left" in refusal(OutputError, fill)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert held(out) == {"a.txt": "old"}


def test_a_geopackage_that_cannot_be_written_is_an_error_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DataSourceError("Failed to commit transaction")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_file", fail)
    layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=25833)

    def fill() -> None:
        with folders.replaced(tmp_path / "plan") as work:
            geopackage.write({"layer": layer}, work / "plan.gpkg")

    assert "Cannot write to" in refusal(OutputError, fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_geopackage_can_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"f\xf8rde") / "plan.gpkg"
    path.parent.mkdir()
    layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=25833)
    geopackage.write({"one": layer, "two": layer}, path)
    plain = path.rename(tmp_path / "plain.gpkg")
    assert len(gpd.read_file(plain, layer="two")) == 1


def test_a_read_only_result_can_be_replaced_and_keeps_who_may_read_it(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    write(out, "old")
    out.chmod(0o500)
    write(out)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert held(out) == {"a.txt": "new"}
    assert out.stat().st_mode & 0o777 == 0o500
    out.chmod(0o700)
