"""Starting the app on this machine, so that nothing leaves it."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
from pathlib import Path

from factgeo.errors import FactgeoError

# Streamlit's own requests to the outside (usage statistics, address look-up) are off.
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": "true",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": "10",  # MB; the pages take less, and say so
    "server.showEmailPrompt": "false",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
}


def run(*, port: int, host: str) -> int:
    """Serve the app until it is stopped; returns the server's exit code.

    Raises:
        FactgeoError: Streamlit is not installed, or the port is taken.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise FactgeoError("needs_app")
    if _taken(port, host):
        raise FactgeoError("port_in_use", port=port)
    options = {**OPTIONS, "server.port": str(port), "server.address": host}
    flags = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([sys.executable, "-m", "streamlit", "run", str(_script()), *flags])  # noqa: S603
    signal.signal(signal.SIGTERM, _stop)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()  # no server is left behind, however this process ends
        process.wait()


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _script() -> Path:
    """The entry script: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "app.py"
    return inside if inside.is_file() else package.parent / "app.py"


def _taken(port: int, host: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
