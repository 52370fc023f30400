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


def test_every_room_and_every_file_is_on_the_map() -> None:
    plan = (REPO / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = REPO / "factgeo"
    assert [path.name for path in package.glob("*.py") if f"`{path.name}`" not in plan] == []
    for room in (path.parent for path in package.rglob("__init__.py") if path.parent != package):
        name = f"**`{room.relative_to(package).as_posix()}/`**"
        assert name in plan
        listed = plan.partition(name)[2].partition("\n\n**")[0]
        missing = [p.name for p in room.glob("*.py") if p.name != "__init__.py" and f"`{p.name}`" not in listed]
        assert (room.name, missing) == (room.name, [])


def test_every_publisher_of_the_pack_is_attributed() -> None:
    for name in ("Statistics Norway", "Kartverket", "EuroGeographics", "GeoNames", "SKDE"):
        assert name in README
