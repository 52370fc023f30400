"""The order in which settings win: default < preset < file < ``KEY=VALUE`` (command line or screen).

The defaults stand in :mod:`factgeo.settings.model` and nowhere else; ``configs/default.toml`` shows them, but is not
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from factgeo.errors import Faults, SettingsError, field_of
from factgeo.files import documents
from factgeo.files.documents import UnreadableError
from factgeo.language import Phrase, names
from factgeo.settings.meanings import fields_of
from factgeo.settings.model import Settings

WITH_FIGURES = ("need", "parameters")  # tables with settings that are a number or a table of its range and source


def load(
    *,
    start: Settings | None = None,
    presets: Iterable[str] = (),
    file: Path | None = None,
    assignments: Iterable[str] = (),
    tables: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Settings from the defaults, presets by name, a TOML file, ``KEY=VALUE`` texts and tables, the later ones winning.

    Args:
        start: Settings to begin with in place of the defaults.
        presets: Names from :func:`preset_names`.
        file: A settings file in TOML.
        assignments: Texts such as ``travel.minutes=45``; the value is TOML or plain text.
        tables: Nested tables by key, such as ``{"travel": {"minutes": 45}}``.

    Raises:
        SettingsError: Unknown preset, unreadable file, unknown key, value out of range, values that contradict, or a
            text with line breaks or invisible characters. One message names all of them.
    """
    faults = Faults()
    of_file: Mapping[str, Any] = {}
    values: Mapping[str, Any] = {} if start is None else start.model_dump()
    for name in presets:
        with faults.noted():
            values = _overlay(values, _read_preset(name))
    if file is not None:
        with faults.noted():
            of_file = _read(file)
    values = _overlay(values, of_file)
    for assignment in assignments:
        with faults.noted():
            values = _overlay(values, _parse_assignment(assignment))
    values = _overlay(values, tables)
    settings = _validated(values, names.unseen_places(of_file), file, faults)
    faults.refuse()
    return settings


def _validated(
    values: Mapping[str, Any], unseen_in_file: Mapping[str, str], file: Path | None, faults: Faults
) -> Settings:
    """Settings from values; if the values are wrong, ``faults`` gets one fault for each key.

    A text with line breaks or control characters is wrong as well.
    """
    settings, invalid = _model(values)
    unseen = names.unseen_places(values)

    def refusal(place: str) -> SettingsError:
        if place in unseen_in_file:
            return SettingsError("text_unseen", file=file, field=place, sign=unseen_in_file[place])
        if place in invalid:
            return _refusal(invalid[place])
        return SettingsError("setting_unseen", field=place, sign=unseen[place])

    faults.add_all(dict.fromkeys([*unseen_in_file, *invalid, *unseen]), refusal)
    _note_contradictions(settings, faults)
    return settings


def _model(values: Mapping[str, Any]) -> tuple[Settings, Mapping[str, ErrorDetails]]:
    """Settings from values, and errors by place; if there are errors, the settings are the defaults."""
    try:
        return Settings.model_validate(values), {}
    except ValidationError as error:
        found: dict[str, ErrorDetails] = {}
        for each in error.errors(include_url=False):
            place = names.made_visible(field_of(_without_branch(each["loc"])))
            found.setdefault(place, each)
        return Settings(), found


def _without_branch(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place of a value: pydantic reports a figure that is neither a number nor a table once for each of the two."""
    return place[:2] if place[0] in WITH_FIGURES else place


def _note_contradictions(settings: Settings, faults: Faults) -> None:
    """Note values that are possible alone but not together."""
    if settings.teams.contradict():
        faults.add(SettingsError("teams_contradict", least=settings.teams.at_least, most=settings.teams.at_most))
    upside_down = settings.stability.upside_down()
    if upside_down:
        faults.add(SettingsError("range_upside_down", keys=", ".join(f"stability.{name}" for name in upside_down)))
    if settings.potential.upside_down():
        faults.add(SettingsError("potential_levels", levels=", ".join(map(str, settings.potential.levels))))
    both = sorted(set(settings.bases.required) & set(settings.bases.forbidden))
    if both:
        faults.add(SettingsError("bases_contradict", names=", ".join(both)))


def configs_folder() -> Path:
    """The folder of the defaults and presets: inside the installed package, or next to it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def preset_names() -> list[str]:
    """Names that ``presets`` of :func:`load` takes."""
    return sorted(path.stem for path in configs_folder().glob("*.toml") if path.stem != "default")


def _read_preset(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise SettingsError("unknown_preset", name=name, known=", ".join(preset_names()))
    return _read(configs_folder() / f"{name}.toml")


def _read(path: Path) -> dict[str, Any]:
    try:
        return documents.read_toml(path)
    except UnreadableError as error:
        raise SettingsError("settings_file", file=path, reason=error.reason) from None


def _parse_assignment(assignment: str) -> dict[str, Any]:
    """``goal.name=everyone`` as a nested table; the value is TOML, or text where it is no TOML."""
    key, sign, value = assignment.partition("=")
    if not sign or not key.strip() or documents.HALVES.search(assignment):
        raise SettingsError("assignment", given=assignment)
    try:
        parsed = documents.toml(f"value = {value.strip()}")["value"]
    except UnreadableError:
        parsed = value.strip()
    parts = key.strip().split(".")
    if len(parts) > documents.DEEPEST:
        raise SettingsError("assignment", given=assignment)
    for part in reversed(parts):
        parsed = {part: parsed}
    return dict(parsed)


def _overlay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``base`` with the values of ``over`` on top, table by table."""
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _overlay(merged[key], value) if both_tables else value
    return merged


def _refusal(error: ErrorDetails) -> SettingsError:
    """What is wrong with a value, by its key."""
    path = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        known = ", ".join(".".join([*path[:-1], name]) for name in fields_of(path[:-1]))
        return SettingsError("unknown_setting", key=".".join(path), known=known)
    while path and path[-1] not in fields_of(path[:-1]):
        path.pop()  # the place in a list, or the branch of a union
    allowed = _allowed(fields_of(path[:-1])[path[-1]])
    return SettingsError("setting_out_of_range", key=".".join(path), given=repr(error["input"]), allowed=allowed)


def _allowed(field: FieldInfo) -> str | Phrase:
    """What a setting can be: its choices, or its kind with the limits."""
    annotation = field.annotation
    inner = get_args(annotation)[0] if get_origin(annotation) is tuple else annotation
    if get_origin(inner) is Literal:
        return ", ".join(map(str, get_args(inner)))
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    limits = [f"{sign} {getattr(m, name)}" for m in field.metadata for name, sign in signs.items() if hasattr(m, name)]
    kinds = {int: "whole", float: "number", bool: "switch"}
    kind = kinds.get(annotation, "table") if isinstance(annotation, type) else "table"
    if get_origin(annotation) is tuple:
        kind = "list"
    return Phrase(f"kind.{kind}", after=f" ({', '.join(limits)})" if limits else "")
