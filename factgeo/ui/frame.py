"""What all pages share: the window, the choice of language, the title, and how errors are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from factgeo import language
from factgeo.errors import FactgeoError
from factgeo.language import text
from factgeo.ui import prose

NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
STYLE = Path(__file__).with_name("style.css")
AIDS = Path(__file__).with_name("aids.js").read_text(encoding="utf-8")


def begin() -> None:
    """Set up the window and the language that everything after it is written in."""
    st.set_page_config(page_title="factgeo", layout="wide")
    st.html(STYLE)
    use_language()
    with st.container(key="aids"):
        st.html(f"<script>{AIDS.replace('{lang}', language.in_use())}</script>", unsafe_allow_javascript=True)


def head(title: str, area: str) -> None:
    """The page's title, with its area, and the choice of language."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(f"{title}: {prose.as_typed(area)}" if area else title, anchor=False)
        st.radio(
            text("app.language"),
            language.LANGUAGES,
            index=language.LANGUAGES.index(_first_language()),
            format_func=NAMES.__getitem__,
            horizontal=True,
            label_visibility="collapsed",
            key="language",
        )


def page(show: Callable[[], None]) -> Callable[[], None]:
    """A page on which what the user can put right appears as one sentence."""

    def shown() -> None:
        try:
            show()
        except FactgeoError as error:
            st.error(prose.as_typed(str(error)))

    return shown


def use_language() -> None:
    """Write in the chosen language from here on; fragments call it, for they also run by themselves."""
    language.use(st.session_state.get("language", _first_language()))


def _first_language() -> str:
    """What the address asks for; else Nynorsk for a browser that asks for it; Bokmål for all others."""
    asked = st.query_params.get("lang", "")
    if asked in language.LANGUAGES:
        return asked
    return "nn" if (st.context.locale or "").lower().startswith("nn") else "nb"
