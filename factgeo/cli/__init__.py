"""The command line: each command translates its words into one call and shows what comes back."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from factgeo import __version__, language, machine
from factgeo.cli import streams
from factgeo.cli.commands import commands
from factgeo.cli.options import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_USAGE, say
from factgeo.errors import FactgeoError
from factgeo.language import text


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``factgeo`` and leave with the exit code that the contract promises.

    ``arguments``: for a program that calls this one; without, this is the program, and standard output is its own.
    """
    if arguments is None:
        streams.take()
    given = [machine.as_typed(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    streams.speak()
    machine.settle()
    language.use(_wanted_language(given))
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    try:
        result = commands().main(arguments, prog_name="factgeo", standalone_mode=False)
        streams.finish()
    except FactgeoError as error:
        streams.let_go()  # what could not be written is not tried again
        say(error.message())
        return error.exit_code
    except click.ClickException as error:
        say(text("cli.usage", problem=error.format_message()))
        return EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        say(text("cli.interrupted"))
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader has gone
        streams.let_go()
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        return _unforeseen(error, arguments)
    return result if isinstance(result, int) else 0


def _unforeseen(error: Exception, arguments: list[str]) -> int:
    """Say what the machine lacks, if that can be why; else the fault is the program's own."""
    missing = machine.missing() if isinstance(error, OSError) else None
    say(text(f"error.{missing}") if missing else _failure(arguments))
    return EXIT_USAGE if missing else EXIT_FAILURE


def _wanted_language(arguments: list[str]) -> str:
    """The value of ``--lang``, wherever it stands, because even help and errors are said in it."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        chosen = following if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if chosen in language.LANGUAGES:
            return chosen
    return language.from_environment()


def _failure(arguments: list[str]) -> str:
    """The message for a fault in the program; the details are in a file if one can be written."""
    details = f"factgeo {__version__} {arguments}\n{traceback.format_exc()}"
    log = _write_log(details)
    return text("cli.failure", log=log) if log else text("cli.failure_untold", details=type(sys.exc_info()[1]).__name__)


def _write_log(details: str) -> Path | None:
    """A file with the details that its owner alone can read: in the user's own folder, else a new temporary one.

    It takes the place of what has its name, a link too, and is never written through one.
    """
    content = details.encode("utf-8", errors="replace")
    for find in (_own_folder, lambda: None):
        with suppress(OSError):
            return _new_file(find(), content)
    return None


def _own_folder() -> Path:
    own = Path(click.get_app_dir("factgeo"))
    if not own.is_absolute():
        raise FileNotFoundError(own)  # a user without a home
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return own


def _new_file(folder: Path | None, content: bytes) -> Path:
    """A file under a new name, so that it follows no link; ``folder`` None: among temporary files."""
    handle, name = tempfile.mkstemp(prefix="factgeo-error-", suffix=".log", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name) if folder is None else _under_its_name(Path(name))


def _under_its_name(new: Path) -> Path:
    """The log of the fault before goes, so that there is one; where it cannot, the new one keeps its own name."""
    with suppress(OSError):
        return new.replace(new.with_name("factgeo-error.log"))
    return new
