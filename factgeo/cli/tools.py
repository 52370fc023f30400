"""``factgeo app`` and ``factgeo doctor``."""

from __future__ import annotations

import click

from factgeo.cli.options import EXIT_USAGE, command, lang, option, say, show
from factgeo.language import text


def app_command() -> click.Command:
    """Starting the app, with its options."""
    port = option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
    host = option("--host", default="localhost", show_default=True)
    names = click.Option(["--name", "names"], multiple=True, metavar="NAME", help=text("cli.option.name"))
    return command("app", _app, [port, host, names, lang()])


def _app(*, port: int, host: str, names: tuple[str, ...]) -> int:
    """Start the app and stay until it is stopped."""
    from factgeo.cli import serve  # noqa: PLC0415 - help must answer at once

    return serve.run(port=port, host=host, names=names, tell=say)


def doctor_command() -> click.Command:
    """Looking whether all is there."""
    return command("doctor", _doctor, [lang()])


def _doctor() -> int:
    """Say whether everything that factgeo needs is there."""
    from factgeo.cli import doctor  # noqa: PLC0415 - help must answer at once

    findings = doctor.examine()
    for finding in findings:
        show(finding.line())
    return 0 if all(finding.well for finding in findings) else EXIT_USAGE
