"""factgeo as a Python package: the page that shows it, the public names, and how light the import is."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from worlds.basics import REPO

import factgeo
from factgeo import language

PAGE = (REPO / "docs" / "python.md").read_text(encoding="utf-8")
README = (REPO / "README.md").read_text(encoding="utf-8")
HEAVY = ("numpy", "pandas", "geopandas", "scipy", "networkx", "streamlit", "numba", "highspy", "folium", "matplotlib")
FUNCTIONS = [name for name in factgeo.__all__ if name[0].islower()]


def test_every_line_of_the_page_gives_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    monkeypatch.chdir(tmp_path)
    code = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    page = doctest.DocTestParser().get_doctest(code, {}, "docs/python.md", "docs/python.md", 0)
    before = language.in_use()
    told: list[str] = []
    try:
        counted = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(page, out=told.append)
    finally:
        language.use(before)
    assert "".join(told) == ""
    assert counted.attempted > 30


def test_the_example_of_the_readme_gives_the_teams_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    example = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(example[0], names)  # noqa: S102 - our own example
    assert list(names["teams"]["team_id"]) == [team.team_id for team in names["result"].plan.catchments]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_page_names_every_function(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


def test_an_import_loads_no_package() -> None:
    script = "import sys; before = set(sys.modules); import factgeo; print(*set(sys.modules) - before)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = ended.stdout.split()
    assert "factgeo" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in HEAVY or name.startswith("factgeo.")]


@pytest.mark.parametrize("name", factgeo.__all__)
def test_a_public_name_is_there_and_is_none_of_a_room(name: str) -> None:
    assert getattr(factgeo, name) is not None
    assert not (REPO / "factgeo" / name).exists()
    assert not (REPO / "factgeo" / f"{name}.py").exists()


def test_names_that_are_not_public_are_not_there() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        factgeo.nonsense  # noqa: B018
    assert set(factgeo.__all__) < set(dir(factgeo))


def test_the_stub_has_the_same_names_from_the_same_places() -> None:
    stub = ast.parse((REPO / "factgeo" / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: (line.module, alias.name)
        for line in stub.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }
    assert imported == factgeo._PLACES
    listed = next(line.value for line in stub.body if isinstance(line, ast.Assign))
    assert ast.literal_eval(listed) == factgeo.__all__


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_says_what_it_takes_and_gives(name: str) -> None:
    function = getattr(factgeo, name)
    assert inspect.isfunction(function)
    assert re.search(r"^\s*(Args|Returns|Raises):$", function.__doc__ or "", re.MULTILINE)
    hints = inspect.get_annotations(function)
    assert set(hints) == {*inspect.signature(function).parameters, "return"}


@pytest.mark.parametrize("name", [name for name in factgeo.__all__ if name[0].isupper()])
def test_a_public_type_says_what_it_is(name: str) -> None:
    assert inspect.isclass(getattr(factgeo, name))
    assert not (getattr(factgeo, name).__doc__ or "").startswith(f"{name}(")
