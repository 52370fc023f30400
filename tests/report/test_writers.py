"""One tree, several forms: each writer says the same in its own way, and nothing in a name is markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from worlds.hostile import NAMES
from worlds.reports import frame, said

from factgeo import language
from factgeo.language import Number, Percent, joined, say
from factgeo.language.figures import Signed, Span
from factgeo.report.content import Chapter, Column, Picture, Report, Sentence, Strong, Table, deeper, items, paragraphs
from factgeo.report.writers import html, markdown, terminal

TEAMS = Table(
    "teams",
    (Column("name", "Team"), Column("persons", say("column.population"), "figure")),
    (("Førde", Number(12345)), (Strong("Florø"), Percent(0.5, 0))),
)
REPORT = Report(
    "plan",
    say("summary.title", area="Sunnfjord"),
    paragraphs(["A is so.", say("summary.mean", mean=Number(12), unreachable=Number(1500))]),
    (
        Chapter("teams", say("summary.teams"), (TEAMS, Picture("curve.png", "A curve", lambda: b"PNG"))),
        Chapter(
            "notes", "Notes", (Sentence("First", 1), Sentence("below it", 2), Sentence("ranked", 1, number=1)),
            (Chapter("sources", "Sources", items(["B", "C"])),),
        ),
    ),
)  # fmt: skip
TAGS = set(re.findall(r"\w+", "html head meta title style body h1 h2 p ul li table thead tbody tr th td strong"))
LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"])
names = st.sampled_from(NAMES) | st.text(LETTERS, min_size=1)


class _Page(HTMLParser):
    """The tags of a page, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def test_a_terminal_has_a_line_for_each_sentence_and_even_columns() -> None:
    language.use("en")
    assert terminal.write(REPORT).splitlines()[2:] == [
        language.text("summary.teams"), "  Team   Residents", "  Førde  12,345", "  Florø  50%",
        "Notes", "  First", "    below it", "  1. ranked", "Sources", "  B", "  C",
    ]  # fmt: skip


def test_markdown_has_headings_by_depth_lists_together_and_figures_to_the_right() -> None:
    language.use("en")
    document = markdown.write(REPORT, depth=2)
    assert document.startswith("## ")
    assert "| Team | Residents |\n| --- | ---: |\n| Førde | 12,345 |\n| **Florø** | 50% |\n" in document
    assert "![A curve](curve.png)" in document
    assert "### Notes\n\n- First\n  - below it\n1. ranked\n\n#### Sources\n\n- B\n- C\n" in document


def test_a_page_has_the_pictures_in_it_and_needs_no_network() -> None:
    page = _Page(html.write(REPORT))
    assert [tag for tag in page.tags if tag.startswith("h") and tag[1:].isdigit()] == ["h1", "h2", "h2", "h3"]
    assert ("src", "data:image/png;base64,UE5H") in page.attributes
    assert ("alt", "A curve") in page.attributes
    assert {"script", "link", "iframe"}.isdisjoint(page.tags)


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_same_tree_is_written_in_each_language(lang: str) -> None:
    language.use(lang)
    for form in (terminal.write, markdown.write, html.write):
        assert language.text("summary.teams") in form(REPORT)
    assert frame(TEAMS).columns.tolist() == ["Team", language.text("column.population")]


@given(names)
def test_whatever_a_name_is_each_form_has_it_as_typed(name: str) -> None:
    name = name.strip() or "x"
    table = Table("t", (Column("a", "A"), Column("b", "B")), ((name, Strong(name)),))
    report = Report("r", name, paragraphs([name]), (Chapter("c", name, (*items([name]), table)),))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown.write(report))
    inline = [token for token in tokens if token.type == "inline"]
    assert ["".join(child.content for child in token.children or ()) for token in inline] == [
        name, name, name, name, "A", "B", name, name,
    ]  # fmt: skip
    kinds = {child.type for token in inline for child in token.children or ()}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}
    page = _Page(html.write(report))
    assert page.texts[2:] == [name, name, name, name, "A", "B", name, name]
    assert set(page.tags) <= TAGS


def test_chapters_are_found_by_key_at_any_depth() -> None:
    sources = REPORT.chapter("sources")
    assert sources is not None
    assert [sentence.said for sentence in sources.sentences] == ["B", "C"]
    teams = REPORT.chapter("teams")
    assert teams is not None
    assert teams.tables == (TEAMS,)
    assert REPORT.chapter("nowhere") is None


def test_sentences_go_deeper_together() -> None:
    assert [sentence.level for sentence in deeper((Sentence("a"), Sentence("b", 1)))] == [1, 2]


def test_words_are_written_when_the_language_is_known() -> None:
    words = joined((say("service.FACT"), Number(1234.5, 1), Signed(-3), Span(1, 2, 3)), "; ")
    written = {lang: language.written(words, lang) for lang in language.LANGUAGES}
    assert written["en"].endswith("; 1,234.5; −3; 2 (1–3)")
    assert written["nb"].endswith("; 1\N{NO-BREAK SPACE}234,5; −3; 2 (1–3)")
    assert said(paragraphs([words])) == [written["nb"]]


def test_words_that_wait_for_their_language_refuse_an_f_string() -> None:
    with pytest.raises(TypeError):
        f"{Number(1)}"
