"""The command line, run in this process."""

from __future__ import annotations

import pytest

from factgeo import cli


class Run:
    """One run of the command line in this process: exit code, standard output, standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        """Run ``factgeo`` with these words."""
        with pytest.raises(SystemExit) as ended:
            cli.main([*words])
        self.code = ended.value.code
        self.out, self.err = capsys.readouterr()
