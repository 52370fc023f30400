"""A draft lives under the id in the address: another session brings the same back, or says in one sentence why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from worlds.sessions import begun, drafted, drafts, on_desk, opened, plan_of, press, sound, to

from factgeo import settings
from factgeo.files import shelf
from factgeo.language import Phrase, text
from factgeo.planning import draft
from factgeo.planning.draft import EditContext
from factgeo.planning.result import Result
from factgeo.report.draft import did_lock_all
from factgeo.ui.prose import plain
from factgeo.ui.session import desk
from factgeo.ui.session.desk import Desk

__all__ = ["drafts"]  # runs by itself


@pytest.fixture
def draft_id(forde: Result) -> str:
    """The id of a kept draft with an edit and a plan put aside."""
    before: Desk = drafted(forde)[desk.DESK]
    assert before.history is not None
    history = before.history.did(draft.lock_all(forde.plan, EditContext.of(forde)), did_lock_all())
    kept = shelf.new_id()
    shelf.save(kept, desk._content(replace(before, history=history, saved=(desk.Saved("A", forde.plan),))))
    return kept


def test_a_link_brings_the_same_draft_back_with_its_steps_and_the_plans_put_aside(forde: Result) -> None:
    first = opened("forslag", **drafted(forde))
    press(first, "app.draft.aside")
    draft_id = str(press(first, "app.draft.lock_all").query_params["id"])
    shown = opened("forslag", draft_id=draft_id)
    assert sound(shown)
    assert plan_of(shown) == draft.lock_all(forde.plan, EditContext.of(forde))
    assert [saved.plan for saved in on_desk(shown).saved] == [forde.plan]
    press(shown, "app.draft.undo")
    assert plan_of(shown) == forde.plan
    assert plan_of(opened(draft_id=draft_id)) == forde.plan  # also after that edit


def test_the_id_stays_in_the_address_on_every_page(draft_id: str) -> None:
    shown = opened(draft_id=draft_id)
    for page in ("data", ""):
        assert to(shown, page).query_params["id"] == draft_id


def test_two_sessions_have_drafts_of_their_own(forde: Result) -> None:
    one, other = (opened("forslag", **drafted(forde)) for _ in range(2))
    press(one, "app.draft.lock_all")
    press(other, "app.draft.aside")
    assert plan_of(one) != plan_of(other.run()) == forde.plan
    assert one.query_params["id"] != other.query_params["id"]


def test_a_window_that_is_behind_gets_a_draft_of_its_own_and_is_told(draft_id: str, forde: Result) -> None:
    one, other = (opened("forslag", draft_id=draft_id) for _ in range(2))
    press(one, "app.draft.undo")
    press(other, "app.draft.aside")
    own = str(other.query_params["id"])
    assert [toast.value for toast in other.toast if own in toast.value] == [text("app.desk.copied", id=own)]
    assert (plan_of(opened(draft_id=draft_id)), str(one.query_params["id"])) == (forde.plan, draft_id)
    assert plan_of(opened(draft_id=own)) == draft.lock_all(forde.plan, EditContext.of(forde)) == plan_of(other)
    press(one, "app.draft.redo")  # who was first goes on as before, and so does who was told
    press(other, "app.draft.undo")
    assert (str(one.query_params["id"]), str(other.query_params["id"])) == (draft_id, own)
    assert not one.toast
    assert not other.toast


def test_a_draft_that_cannot_be_read_is_not_overwritten(draft_id: str, drafts: Path) -> None:
    path = drafts / f"{draft_id}.json"
    path.write_text("{", encoding="utf-8")
    shown = opened(draft_id=draft_id)
    press(shown, "app.plan.propose")
    assert path.read_text(encoding="utf-8") == "{"
    assert str(shown.query_params["id"]) != draft_id


def test_an_area_without_a_proposal_comes_back_too() -> None:
    shown = opened(**begun("kommune:4636", settings.load(presets=["act"]), listed=True))
    press(shown, "app.plan.propose")
    assert on_desk(opened(draft_id=str(shown.query_params["id"]))).rules == settings.load(presets=["act"])


@pytest.mark.parametrize("given", ["abcdefgh", "../../etc", "ABC", "<b>x</b>", "a" * 5000])
def test_an_id_that_is_none_gives_one_sentence(given: str) -> None:
    shown = opened(draft_id=given)
    assert sound(shown)
    assert len(shown.warning) == 1
    assert "<b" not in shown.warning[0].value.replace("\\<b", "")
    assert len(shown.warning[0].value) < 400


def spoil(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoilt(path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return spoilt


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda path: path.write_text("{", encoding="utf-8"),
    "a list": lambda path: path.write_text("[1]", encoding="utf-8"),
    "empty": lambda path: path.write_text("{}", encoding="utf-8"),
    "no bytes": lambda path: path.write_bytes(b"\xff\xfe"),
    "unknown area": spoil(lambda content: content.update(area="hf:Atlantis", history=None)),
    "history of another kind": spoil(lambda content: content.update(history=[1])),
    "rules of another kind": spoil(lambda content: content.update(rules=[1])),
    "unknown rule": spoil(lambda content: content["rules"].update(magic=1)),
    "saved of another kind": spoil(lambda content: content.update(saved=3)),
    "saved without a plan": spoil(lambda content: content.update(saved=[{"name": "x"}])),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_draft_gives_one_sentence(draft_id: str, drafts: Path, damage: str) -> None:
    path = drafts / f"{draft_id}.json"
    DAMAGE[damage](path)
    shown = opened(draft_id=draft_id)
    assert sound(shown)
    assert len(shown.warning) == 1
    assert shown.warning[0].value in (text("error.draft_damaged"), text("error.shelf_damaged", draft=draft_id))


@pytest.mark.parametrize("begun", [True, False])
def test_a_draft_of_another_pack_gives_one_sentence(draft_id: str, drafts: Path, *, begun: bool) -> None:
    def other_pack(content: dict[str, Any]) -> None:
        content["history"]["pack_digest"] = content["saved"][0]["plan"]["pack_digest"] = "0" * 64
        if not begun:
            content["history"] = None

    spoil(other_pack)(drafts / f"{draft_id}.json")
    shown = opened(draft_id=draft_id)
    assert sound(shown)
    assert [warning.value for warning in shown.warning] == [plain(text("error.draft_other_pack"))]


def test_work_goes_on_where_drafts_cannot_be_kept(
    forde: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "a file"))
    shown = opened("forslag", **drafted(forde))
    press(shown, "app.draft.lock_all")
    assert sound(shown)
    assert plan_of(shown) == draft.lock_all(forde.plan, EditContext.of(forde))
    assert len(shown.toast) == 1


def test_what_a_desk_holds_stays_the_same_through_the_shelf(forde: Result) -> None:
    before: Desk = replace(drafted(forde)[desk.DESK], saved=(desk.Saved("A", forde.plan),))
    kept = json.loads(json.dumps(desk._content(before)))
    assert desk._from_content(kept, forde.atlas) == before
    kept["rules"]["scheduler"] = kept["saved"][0]["plan"]["rules"]["scheduler"] = "tcp://192.0.2.1:8786"
    assert desk._from_content(kept, forde.atlas) == before  # a draft never says on whose machines to compute
    assert shelf.is_id(shelf.new_id())


def test_a_new_draft_does_not_lose_the_one_that_was_edited(forde: Result) -> None:
    untouched = drafted(forde)[desk.DESK]
    assert desk.with_draft_aside(untouched) == ()
    plan = draft.move(forde.plan, ("4602",), forde.plan.catchments[0].team_id, EditContext.of(forde))
    edited = replace(untouched, history=untouched.history.did(plan, Phrase("app.step.file")))
    assert [(each.name, each.plan) for each in desk.with_draft_aside(edited)] == [("Forrige utkast", plan)]
    assert desk.with_draft_aside(None) == ()
