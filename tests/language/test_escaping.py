"""Texts of others are read as typed in scripts, pages, Markdown and spreadsheets, and do nothing there."""

from __future__ import annotations

import html
import json
import re
from io import StringIO
from itertools import pairwise

import folium
import pandas as pd
import pytest
import shapely
from branca.element import Element
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Template
from markdown_it import MarkdownIt
from worlds.hostile import NAMES

from factgeo.files import spreadsheet
from factgeo.language import escaping
from factgeo.maps import live as live_map
from factgeo.maps.layers import drawn_feature, drawn_layer, labels
from factgeo.maps.legend import dot, legend_row
from factgeo.maps.offline import assembled
from factgeo.report.content import Column, Table, items
from factgeo.report.writers import markdown
from factgeo.ui import prose
from factgeo.ui.widgets import leaflet

PARTS = ["{{", "}}", "{%", "%}", "{#", "7*7", "<b>", "</script>", "http://", "www.", "a@b.no", "&lt;", "~~", "]("]
PARTS += [*"|;\\`*_[$:#-+\"'éש ", "=1", "1.", "\N{ZERO WIDTH JOINER}"]
LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"])
TYPED = st.lists(st.sampled_from(PARTS) | LETTERS, min_size=1)
NAME = (st.sampled_from(NAMES) | TYPED.map("".join)).map(str.strip).filter(bool)
READ = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TEXT_ONLY = {"text", "text_special"}


def read(document: str) -> list[tuple[str, str]]:
    """The blocks of a Markdown document that have text, with their texts; nothing else may be in them."""
    tokens = READ.parse(document)
    found = []
    for before, token in pairwise(tokens):
        if token.type == "inline":
            assert {child.type for child in token.children or ()} <= TEXT_ONLY
            found.append((before.type, "".join(child.content for child in token.children or ())))
    return found


@given(NAME)
def test_a_name_in_markdown_is_a_paragraph_of_itself(name: str) -> None:
    assert read(escaping.markdown(name)) == [("paragraph_open", name)]
    assert read(markdown.blocks(items([name, "b"]))) == [("paragraph_open", name), ("paragraph_open", "b")]


@given(NAME)
def test_a_name_in_a_markdown_table_is_its_cell(name: str) -> None:
    cells = [
        text
        for _, text in read(
            markdown.table(Table("t", (Column("a", name), Column("b", "b")), (("c", name), (name, name))))
        )
    ]
    assert cells == [name, "b", "c", name, name, name]


@pytest.mark.parametrize(
    "name", ["http://x.no", "www.x.no", "a@b.no", ":smile:", ":material/home:", "a -> b", "a -- b"]
)
def test_what_streamlit_reads_again_is_broken_in_two(name: str) -> None:
    shown = prose.as_typed(name)
    assert ":small[]" in shown
    assert read(shown.replace(":small[]", "")) == [("paragraph_open", name)]


def test_a_line_break_in_a_text_is_a_space_in_markdown() -> None:
    assert escaping.markdown("a\n\n# b\u2028c") == r"a \# b c"


@given(NAME)
@example("</script>\u2028<!--")
def test_a_name_in_a_script_is_one_string_that_no_template_runs(name: str) -> None:
    literal = escaping.script({name: [name]})
    assert json.loads(literal) == {name: [name]}
    assert Template(literal).render() == literal
    assert not set(literal[1:-1]) & set("<>&'`$")


@given(NAME)
def test_a_name_on_a_page_is_text_that_no_template_runs(name: str) -> None:
    written = escaping.html(name)
    assert html.unescape(written) == name
    assert Template(written).render() == written
    assert not set(written) & set("<>`\"'${}\\")


@given(NAME, st.sampled_from(";,\t|\n"))
@settings(max_examples=50)
def test_a_table_of_names_is_read_back_and_holds_no_formula(name: str, separator: str) -> None:
    table = pd.DataFrame({"no": [1], name: [f"{name}{separator}=1+1"], "value": [-1.5]})
    written = spreadsheet.as_csv(table)
    back = pd.read_csv(StringIO(written), keep_default_na=False, lineterminator=None)
    assert back["value"].tolist() == [-1.5]
    for part in re.split("[;,\t|\n]", written):
        assert not re.match(r"[\s\"\ufeff]*[=+\-@＝＋－＠](?![0-9.\s]*$)|[\s\"]*=", part)


@given(NAME)
@settings(max_examples=25, deadline=None)
def test_a_name_is_on_a_drawn_map_as_typed(name: str) -> None:
    point = shapely.Point(5, 61)
    feature = drawn_feature(name, point, {"name": name, "team": name})
    layers = [
        drawn_layer("bases", [feature], lambda _: {}, ("team",), marker=folium.CircleMarker()),
        labels([feature], "x", show=True),
    ]
    drawn = assembled(name, (5, 61, 6, 62), layers, legend_row(dot(), name), assets="")
    drawn.add_child(leaflet.Named(name))
    live_map.Call("paint", {"teams": {name: name}}).add_to(drawn)
    page = drawn.get_root().render()
    assert html.unescape(re.findall("<title>(.*?)</title>", page)[0]) == name
    assert json.loads(re.findall(r"document\.title = (.*);", page)[0]) == name
    assert json.loads(re.findall(r"factgeo\.paint\((.*)\);", page)[0]) == {"teams": {name: name}}
    told = [json.loads(data)["features"][0] for data in re.findall(r"_add\((\{.*\})\);", page)]
    assert [html.unescape(text) for each in told for text in (each["id"], each["properties"]["team"])] == [name] * 4
    assert html.unescape(re.findall("<span>(.*?)</span></div>", page)[0]) == name
    assert Element(page).render() == page
