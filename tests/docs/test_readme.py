"""The README tells the truth: its commands run, its links lead somewhere, every module is on the map."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from worlds.basics import REPO

from factgeo import cli

README = (REPO / "README.md").read_text(encoding="utf-8")
STARTS_A_SERVER = ("factgeo app",)
NEEDS_FILES = ("PATH/TO",)


def examples() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    lines = [line.split("#")[0].split(">")[0].strip() for block in blocks for line in block.splitlines()]
    return [
        line
        for line in lines
        if line.startswith("factgeo") and line not in STARTS_A_SERVER and not any(part in line for part in NEEDS_FILES)
    ]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all examples run one after the other, for later ones read what earlier ones wrote."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "configs").symlink_to(REPO / "configs")
    return folder


@pytest.mark.parametrize("example", [e for e in examples() if "--border none" not in e])
def test_an_example_of_the_readme_runs(example: str, monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    monkeypatch.chdir(checkout)
    with pytest.raises(SystemExit) as ended:
        cli.main(shlex.split(example)[1:])
    assert ended.value.code == 0


def test_there_are_examples() -> None:
    assert len(examples()) >= 7


def test_links_to_files_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (REPO / target).exists()


def test_every_module_is_on_the_map() -> None:
    plan = (REPO / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in (REPO / "factgeo").glob("*.py"):
        assert path.name.startswith("__") or path.name in plan


def test_every_publisher_of_the_pack_is_attributed() -> None:
    for name in ("Statistics Norway", "Kartverket", "EuroGeographics", "GeoNames", "SKDE"):
        assert name in README
