"""What is asked of a potential."""

from __future__ import annotations

from factgeo import settings as factgeo_settings
from factgeo.reach import potential

DEFAULT = factgeo_settings.load()
ASKED = potential.rules(DEFAULT)
