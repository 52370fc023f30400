"""Own values in place of cited ones: the denominator of the fraction, a form for one value, and the values in use."""

from __future__ import annotations

import streamlit as st

from factgeo.atlas import parameters
from factgeo.atlas.parameters import UNCITED, Parameter
from factgeo.capacity import capacity
from factgeo.language import text
from factgeo.people import need
from factgeo.settings import Replaced
from factgeo.ui.need import own_rules
from factgeo.ui.need.asked import Answers, Asked
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import choice

DENOMINATORS = ("adults_18plus", "total")
LEVELS = ("low", "central", "high")
MEANT_WHOLE = 10  # from here on one press of + is one, below it a hundredth


def show(answers: Answers) -> None:
    """The part."""
    asked = answers.asked
    st.markdown(text("app.need.values_help"))
    _denominator(asked)
    cited = parameters.parameters(asked.atlas, asked.rules.model_copy(update={"parameters": {}}))
    labels = {name: _label(name, cited) for name in _offered(answers)}
    name = choice.pick(text("app.need.value"), labels, "need-value", help=text("app.need.value_help"))
    _form(name, cited.get(name), asked)
    _in_use(cited, asked)


def _denominator(asked: Asked) -> None:
    """Choose the denominator of the fraction."""
    now = asked.rules.need.denominator
    chosen = st.radio(
        text("app.need.denominator"), DENOMINATORS, DENOMINATORS.index(now),
        format_func=lambda each: text(f"need.denominator.{each}"), horizontal=True,
        help=text("app.need.denominator_help"), key=f"need-denominator-{now}",
    )  # fmt: skip
    if chosen != now:
        changed = asked.rules.need.model_copy(update={"denominator": chosen})
        own_rules.use(asked.rules.model_copy(update={"need": changed}), asked)


def _offered(answers: Answers) -> list[str]:
    """The figures behind the page by id, and the fractions that are not published."""
    used = [each.id for each in answers.need.whole.used] if answers.need else need.PARAMETER.values()
    served = (*capacity.FACT_PARAMETERS, *capacity.ACT_PARAMETERS, *capacity.COMMON_PARAMETERS)
    return list(dict.fromkeys((*used, *served, *UNCITED)))


def _label(name: str, cited: dict[str, Parameter]) -> str:
    """What a figure is called; one that is not in the table, in a draft of another time, by its id."""
    if name in UNCITED:
        return text(f"app.need_group.{name}")
    return cited[name].label if name in cited else name


def _form(name: str, cited: Parameter | None, asked: Asked) -> None:
    """Low, central and high of one figure, with its source; other values in use make other fields."""
    own = parameters.own(asked.rules).get(name, Replaced())
    now = [own.low, own.central, own.high]
    if cited is not None:
        now = [there if given is None else given for given, there in zip(now, cited.values, strict=True)]
    st.caption(text(f"app.need_group_of.{name}") if cited is None else _cited(cited))
    with st.form(f"form-value-{name}"):
        low, central, high = (
            column.number_input(
                text(f"need.column.{level}"), value=None if value is None else float(value), min_value=0.0,
                format="%g", step=_step(value), key=f"need-{name}-{level}-{value}",
            )
            for column, level, value in zip(st.columns(3), LEVELS, now, strict=True)
        )  # fmt: skip
        source = st.text_input(
            text("app.need.source"), own.source, max_chars=200, help=text("app.need.source_help"),
            key=f"need-{name}-source-{own.source}",
        )  # fmt: skip
        pressed = st.form_submit_button(text("app.need.use_value"))
    if pressed:
        value = Replaced(low=low, central=central, high=high, source=source)
        own_rules.use(parameters.with_own(asked.rules, name, value), asked)


def _cited(cited: Parameter) -> str:
    """What the source says."""
    unit, quality = text(f"app.measure.{cited.unit.replace('/', '_per_')}"), text(f"app.cited.{cited.quality}")
    span = parameters.written(*cited.values)
    return as_typed(text("app.need.cited", span=span, unit=unit, source=cited.source, quality=quality))


def _step(value: float | None) -> float:
    return 1.0 if value is not None and value >= MEANT_WHOLE else 0.01


def _in_use(cited: dict[str, Parameter], asked: Asked) -> None:
    """Own values in use, each with a button that takes it away."""
    own = parameters.own(asked.rules)
    if not own:
        st.caption(text("app.need.none_replaced"))
    for name, value in own.items():
        left, right = st.columns([4, 1], vertical_alignment="center")
        span = parameters.written(value.low, value.central, value.high)
        source = value.source or text("need.own_source")
        left.markdown(as_typed(f"{_label(name, cited)}: {span} ({source})"))
        if right.button(text("app.need.back"), key=f"back-{name}", help=text("app.need.back_help"), width="stretch"):
            own_rules.use(parameters.with_own(asked.rules, name, Replaced()), asked)
