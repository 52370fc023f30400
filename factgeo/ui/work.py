"""The library's results, kept between the reruns of a page and shared by all sessions."""

from __future__ import annotations

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import streamlit as st

from factgeo import areas, export, pack, pipeline, settings
from factgeo.areas import Area
from factgeo.language import text
from factgeo.pack import Atlas
from factgeo.pipeline import Result
from factgeo.settings import Settings

KEPT = 4  # results; one of all Norway takes some 100 MB

Request = tuple[Area, str, str]  # the area, and the digests of settings and pack


def atlas() -> Atlas:
    """The pack in use, read once."""
    return _atlas(str(pack.find()))


def plan(area_name: str) -> Result:
    """The best plan of an area under the default settings; progress is shown while it is computed."""
    data, rules = atlas(), settings.load()
    area = areas.resolve(area_name, data)
    request = (area, rules.digest(), data.digest)
    done = _results()
    if request not in done:
        done[request] = _computed(data, area, rules)
        for old in list(done)[:-KEPT]:
            done.pop(old, None)
    return done[request]


def files(result: Result) -> bytes:
    """The folder that ``factgeo plan --out`` writes, as one zip file."""
    packed = BytesIO()
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(work) / areas.slug(result.plan.area)
        export.write_plan(result, atlas(), folder, overwrite=False)
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{folder.name}/{path.name}")
    return packed.getvalue()


def _computed(data: Atlas, area: Area, rules: Settings) -> Result:
    place = st.empty()
    with place.status(text("app.working")) as status:
        result = pipeline.run(data, area, rules, lambda words: status.update(label=words))
    place.empty()
    return result


@st.cache_resource(show_spinner=False)
def _atlas(folder: str) -> Atlas:
    return pack.load(Path(folder))


@st.cache_resource(show_spinner=False)
def _results() -> dict[Request, Result]:
    """Not a cached function of its own, for those cannot show progress."""
    return {}
