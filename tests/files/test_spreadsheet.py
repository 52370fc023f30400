"""CSV files hold what they should, and nothing that a spreadsheet would run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from factgeo.files import spreadsheet


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "=1", "＝1+1", ' =HYPERLINK("x")'])
def test_text_that_would_be_a_formula_is_not_one(name: str, tmp_path: Path) -> None:
    spreadsheet.write_csv(pd.DataFrame({"name": [name], name: [1]}), tmp_path / "table.csv")
    back = pd.read_csv(tmp_path / "table.csv", keep_default_na=False)
    assert back["name"].tolist() == [f"'{name}"]
    assert back.columns.tolist() == ["name", f"'{name}"]


@pytest.mark.parametrize("sep", list(";\t|,\n\r"))
@pytest.mark.parametrize("formula", ["=1+1", '"=1+1"', " @SUM(A1)", "＋1", "+cmd|'/C calc'!A0", "=1", "\ufeff-2+3"])
def test_a_cell_is_no_formula_either_where_a_spreadsheet_splits_it(sep: str, formula: str, tmp_path: Path) -> None:
    spreadsheet.write_csv(pd.DataFrame({"no": [1], "name": [f"Nord{sep}{formula}{sep}x"]}), tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes().decode()
    for part in re.split("[;\t|,\n\r]", raw):
        assert not re.match(r"[\s\ufeff\"]*[=+\-@＝＋－＠]", part)
    assert sep in raw


def test_numbers_and_plain_names_stay_as_they_are(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"name": ["Ål", "Sør-Varanger", "-3.5", "–", "+47"], "value": [-1.5, 2.0, float("nan"), 0.0, 1.0]}
    )
    spreadsheet.write_csv(table, tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes()
    assert raw == "name,value\nÅl,-1.5\nSør-Varanger,2.0\n-3.5,\n–,0.0\n+47,1.0\n".encode()
