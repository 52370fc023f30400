"""Which versions of other packages factgeo needs at least, and which it is known to work with."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?\s*>=\s*([\d.]+)")
PINNED = re.compile(r"([\w.-]+)==(\S+)")


def lowest() -> dict[str, str]:
    """The oldest version of each package that factgeo runs with, of the optional ones too; by their plain names."""
    try:
        wanted = importlib.metadata.requires("factgeo") or []
    except importlib.metadata.PackageNotFoundError:  # run from a folder, not installed
        return {}
    found = [REQUIREMENT.match(line) for line in wanted if '"test"' not in line and "'test'" not in line]
    return {plain(match[1]): match[2] for match in found if match}


def newest_known() -> dict[str, str]:
    """The versions that factgeo was tested with; by the plain names of the packages."""
    for folder in (PACKAGE, PACKAGE.parent):  # inside the installed package, or next to it in a checkout
        path = folder / "constraints.txt"
        if path.is_file():
            found = map(PINNED.match, path.read_text(encoding="utf-8").splitlines())
            return {plain(match[1]): match[2] for match in found if match}
    return {}


def installed(names: Mapping[str, str]) -> dict[str, str]:
    """The versions of those of some packages that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def is_older(version: str, other: str) -> bool:
    """Does a version come before another? Told by their numbers."""
    return _numbers(version) < _numbers(other)


def plain(name: str) -> str:
    """A package's name as all spellings of it agree."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version: str) -> list[int]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers
