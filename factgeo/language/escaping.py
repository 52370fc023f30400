r"""Texts of others, escaped for the place that they go to: nothing in them runs, links, loads or counts.

Whatever a plan, a site, a team, a file or an area is called goes through here on its way into a script
(:func:`script`), a page (:func:`html`), a Markdown document (:func:`markdown`, :func:`markdown_within`,
:func:`lines`), the app's own Markdown (:func:`in_app`) or a spreadsheet (:func:`cell`). All of them escape and none
deletes, so that a name is read as typed.

folium and streamlit-folium run finished scripts and pages once more as Jinja templates: so braces are escaped too.
"""

from __future__ import annotations

import json
import re
from html import escape

_IN_SCRIPT = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&'`${}"})
_IN_PAGE = str.maketrans({char: f"&#{ord(char)};" for char in "`$\\{}"})
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')  # of JSON

# what Markdown acts on wherever it stands, and the rest only where it would be acted upon
_MARKUP = re.compile(
    r"""[\\`*_{}\[\]<>\#|~$&@]
    | :(?=//) | (?<=www)\. | \.(?=(?:[a-z]{2}|com|net|org|info|biz|edu|gov)\b)  # addresses
    | (?<=-)-                        # rules, and what Streamlit makes a dash of""",
    re.VERBOSE | re.IGNORECASE,
)
_BREAKS = re.compile("[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BEGINS = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")  # a list, or the rule below a heading
# what Streamlit makes links, emoji, icons and arrows of when all escapes are read, by the place where it is broken
_READ_AGAIN = re.compile(
    r"""(?P<after>\\:(?=// | material/ | (?:[\w+/-]|\\[_-])+\\?:) | \\?-(?=\\[->]) | \\[<>~](?=[=-]))
    | (?P<before>(?<=www)\\\. | \\@)""",
    re.VERBOSE | re.IGNORECASE,
)
_NOTHING = ":small[]"  # of Streamlit's: an empty element, so that a text is read in two parts

# what a spreadsheet would run at the beginning of a cell, full-width signs as well
_UNSEEN = r"\s\ufeff\u200b-\u200f\u2060"
_SIGNED = re.compile(rf'^(["{_UNSEEN}]*")?([{_UNSEEN}]*[=+\-@＝＋－＠].*)$', re.DOTALL)
_NUMBER = re.compile(r"[+-][0-9.\s]*")
_CELLS = re.compile("([;,|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])")  # where some spreadsheet begins a new one


def script(value: object) -> str:
    """A value as a JSON literal that neither ends a script nor opens a template or a template literal."""
    written = json.dumps(value, separators=(",", ":"))
    return _STRING.sub(lambda found: found[0].translate(_IN_SCRIPT), written)


def html(value: str) -> str:
    """A text as HTML, for elements and attributes; it does nothing inside templates and scripts either."""
    return escape(value).translate(_IN_PAGE)


def markdown(value: str) -> str:
    """A text as one line of Markdown that is read as typed; CommonMark, with GitHub's tables and addresses."""
    return _BEGINS.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", markdown_within(value))


def markdown_within(value: str) -> str:
    """A text within a line of Markdown that is read as typed."""
    return _MARKUP.sub(r"\\\g<0>", _BREAKS.sub(" ", value).strip(" "))


def undirected(document: str) -> str:
    """Markdown in which no colon begins one of Streamlit's directives (``:red[x]``)."""
    return re.sub(r"\\.|:(?=[\w+-])", lambda found: f"\\{found[0][-1]}", document)


def in_app(document: str) -> str:
    """Markdown as Streamlit shows it: it looks for addresses, emoji and arrows once more when escapes are read."""

    def broken(found: re.Match[str]) -> str:
        return f"{found[0]}{_NOTHING}" if found["after"] else f"{_NOTHING}{found[0]}"

    return _READ_AGAIN.sub(broken, undirected(document))


def lines(said: str) -> str:
    """Plain lines of the library's own as Markdown; those that begin with a hyphen and a space are a list."""
    return "\n".join(
        f"- {markdown(line[2:])}" if line.startswith("- ") else markdown(line) for line in said.split("\n")
    )


def cell(value: str) -> str:
    """A text as the cell of a spreadsheet: no formula, also where it is split at a semicolon, comma, tab or bar."""
    return "".join(_unsigned(part) for part in _CELLS.split(value))


def _unsigned(part: str) -> str:
    found = _SIGNED.match(part)
    if found is None or _NUMBER.fullmatch(part.strip()):
        return part
    return f"{found[1] or ''}'{found[2]}"
