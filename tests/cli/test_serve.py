"""Starting and stopping the app."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from worlds.basics import REPO, refusal

from factgeo.cli import serve
from factgeo.errors import FactgeoError
from factgeo.files import scratch


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
def test_the_app_tells_its_address_answers_and_leaves_nothing_behind_when_stopped(tmp_path: Path) -> None:
    port = free_port()
    words = [sys.executable, "-m", "factgeo", "app", "--port", str(port), "--lang", "en"]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    (tmp_path / f"{scratch.PREFIX}{ended_process()}-left").mkdir()  # of an app that was killed
    with subprocess.Popen(words, cwd=REPO, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(80):
                if answers(port):
                    break
                time.sleep(0.25)
            assert answers(port)
            assert process.stderr is not None
            assert f"http://localhost:{port} " in process.stderr.readline()
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0
    assert not answers(port)
    assert list(tmp_path.glob(f"{scratch.PREFIX}*")) == []


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "http://localhost:8501"),
        ("0.0.0.0", "http://localhost:8501"),  # noqa: S104
        ("::", "http://localhost:8501"),
        ("::1", "http://[::1]:8501"),
        ("10.0.0.5", "http://10.0.0.5:8501"),
    ],
)
def test_the_address_to_open_is_one_of_this_machine(monkeypatch: pytest.MonkeyPatch, host: str, shown: str) -> None:
    monkeypatch.delenv("STREAMLIT_SERVER_BASE_URL_PATH", raising=False)
    assert serve.address(8501, host) == shown
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "/fact/geo/")
    assert serve.address(8501, host) == f"{shown}/fact/geo"


def test_the_names_of_the_app_are_this_machine_s_and_those_that_are_given() -> None:
    order = json.loads(serve.command(REPO / "app.py", port=8501, host="10.0.0.5", names=["plan.no"])[-1])
    assert order["names"] == ["localhost", "127.0.0.1", "::1", "plan.no", "10.0.0.5"]
    assert not order["any_address"]
    everywhere = json.loads(serve.command(REPO / "app.py", port=8501, host="0.0.0.0")[-1])  # noqa: S104
    assert everywhere["any_address"]
    assert socket.gethostname() in everywhere["names"]


@pytest.mark.parametrize("host", ["no such host", "192.0.2.1", "a..b", "*"])
def test_a_host_that_is_none_of_this_machine_is_refused_by_name(host: str) -> None:
    assert host in refusal(FactgeoError, lambda: serve.run(port=free_port(), host=host))


def ended_process() -> int:
    """The number of a process that has just ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can say there whether a process runs")
def test_what_ended_processes_left_is_swept_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = scratch.folder()
    ended = ended_process()
    names = {
        "left": f"{scratch.PREFIX}{ended}-left",
        "old": f"{scratch.PREFIX}abcdefgh",
        "new": f"{scratch.PREFIX}hgfedcba",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    os.utime(tmp_path / names["old"], (0, 0))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("", encoding="utf-8")
    link = tmp_path / f"{scratch.PREFIX}{ended}-link"
    link.symlink_to(tmp_path / "elsewhere")
    scratch.sweep()
    assert set(tmp_path.iterdir()) == {mine, tmp_path / names["new"], tmp_path / "elsewhere", link}
    assert (tmp_path / "elsewhere" / "precious").exists()
    shutil.rmtree(mine)
