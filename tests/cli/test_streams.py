"""Standard output holds results alone, and a run fares well on any machine, whatever its streams and its locale are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from worlds.basics import REPO

from factgeo import __version__, cli
from factgeo.atlas import pack

FACTGEO = [sys.executable, "-m", "factgeo"]
# a library that prints on descriptor 1, in C's own buffer too, which only comes out at the end
LOUD = """
import ctypes, os, sys
from factgeo import cli
def loud():
    os.write(1, b"banner\\n")
    print("banner", file=sys.__stdout__)
    ctypes.CDLL(None).puts(b"late banner")
    return made()
made, cli.commands = cli.commands, loud
cli.main()
"""
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="descriptors of POSIX")


def run(words: list[str], *, before: str = "", **changes: str | None) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a shell after ``before`` ({} stands for it), with another environment."""
    environment = {k: v for k, v in {**os.environ, **changes}.items() if v is not None}
    shell = ["sh", "-c", before or '"$@"', "sh", *words]
    return subprocess.run(shell, cwd=REPO, env=environment, capture_output=True, check=False)


@POSIX
def test_standard_output_holds_results_alone_whatever_a_library_prints() -> None:
    ended = run([sys.executable, "-c", LOUD, "--version"])
    assert ended.stdout.decode() == f"factgeo {__version__}\n"
    assert ended.stderr.count(b"banner") == 3


def test_what_a_library_prints_in_python_while_a_command_works_is_no_result(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = pack.load

    def loud() -> pack.Atlas:
        sys.stdout.write("2.5\n")
        return load()

    monkeypatch.setattr(pack, "load", loud)
    with pytest.raises(SystemExit) as ended:
        cli.main(["teams", "--area", "Tromsø", "--json"])
    printed = capsys.readouterr()
    assert ended.value.code == 0
    assert json.loads(printed.out)
    assert printed.err == "2.5\n"


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device there")
def test_results_that_cannot_be_written_are_one_sentence() -> None:
    ended = run(FACTGEO, before='"$@" --help --lang en >/dev/full')
    assert (ended.returncode, ended.stderr.count(b"\n")) == (2, 1)
    assert b"No space left" in ended.stderr


@POSIX
@pytest.mark.parametrize(("streams", "code"), [("--help >&-", 0), ("--help 2>&-", 0), ("x 2>/dev/full", 2)])
def test_closed_and_full_streams_do_no_harm(streams: str, code: int) -> None:
    ended = run(FACTGEO, before=f'"$@" {streams}')
    assert (ended.returncode, b"Traceback" in ended.stderr) == (code, False)


@POSIX
def test_names_are_read_where_the_locale_knows_no_letters() -> None:
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = run([*FACTGEO, "teams", "--area", "Tromsø"], **bare)
    assert (found.returncode, found.stderr) == (0, b"")
    assert "Tromsø" in found.stdout.decode("utf-8")


def test_a_fault_for_want_of_a_temporary_folder_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", fail)
    monkeypatch.setattr("factgeo.atlas.pack.load", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main(["teams", "--lang", "en"])
    assert ended.value.code == 2
    assert "TMPDIR" in capsys.readouterr().err
