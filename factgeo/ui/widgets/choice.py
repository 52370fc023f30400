"""Choosing an area: its kind, then its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from factgeo import language
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.language import text

EXAMPLE = "Helse Førde + Helse Fonna"
WHOLE, TYPED = "norge", "typed"
KINDS = (WHOLE, "rhf", "hf", "helsefellesskap", "fylke", "dps", "kommune", TYPED)
FIRST = "hf"
_NORWEGIAN = str.maketrans({"æ": "{", "ø": "|", "å": "}"})  # the three letters after z


def area(atlas: Atlas, start: str | None) -> str:
    """Ask for an area, beginning with one asked for before; returns what :func:`factgeo.atlas.areas.resolve` reads."""
    kind_box, name_box = st.columns(2, vertical_alignment="bottom")
    first = _kind_of(start)
    kind = kind_box.selectbox(
        text("app.area.kind"),
        KINDS,
        index=KINDS.index(first),
        format_func=lambda kind: text(f"app.kind.{kind}"),
        help=text("app.area.kind_help"),
        key=f"kind-{language.in_use()}",  # a box keeps the words that it was made with
    )
    with name_box:
        return _name(kind, atlas, start if kind == first else None)


def _kind_of(start: str | None) -> str:
    """The kind of area that a text asks for."""
    if start is None:
        return FIRST
    kind = start.casefold().partition(":")[0]
    return kind if kind in KINDS else TYPED


def names(kind: str, units: pd.DataFrame) -> dict[str, str]:
    """The areas of a kind in Norwegian order: what to type for each -> what to show."""
    code_column, name_column = areas.KINDS[kind]
    found = units.drop_duplicates(code_column or name_column)
    twice = found[name_column].duplicated(keep=False)
    typed = f"{kind}:" + found[code_column or name_column]
    shown = found[name_column].where(~twice, found[name_column] + " (" + found["county_name"] + ")")
    pairs = zip(typed, shown, strict=True)
    return dict(sorted(pairs, key=lambda pair: order(pair[1])))


def order(name: str) -> str:
    """What names are sorted by, so that æ, ø and å come last."""
    return name.casefold().translate(_NORWEGIAN)


def _name(kind: str, atlas: Atlas, start: str | None) -> str:
    """The box for the name, where the kind needs one."""
    if kind == WHOLE:
        return areas.NORWAY
    if kind == TYPED:
        return st.text_input(text("app.area.typed"), start or EXAMPLE, help=text("app.area.typed_help"), key="typed")
    known = names(kind, atlas.units)
    codes = list(known)
    first = codes.index(start) if start in known else 0
    return st.selectbox(
        text(f"app.kind.{kind}"), codes, first, format_func=known.__getitem__, help=text("app.area.kind_help"),
        key=f"name-{kind}",
    )  # fmt: skip


def pick(label: str, labels: Mapping[str, str], state: str, **how: Any) -> str:  # noqa: ANN401 - Streamlit's
    """Show a select box that keeps its choice when its labels change. ``labels`` must not be empty.

    The choice is kept under ``state`` in the session, even while the box is not shown, and may be set there.
    Streamlit's select box keeps the labels that it was made with, so other labels need another box.
    """
    kept, shown, key = st.session_state.get(state), f"{state}-shown", f"{state}-{hash(tuple(labels.items()))}"
    if key not in st.session_state or kept != st.session_state.get(shown):
        st.session_state[key] = kept if kept in labels else next(iter(labels))

    def keep() -> None:  # before the page is drawn again, so that what stands above the list knows
        st.session_state[state] = st.session_state[shown] = st.session_state[key]

    st.selectbox(label, list(labels), format_func=labels.__getitem__, key=key, on_change=keep, **how)
    keep()
    return str(st.session_state[state])
