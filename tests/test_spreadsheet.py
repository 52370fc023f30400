"""CSV files hold what they should, and nothing that a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from factgeo import spreadsheet


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", ' =HYPERLINK("x")'])
def test_text_that_would_be_a_formula_is_not_one(name: str, tmp_path: Path) -> None:
    spreadsheet.write_csv(pd.DataFrame({"name": [name], name: [1]}), tmp_path / "table.csv")
    back = pd.read_csv(tmp_path / "table.csv", keep_default_na=False)
    assert back["name"].tolist() == [f"'{name}"]
    assert back.columns.tolist() == ["name", f"'{name}"]


def test_numbers_and_plain_names_stay_as_they_are(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"name": ["Ål", "Sør-Varanger", "-3.5", "–", "+47"], "value": [-1.5, 2.0, float("nan"), 0.0, 1.0]}
    )
    spreadsheet.write_csv(table, tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes()
    assert raw == "name,value\nÅl,-1.5\nSør-Varanger,2.0\n-3.5,\n–,0.0\n+47,1.0\n".encode()
