"""Files that planners bring: right ones are read as the library reads them, wrong ones give one sentence."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from worlds.sessions import begun, drafted, drafts, on_desk, opened, plan_of, press, sound

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.export import plan as plan_files
from factgeo.language import text
from factgeo.planning import edits, planfile
from factgeo.planning.result import Result
from factgeo.ui.session import desk, example, upload
from factgeo.ui.widgets import packed

__all__ = ["drafts"]  # runs by itself

FIELDS = {"sites": 0, "edits": 1, "settings": 2, "plan": 3}
SOLUND = "kommune:4636"


def first_page(area: str = SOLUND) -> AppTest:
    shown = opened(**begun(area, settings.load()))
    return shown.radio[1].set_value("file").run()


def give(shown: AppTest, kind: str, name: str, content: str | bytes) -> AppTest:
    whole = content.encode() if isinstance(content, str) else content
    return shown.file_uploader[FIELDS[kind]].upload(name, whole, "application/octet-stream").run()


def zipped(**files: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name.replace("__", "/") + ".json", words)
    return content.getvalue()


@pytest.fixture(scope="module")
def app_zip(forde: Result) -> bytes:
    """What the button on the proposal's page gives."""
    return packed.zipped("helse-forde", plan_files.folder(forde))


def test_the_zip_that_the_app_gave_opens_as_the_same_draft_of_its_own_area(app_zip: bytes, forde: Result) -> None:
    shown = give(first_page(), "plan", "helse-forde.zip", app_zip)
    press(shown, "app.area.open")
    assert sound(shown)
    assert replace(plan_of(shown), proof=forde.plan.proof) == forde.plan  # its decimals are fewer in the file
    assert on_desk(shown).area == "hf:Helse Førde HF"  # and not what was chosen in the list
    assert shown.title[0].value == "Forslag: Helse Førde HF"


def test_its_plan_json_alone_does_too(app_zip: bytes, forde: Result) -> None:
    with zipfile.ZipFile(io.BytesIO(app_zip)) as archive:
        content = archive.read("helse-forde/plan.json")
    shown = press(give(first_page(), "plan", "plan.json", content), "app.area.open")
    assert plan_of(shown).catchments == forde.plan.catchments
    assert on_desk(shown).rules == forde.plan.settings


def test_a_table_of_units_and_teams_is_a_draft(shipped: Atlas) -> None:
    shown = give(first_page(), "plan", "helse-forde-lysbilde.csv", example.SLIDE.read_bytes())
    press(shown, "app.area.open")
    assert sound(shown)
    assert plan_of(shown) == planfile.read(example.SLIDE, shipped)


def test_own_places_demands_and_settings_reach_the_rules(tmp_path: Path, shipped: Atlas) -> None:
    shown = first_page("hf:Helse Førde HF")
    demands = "rule;units;team\nuten team;Solund;\n"
    give(shown, "sites", "steder.csv", "name;lon;lat\nLegevakta;5.85;61.45\n")
    give(shown, "edits", "krav.csv", demands)
    give(shown, "settings", "egne.toml", "[ferry]\nwait_min = 20\n")
    shown.radio[1].set_value("proposal").run()
    press(shown, "app.plan.propose")
    assert sound(shown)
    rules = on_desk(shown).rules
    assert [site.name for site in rules.bases.sites] == ["Legevakta"]
    assert rules.ferry.wait_min == 20
    path = tmp_path / "krav.csv"
    path.write_text(demands, encoding="utf-8")
    assert rules.edits == settings.load(tables=edits.read(path, shipped)).edits
    assert "4636" in {entry.unit_code for entry in plan_of(shown).unserved}


def lying_zip() -> bytes:
    """A member that says it is 1 GB."""
    content = bytearray(zipped(plan="x" * 100))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1_000_000_000)
    return bytes(content)


def broken_zip() -> bytes:
    content = bytearray(zipped(plan=json.dumps(list(range(5000)))))
    content[60:200] = bytes(140)
    return bytes(content)


