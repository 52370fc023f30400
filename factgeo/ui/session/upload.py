"""Files that planners bring: checked by the library, limited in size, and never kept beyond what was read."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from typing import TypeVar

import streamlit as st

from factgeo import settings
from factgeo.atlas.pack import Atlas
from factgeo.errors import FactgeoError, SettingsError, SourceError
from factgeo.language import names, text
from factgeo.planning import edits, planfile
from factgeo.planning.plan import NO_EDITS, Plan
from factgeo.settings import Settings
from factgeo.travel import bases
from factgeo.ui import prose

T = TypeVar("T")
MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000
NOT_A_ZIP = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error, LZMAError,
)  # fmt: skip
LONGEST_NAME = 60  # letters of a file's name
PLAN_MEMBER = "plan.json"


def plan(atlas: Atlas) -> Plan | None:
    """Ask for a plan: the zip that the app gives, its plan.json, or a table unit_code,team_id."""
    return ask("plan", ("zip", "json", "csv"), lambda path: planfile.read(path, atlas))


def rules(atlas: Atlas, chosen: Settings) -> Settings:
    """Ask for own places, demands and settings; the rules with what was given."""
    with st.expander(text("app.upload.own")):
        chosen = _brought_before(chosen)
        sites = ask("sites", ("csv", "gpkg"), bases.read_sites)
        demands = ask("edits", ("csv", "toml"), lambda path: edits.read(path, atlas))
        own = ask("settings", ("toml",), lambda path: _settings(path, chosen))
    found = own or chosen
    if sites is not None:
        found = settings.load(start=found, tables={"bases": {"sites": [site.model_dump() for site in sites]}})
    return settings.load(start=found, tables=demands) if demands is not None else found


def _settings(path: Path, chosen: Settings) -> Settings:
    """Rules with those of a file on top.

    Raises:
        SettingsError: As :func:`factgeo.settings.load`; or it names other machines to compute on, which no file may.
    """
    found = settings.load(start=chosen.here(), file=path)
    if found.scheduler:
        raise SettingsError("scheduler_uploaded", file=path, given=found.scheduler)
    return found


def _brought_before(rules: Settings) -> Settings:
    """The rules without places and demands that were uploaded before, if the uploads are gone."""
    fields = ("sites", "required", "forbidden", "preferred")
    count = sum(len(getattr(rules.bases, name)) for name in fields) + sum(len(each) for _, each in rules.edits)
    if not count or st.checkbox(text("app.upload.keep", count=count), value=True, help=text("app.upload_help.keep")):
        return rules
    nothing = {"bases": dict.fromkeys(fields, ()), "edits": NO_EDITS.model_dump()}
    return settings.load(start=rules, tables=nothing)


def ask(kind: str, endings: tuple[str, ...], read: Callable[[Path], T]) -> T | None:
    """A field for a file of some kind; what was read of it, or None without one or where it was refused.

    What is wrong is told below the field. Texts: ``app.upload.<kind>`` and ``app.upload_help.<kind>``.
    """
    given = st.file_uploader(
        text(f"app.upload.{kind}"), list(endings), help=text(f"app.upload_help.{kind}"), key=f"upload-{kind}"
    )
    if given is None:
        return None
    try:
        return _read(given.name, given.getvalue(), read)
    except FactgeoError as error:
        st.error(prose.as_typed(str(error)))
        return None


def _read(name: str, content: bytes, read: Callable[[Path], T]) -> T:
    """Put a file where the library can read it, under its own name so that messages name it, and read it.

    Raises:
        FactgeoError: It is too large, its name is none, or the library refuses it; the message names no path.
    """
    if sign := names.unseen(name):
        raise SourceError("file_unseen", file=names.made_visible(name), sign=sign)
    if len(content) > MOST_BYTES:
        raise SourceError("upload_too_large", file=name, most=MOST_BYTES // 1_000_000)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        path = folder / f"{Path(name).stem[:LONGEST_NAME]}{Path(name).suffix}"
        path.write_bytes(_plan_of_zip(name, content) if path.suffix.lower() == ".zip" else content)
        try:
            return read(path.rename(path.with_suffix(".json")) if path.suffix.lower() == ".zip" else path)
        except FactgeoError as error:
            raise error.without(folder) from None
        except RecursionError:
            raise SourceError("upload_too_deep", file=name) from None


def _plan_of_zip(name: str, content: bytes) -> bytes:
    """The plan.json of a zip file, wherever it lies in it; nothing else is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if Path(each.filename).name == PLAN_MEMBER]
            if len(members) != 1 or members[0].file_size > MOST_UNPACKED:
                raise SourceError("upload_zip", file=name)
            return archive.read(members[0])
    except NOT_A_ZIP:
        raise SourceError("upload_zip", file=name) from None
