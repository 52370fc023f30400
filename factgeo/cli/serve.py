"""Starting the app on this machine, so that nothing leaves it."""

from __future__ import annotations

import errno
import importlib.util
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from factgeo import language
from factgeo.cli.options import say
from factgeo.errors import FactgeoError
from factgeo.files import scratch
from factgeo.language import text
from factgeo.progress import Tell

# Streamlit's own requests to the outside (usage statistics, address look-up) are off.
OPTIONS: Mapping[str, bool | int | str] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 10,  # MB; the pages take less, and say so
    "server.showEmailPrompt": False,
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
}
HERE = ("localhost", "127.0.0.1", "::1")
PATIENCE_S = 10  # for a server that was asked to stop


def run(*, port: int, host: str, names: Sequence[str] = (), tell: Tell = say) -> int:
    """Serve the app until it is stopped; returns the server's exit code.

    Args:
        port: Where to listen.
        host: An address or name of this machine to listen on; 0.0.0.0 or ``::``: on all of them.
        names: Further names under which the app is reached, as behind a proxy.
        tell: Called with the address of the app as soon as it answers.

    Raises:
        FactgeoError: Streamlit is not installed, the port is taken, or the host is none of this machine.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise FactgeoError("needs_app")
    _refuse_unusable(port, host)
    scratch.sweep()
    _heed_signals()
    process = subprocess.Popen(command(_script(), port=port, host=host, names=names))  # noqa: S603
    try:
        if _wait_for(process, port, host):
            tell(text("app.address", address=address(port, host)))
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(process)  # no server is left behind, however this process ends
        scratch.sweep(process.pid)


def command(script: Path, *, port: int, host: str, names: Sequence[str] = ()) -> list[str]:
    """What starts a server of a Streamlit script behind the door (:mod:`factgeo.ui.door`)."""
    everywhere = _is_everywhere(host)
    order = {
        "script": str(script.resolve()),
        "names": [*HERE, *names, *(_own_names() if everywhere else [host])],
        "any_address": everywhere,
        "lang": language.in_use(),
        "options": {**OPTIONS, "server.port": port, "server.address": host}
        | ({"browser.serverAddress": names[0]} if names else {}),
    }
    return [sys.executable, "-P", "-c", "from factgeo.ui import door; door.run()", json.dumps(order)]


def address(port: int, host: str) -> str:
    """Where to open the app on this machine."""
    name = "localhost" if _is_everywhere(host) else f"[{host}]" if ":" in host else host
    below = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    return f"http://{name}:{port}/{below}".rstrip("/")


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _own_names() -> list[str]:
    """What other machines call this one."""
    name = socket.gethostname()
    return [name, name.partition(".")[0]]


def _heed_signals() -> None:
    """Whoever ends this process, or closes its window, lets it end in order; what is ignored stays so."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()  # a computation does not look up
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, host: str) -> bool:
    """Wait until the server answers; False if it ended before."""
    while process.poll() is None:
        if _answers(port, host):
            return True
        time.sleep(0.1)
    return False


def _script() -> Path:
    """The entry script: inside the installed package, or next to it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "app.py"
    return inside if inside.is_file() else package.parent / "app.py"


def _refuse_unusable(port: int, host: str) -> None:
    """A port that is taken, or a host that one cannot listen on, is a FactgeoError."""
    if _answers(port, host):
        raise FactgeoError("port_in_use", port=port)
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:  # as the server does
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise FactgeoError("port_in_use", port=port) from None
        reason = error.strerror if isinstance(error, OSError) else None
        raise FactgeoError("host_unusable", host=host, port=port, reason=reason or error) from None


def _answers(port: int, host: str) -> bool:
    try:
        socket.create_connection(("localhost" if _is_everywhere(host) else host, port), timeout=1).close()
    except (OSError, UnicodeError):
        return False
    return True
