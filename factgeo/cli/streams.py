"""Standard output for results alone, in an encoding that its reader knows; what libraries print goes elsewhere."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from typing import TYPE_CHECKING, TextIO

from factgeo.errors import OutputError
from factgeo.files import folders

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

STDOUT, STDERR = 1, 2
_apart: ContextVar[TextIO | None] = ContextVar("results", default=None)
ASCII = ("ascii", "us-ascii", "ansi_x3.4-1968", "646")


class _Results(io.FileIO):
    """Standard output that says in one sentence why it cannot be written; a reader that has gone is none of that."""

    def write(self, content: Buffer, /) -> int:
        """As any file.

        Raises:
            OutputError: The disk behind it is full, or the like.
            BrokenPipeError: The reader has gone.
        """
        try:
            return super().write(content)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError("cannot_write_results", reason=folders.reason(error)) from None


@contextmanager
def apart() -> Iterator[None]:
    """While a command works, what others print in Python comes out at standard error; :func:`results` stays."""
    token = _apart.set(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _apart.reset(token)


def results() -> TextIO:
    """Where results go."""
    return _apart.get() or sys.stdout


def take() -> None:
    """Keep standard output for results, for as long as the process lives.

    Whatever a library writes to descriptor 1 below Python, even when the process ends, comes out at standard error
    (for what it prints in Python see :func:`apart`). A stream that was closed leads nowhere, so that no file that is
    opened later gets its number.
    """
    for number in (0, STDOUT, STDERR):
        _keep_taken(number)
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    if _number(sys.stdout) == STDOUT:
        sys.stdout.flush()
        kept = os.dup(STDOUT)
        os.dup2(STDERR, STDOUT)
        sys.stdout = _results(kept, sys.stdout)


def speak() -> None:
    """Norwegian letters come out right on terminals of every make; files and pipes get UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_encoding(stream), errors="replace")


def finish() -> None:
    """All results are written.

    Raises:
        OutputError: They cannot be.
        BrokenPipeError: The reader has gone.
    """
    if sys.stdout is not None:
        sys.stdout.flush()


def let_go() -> None:
    """What is left to write goes nowhere, so that Python does not try once more at exit; another's stream stays."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _Results):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, raw.fileno())
        os.close(nowhere)


def _results(number: int, like: TextIO) -> TextIO:
    """A text stream to a descriptor, in the encoding of another."""
    if sys.platform == "win32":  # a console there is no file
        return open(number, "w", encoding=like.encoding, errors="replace")
    raw = io.BufferedWriter(_Results(number, "w"))
    return io.TextIOWrapper(raw, encoding=like.encoding, errors="replace", line_buffering=like.isatty())


def _nowhere() -> TextIO:
    """What Python leaves out where a stream was closed before the program began."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open until the end


def _encoding(stream: TextIO) -> str:
    """A terminal's own, unless it knows no Norwegian letters; UTF-8 for all that is no terminal."""
    own = stream.encoding.lower()
    return stream.encoding if stream.isatty() and own not in ASCII else "utf-8"


def _number(stream: TextIO) -> int | None:
    """The descriptor behind a stream; None where a program that runs this one has put another thing there."""
    try:
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None


def _keep_taken(number: int) -> None:
    """Let a descriptor that is closed lead nowhere; those below it are taken, so that it is the next free one."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
