"""Compiled functions are kept for the next run, and nothing about the disk matters but some seconds."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

from numba.core import config

from factgeo.travel import compiled


def more(number: int) -> int:
    return number + 1


def made() -> Any:
    """The function as a new run finds it, called once."""
    function: Any = compiled.compiled(more)
    assert function(1) == 2
    return function


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage")


def one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(("kind", "damage"), [("nbi", garbage), ("nbc", garbage), ("nbc", one_byte)])
def test_a_damaged_file_of_an_earlier_run_is_compiled_and_kept_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    made()
    assert made().stats.cache_hits
    for path in tmp_path.rglob(f"*.{kind}"):
        damage(path)
    assert not made().stats.cache_hits
    assert made().stats.cache_hits


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled._Checked, "_locator_classes", [])
    assert compiled.kept_in() is None
    made()


def test_a_full_disk_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", fail)
    made()
