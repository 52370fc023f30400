"""The report of a measure: one page of chapters, only what was asked, and the same in its folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from factgeo import language, settings
from factgeo.atlas.pack import Atlas
from factgeo.export import folder
from factgeo.export import reach as reach_files
from factgeo.planning.result import Result
from factgeo.report import reach as reach_report
from factgeo.report.reach import Asked, ReachReport

EVERYTHING = Asked(remedies=True, today=True, frontier=True, sensitivity=True)


@pytest.fixture(scope="module")
def reports(shipped: Atlas, forde: Result) -> dict[str, ReachReport]:
    """Each measure of Helse Førde with everything asked."""
    return {
        preset: reach_report.report(shipped, forde.plan.area, settings.load(), preset, forde, EVERYTHING)
        for preset in reach_report.PRESETS
    }


@pytest.mark.parametrize("preset", reach_report.PRESETS)
@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_has_one_title_each_chapter_once_and_the_sources_last(
    reports: dict[str, ReachReport], preset: str, lang: str
) -> None:
    language.use(lang)
    page = reach_report.markdown(reports[preset])
    assert len(re.findall("^# ", page, re.MULTILINE)) == 1
    chapters = re.findall("^## (.*)", page, re.MULTILINE)
    assert len(chapters) == len(set(chapters))
    assert chapters[-1] == language.text("summary.sources")
    assert language.text("reach.chapter.frontier") in chapters
    assert (language.text("reach.chapter.remedy") in chapters) == (preset == "planner")
    assert "- -" not in page


def test_only_what_was_asked_is_in_the_report(shipped: Atlas, forde: Result) -> None:
    found = reach_report.report(shipped, forde.plan.area, settings.load(), "planner", forde, Asked())
    page = reach_report.markdown(found)
    asked = ("remedy", "today", "frontier")
    assert not [name for name in asked if f"## {language.text(f'reach.chapter.{name}')}" in page]
    assert f"## {language.text('reach.chapter.left')}" in page


def test_every_picture_of_the_page_is_in_the_folder(reports: dict[str, ReachReport], tmp_path: Path) -> None:
    for preset, found in reports.items():
        out = tmp_path / preset
        folder.write(reach_files.folder(found), out, overwrite=False)
        page = (out / "reach.md").read_text(encoding="utf-8")
        shown = set(re.findall(r"!\[[^]]*\]\((.*?)\)", page))
        assert shown == {"frontier.png", "curves.png", "swings.png"}
        assert all((out / name).stat().st_size > 1000 for name in shown)
        content = json.loads((out / "reach.json").read_text(encoding="utf-8"))
        assert content == json.loads(json.dumps(reach_report.to_json(found)))
