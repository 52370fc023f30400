"""Choosing an area: its kind, then its name."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo import areas, language
from factgeo.language import text
from factgeo.pack import Atlas
from factgeo.ui import frame

ASKED = "area"
EXAMPLE = "Helse Førde + Helse Fonna"
WHOLE, TYPED = "norge", "typed"
KINDS = (WHOLE, "rhf", "hf", "helsefellesskap", "fylke", "dps", "kommune", TYPED)
_NORWEGIAN = str.maketrans({"æ": "{", "ø": "|", "å": "}"})  # the three letters after z


@st.fragment
def area(atlas: Atlas) -> None:
    """Ask for an area; what :func:`factgeo.areas.resolve` is to read is kept under ``ASKED`` of the session.

    A fragment, so that choosing does not draw the page anew; only the button does.
    """
    frame.use_language()
    kind_box, name_box, button_box = st.columns([2, 3, 2], vertical_alignment="bottom")
    kind = kind_box.selectbox(
        text("app.area.kind"),
        KINDS,
        index=KINDS.index(st.session_state.get("kind", "hf")),
        format_func=lambda kind: text(f"app.kind.{kind}"),
        key=f"kind-{language.in_use()}",  # a box keeps the words that it was made with
    )
    st.session_state["kind"] = kind
    with name_box:
        wanted = _name(kind, atlas)
    if button_box.button(text("app.plan.propose"), type="primary", width="stretch"):
        st.session_state[ASKED] = wanted
        st.rerun()


def names(kind: str, units: pd.DataFrame) -> dict[str, str]:
    """The areas of a kind in Norwegian order: what to type for each -> what to show."""
    code_column, name_column = areas.KINDS[kind]
    found = units.drop_duplicates(code_column or name_column)
    twice = found[name_column].duplicated(keep=False)
    typed = f"{kind}:" + found[code_column or name_column]
    shown = found[name_column].where(~twice, found[name_column] + " (" + found["county_name"] + ")")
    pairs = zip(typed, shown, strict=True)
    return dict(sorted(pairs, key=lambda pair: pair[1].casefold().translate(_NORWEGIAN)))


def _name(kind: str, atlas: Atlas) -> str:
    """The box for the name, where the kind needs one."""
    if kind == WHOLE:
        return areas.NORWAY
    if kind == TYPED:
        return st.text_input(text("app.area.typed"), EXAMPLE, help=text("app.area.typed_help"), key="typed")
    known = names(kind, atlas.units)
    return st.selectbox(text(f"app.kind.{kind}"), list(known), format_func=known.__getitem__, key=f"name-{kind}")
