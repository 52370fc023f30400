"""What all pages share: the window's title, the choice of language, and the name of the tool."""

from __future__ import annotations

import streamlit as st

from factgeo import language
from factgeo.language import text

NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


def begin() -> None:
    """Set up the window and the language that everything after it is written in."""
    st.set_page_config(page_title="factgeo", layout="wide")
    st.html("<style>.stMainBlockContainer {padding-top: 2.4rem}</style>")  # the stock page begins 6rem down
    use_language()


def head(title: str) -> None:
    """The page's title beside the choice of language."""
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.header(title, anchor=False)
    right.radio(
        text("app.language"),
        language.LANGUAGES,
        index=language.LANGUAGES.index(_first_language()),
        format_func=NAMES.__getitem__,
        horizontal=True,
        label_visibility="collapsed",
        key="language",
    )


def use_language() -> None:
    """Write in the chosen language from here on; fragments call it, for they also run by themselves."""
    language.use(st.session_state.get("language", _first_language()))


def _first_language() -> str:
    """Nynorsk for a browser that asks for it; Bokmål for all others, since the readers are Norwegian."""
    return "nn" if (st.context.locale or "").lower().startswith("nn") else "nb"
