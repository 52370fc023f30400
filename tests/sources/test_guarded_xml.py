"""Files that unpack, nest or quote without end, and files that say themselves that they are no network."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import refusal
from worlds.networks import ROAD, osm_file

from factgeo.errors import SourceError
from factgeo.sources import graphml, guarded_xml, osm

Save = Callable[[str, "str | bytes"], Path]
GOOD = osm_file(("1 2 3", ROAD))
HEAD = '<?xml version="1.0"?>'
LAUGHS = HEAD + '<!DOCTYPE osm [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><osm>&b;</osm>'
OUTSIDE = HEAD + '<!DOCTYPE osm SYSTEM "file:///etc/hostname"><osm/>'
NET = (
    HEAD + '<graphml><key id="h" for="edge" attr.name="highway" attr.type="string"/><graph edgedefault="directed">'
    '<node id="1"/><node id="2"/><edge source="1" target="2"><data key="h">{}</data></edge></graph></graphml>'
)
REFUSED = {
    "laughs.osm": (LAUGHS, "DOCTYPE"),
    "outside.osm": (OUTSIDE, "DOCTYPE"),
    "laughs.graphml": (LAUGHS.replace("osm", "graphml"), "DOCTYPE"),
    "deep.osm": ("<osm>" + "<a>" * 100_000, "inside one another"),
    "deep.graphml": ("<graphml>" + "<graph>" * 100_000, "inside one another"),
    "minus.graphml": (NET.format("[" + "-" * 100_000 + "1]"), "lists inside lists"),
    "lists.graphml": (NET.format("[" * 900 + "]" * 900), "lists inside lists"),
    "page.osm.bz2": (bz2.compress(b"<!DOCTYPE html><html><head><title>OSM3S</title></head></html>"), "web page"),
    "busy.osm": ("<html><body><p><b>Error</b>: Too many requests from you.</p><br></body></html>", "Too many requests"),
    "change.osm": ('<osmChange version="0.6"><delete><way id="1"/></delete></osmChange>', "list of changes"),
    "diff.osm": ('<osm><action type="delete"><old><way id="1"/></old></action></osm>', "list of changes"),
    "track.osm": ("<gpx></gpx>", "begins with <gpx>"),
    "bounds.osm": ('<osm><bounds minlat="61" minlon="5" maxlat="62" maxlon="6"/></osm>', "no road for cars"),
    "nothing.osm": ("<osm/>", "no road for cars"),
    "no_end.osm": (GOOD.replace("</osm>", ""), "cut off"),
    "cut.osm.gz": (gzip.compress(GOOD.encode())[:-30], "cut off"),
    "spoilt.osm.gz": (gzip.compress(GOOD.encode())[:40] + b"\xff" * 60, "cut off"),
    "long_id.osm": (f'<osm><node id="{"9" * 5000}" lat="1" lon="1"/></osm>', "cannot be read"),
    "no_key.osm": ('<osm><way id="1"><tag v="x"/></way></osm>', "cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_whole_network_is_refused_in_one_short_sentence(save: Save, name: str) -> None:
    content, said = REFUSED[name]
    message = refusal(SourceError, lambda: osm.read(save(name, content)))
    assert said in message
    assert name in message
    assert len(message) < 500
    assert message.isprintable()


REMARKS = (
    'runtime error: Query timed out in "query" at line 3 after 26 seconds.', "runtime error: Query run out of memory",
    "runtime error: open64: 2 No such file", "\n runtime remark: Timeout is 180 seconds.\x85 ",
    "Dispatcher_Client: limit",
)  # fmt: skip


@pytest.mark.parametrize("remark", REMARKS)
def test_an_answer_with_which_the_server_did_not_finish_is_refused_with_its_words(save: Save, remark: str) -> None:
    path = save("answer.osm", GOOD.replace("</osm>", f"<remark>{remark}</remark></osm>"))
    message = refusal(SourceError, lambda: osm.read(path))
    assert " ".join(remark.replace("\x85", " ").split()) in message
    assert "incomplete" in message


def test_the_licence_note_of_a_server_and_an_innocent_remark_stop_nothing(save: Save) -> None:
    path = save("a.osm", GOOD.replace("</osm>", "<note>The data is ODbL.</note><remark>Hei</remark></osm>"))
    assert len(osm.read(path)) == 2


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress])
def test_a_small_file_that_unpacks_to_very_much_is_refused_before_it_does(
    save: Save, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(guarded_xml, "RATIO_FROM_BYTES", 1_000_000)
    ending = ".osm.bz2" if pack is bz2.compress else ".osm.gz"
    path = save(f"bomb{ending}", pack(b"<osm>" + b" " * 3_000_000))
    assert "unpacks to more than" in refusal(SourceError, lambda: osm.read(path))


def test_a_tag_without_an_end_is_refused_before_it_fills_the_memory(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_xml, "TAG_BYTES", 200_000)
    path = save("tag.osm", '<osm a="' + "x" * 2_000_000)
    assert "longer than" in refusal(SourceError, lambda: osm.read(path))


def test_a_file_packed_with_gzip_says_the_same_as_the_plain_one(save: Save) -> None:
    packed = save("b.osm.gz", gzip.compress(GOOD.encode()))
    assert osm.read(packed).equals(osm.read(save("a.osm", GOOD)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("['30', '50']", ["30", "50"]), ("[8, 9]", ["8", "9"]), ('["Bry\'s veg", None]', ["Bry's veg", "None"]),
        (r"['O\'Hara']", ["O'Hara"]), ("[]", []), ("['half", []), ("[['a']]", []), ("[1 2]", []), ("['a' 'b']", []),
    ],
)  # fmt: skip
def test_a_list_in_a_graph_is_read_without_being_evaluated(text: str, expected: list[str]) -> None:
    assert graphml.listed(text) == expected
