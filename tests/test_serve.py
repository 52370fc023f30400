"""Starting and stopping the app."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import REPO, refusal

from factgeo import serve
from factgeo.errors import FactgeoError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1) as reply:
            return bool(reply.read() == b"ok")
    except OSError:
        return False


def test_a_taken_port_is_refused_with_the_way_forward() -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = int(taken.getsockname()[1])
        assert "--port" in refusal(FactgeoError, lambda: serve.run(port=port, host="localhost"))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM there")
def test_the_app_answers_and_leaves_no_server_behind_when_stopped() -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "factgeo", "app", "--port", str(port)], cwd=REPO)
    try:
        for _ in range(80):
            if answers(port):
                break
            time.sleep(0.25)
        assert answers(port)
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert not answers(port)
