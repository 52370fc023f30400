"""The command line, and one run of a stability study, in this process."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from factgeo import cli
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.explore import stability
from factgeo.explore.stability import Outcome
from factgeo.settings import Settings


class Run:
    """One run of the command line in this process: exit code, standard output, standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        """Run ``factgeo`` with these words."""
        with pytest.raises(SystemExit) as ended:
            cli.main([*words])
        self.code = ended.value.code
        self.out, self.err = capsys.readouterr()


def outcome(atlas: Atlas, area: Area, settings: Settings, values: Mapping[str, float]) -> Outcome | None:
    """One run of a stability study; None if no plan keeps the rules, or none was found in time.

    ``values`` are the changed values, by the names of the ranges in ``settings.stability``.
    """
    return stability._outcome(stability._world(atlas, area, settings), values)
