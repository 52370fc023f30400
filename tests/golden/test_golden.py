"""What the commands say and write is what was recorded, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from golden import record

pytestmark = pytest.mark.golden


def test_nothing_that_users_see_has_changed(tmp_path: Path) -> None:
    folder = Path(os.environ.get("FACTGEO_GOLDEN") or tmp_path)
    names = record.record(folder)
    assert record.changed(folder, names) == []