BOMB = zipped(plan=b" " * 60_000_000)
HTML = '<img src=x onerror="alert(1)">![x](http://evil.no/x.png)'
WRONG: list[tuple[str, str, str | bytes]] = [
    ("plan", "tom.zip", b""),
    ("plan", "ikke.zip", b"PK\x03\x04 no"),
    ("plan", "uten.zip", zipped(other="{}")),
    ("plan", "to.zip", zipped(plan="{}", a__plan="{}")),
    ("plan", "bombe.zip", BOMB),
    ("plan", "lyver.zip", lying_zip()),
    ("plan", "brukket.zip", broken_zip()),
    ("plan", "plan.json", "{"),
    ("plan", "plan.json", "[]"),
    ("plan", "plan.json", '{"schema": "factgeo.plan/1"}'),
    ("plan", "dyp.json", "[" * 200_000),
    ("plan", "plan.json", b"\xff\xfe\x00"),
    ("plan", "tom.csv", ""),
    ("plan", "feil.csv", "a;b\n1;2\n"),
    ("plan", "feil.csv", f"unit_code;team_id\n{HTML};T1\n"),
    ("plan", f"{HTML.replace('/', '')}.csv", "a;b\n1;2\n"),
    ("plan", f"{'x' * 300}.csv", "a;b\n1;2\n"),
    ("plan", "stor.csv", b"x" * (upload.MOST_BYTES + 1)),
    ("sites", "steder.csv", "name;lon\nA;5\n"),
    ("sites", "steder.csv", f"name;lon;lat\n{HTML};x;61\n"),
    ("sites", "steder.gpkg", b"SQLite format 3\x00"),
    ("edits", "krav.csv", f"rule;units;team\n{HTML};Solund;\n"),
    ("edits", "krav.toml", "x = ["),
    ("edits", "dyp.toml", "x = " + "[" * 100_000),
    ("settings", "egne.toml", "[magic]\nx = 1\n"),
    ("settings", "egne.toml", "[ferry]\nwait_min = -1\n"),
    ("settings", "egne.toml", 'scheduler = "tcp://192.0.2.1:8786"\n'),
    ("settings", "egne.toml", b"\xff"),
]


IDS = [f"{kind}-{place}" for place, (kind, *_) in enumerate(WRONG)]


@pytest.mark.parametrize(("kind", "name", "content"), WRONG, ids=IDS)
def test_a_wrong_file_gives_one_sentence_and_nothing_is_done(kind: str, name: str, content: str | bytes) -> None:
    shown = alone(kind, name, content)
    assert not shown.exception
    assert len(shown.error) == 1
    said = shown.error[0].value
    assert tempfile.gettempdir() not in said
    assert "![x](" not in said
    assert "<img" not in said.replace("\\<img", "")
    assert "Error" not in said
    assert shown.session_state["read"] is None


def alone(kind: str, name: str, content: str | bytes) -> AppTest:
    """The field for a kind of file by itself, given a file."""

    def script(kind: str) -> None:
        import streamlit as st  # noqa: PLC0415 - the tester runs only what stands in here

        from factgeo import settings  # noqa: PLC0415
        from factgeo.ui.session import upload, work  # noqa: PLC0415

        if kind == "plan":
            st.session_state["read"] = upload.plan(work.atlas())
        else:
            found = upload.rules(work.atlas(), settings.load())
            st.session_state["read"] = None if found == settings.load() else found

    shown = AppTest.from_function(script, default_timeout=60, args=(kind,)).run()
    whole = content.encode() if isinstance(content, str) else content
    place = 0 if kind == "plan" else FIELDS[kind]
    return shown.file_uploader[place].upload(name, whole, "application/octet-stream").run()


def test_a_wrong_plan_opens_nothing() -> None:
    shown = give(first_page(), "plan", "plan.json", "{}")
    assert next(each for each in shown.button if each.label == text("app.area.open")).disabled
    assert on_desk(shown).history is None


def test_a_plan_of_another_pack_gives_one_sentence(forde: Result) -> None:
    content = json.loads(packed_plan(forde)) | {"pack_digest": "0" * 64}
    shown = alone("plan", "plan.json", json.dumps(content))
    assert not shown.exception
    assert len(shown.error) == 1
    assert shown.session_state["read"] is None


def packed_plan(forde: Result) -> bytes:
    whole = packed.zipped("plan", plan_files.folder(forde))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return archive.read("plan/plan.json")


def test_demands_for_another_area_give_one_sentence_on_the_proposal() -> None:
    rules = settings.load(tables={"edits": {"leave": ["0301"]}})
    shown = opened("forslag", **begun(SOLUND, rules))
    assert not shown.exception
    assert len(shown.error) == 1


def test_a_name_in_a_plan_is_shown_as_it_is_written(forde: Result) -> None:
    content = json.loads(packed_plan(forde))
    content["area"]["name"] = HTML
    shown = alone("plan", "plan.json", json.dumps(content))
    plan = shown.session_state["read"]
    assert isinstance(plan.area, areas.Area)
    state = drafted(forde)
    page = press(give(first_page(), "plan", "plan.json", json.dumps(content)), "app.area.open")
    assert sound(page)
    assert "![x](" not in page.title[0].value
    assert state[desk.DESK].plan.catchments == plan.catchments
