"""Whatever things are called, no page of the app breaks, runs it, or loses it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from worlds.hostile import AREA, NAMES, REFUSED, TEMPLATE
from worlds.sessions import PAGES, drafted, drafts, labels, on_desk, opened, sound, written

from factgeo.language import text
from factgeo.planning.result import Result
from factgeo.ui.session import desk
from factgeo.ui.session.desk import Saved

__all__ = ["drafts"]  # runs by itself


@pytest.fixture
def state(evil: Result) -> dict[str, Any]:
    """A session whose draft and plans put aside are all called so."""
    found = drafted(evil)
    found[desk.DESK] = replace(found[desk.DESK], saved=tuple(Saved(name, evil.plan) for name in NAMES[:8]))
    return found


def as_read(shown: AppTest) -> str:
    """What somebody reads on a page: escapes and what only parts a text left out."""
    return re.sub(r"\\(.)", r"\1", f"{written(shown)}\n{labels(shown)}".replace(":small[]", ""))


def maps_of(shown: AppTest) -> list[str]:
    """The scripts of the maps of a page, as they are sent to the browser."""
    told = [json.loads(each.proto.json_args) for each in shown.get("component_instance")]
    return ["\n".join(str(args.get(part)) for part in ("script", "feature_group", "html", "header")) for args in told]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_shows_the_names_and_runs_none(page: str, state: dict[str, Any]) -> None:
    shown = opened(page, **state)
    assert sound(shown)
    for script in maps_of(shown):
        assert not re.search(r"\{[{%#]", script)
        assert TEMPLATE not in script
        assert "<img src=x" not in script
    if page:
        assert AREA in shown.title[0].value.replace("\\", "").replace(":small[]", "")
    assert not re.search(r"(?<!\\)(\]\(|<img|:red|\$x|https?://evil|www\.evil)", written(shown))


def test_a_comparison_of_plans_called_so_names_both(state: dict[str, Any]) -> None:
    shown = opened("sammenlign", **state)
    shown.multiselect[0].set_value([f"saved:{TEMPLATE}", f"saved:{NAMES[7]}"]).run()
    assert sound(shown)
    assert TEMPLATE in as_read(shown)
    assert NAMES[7] in as_read(shown)
    (script,) = maps_of(shown)
    title = json.loads(re.findall(r"document\.title = (.*);", script)[0])
    assert title == text("app.compare.difference", a=TEMPLATE, b=NAMES[7])


def test_a_draft_is_not_put_aside_under_a_name_that_cannot_be_shown(state: dict[str, Any]) -> None:
    shown = opened("forslag", **state)
    field = next(each for each in shown.text_input if each.label == text("app.draft.aside_name"))
    field.set_value(REFUSED[5]).run()
    next(each for each in shown.button if each.label == text("app.draft.aside")).click().run()
    assert sound(shown)
    assert "U+202E" in shown.toast[0].value
    assert REFUSED[5] not in [each.name for each in on_desk(shown).saved]
