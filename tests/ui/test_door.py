"""The door lets in requests in our own names, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from factgeo.cli import serve
from factgeo.maps import live as live_map
from factgeo.ui import door

OURS = (*serve.HERE, "Plan.Helse.no")


def answer(kind: str = "http", *, everywhere: bool = False, **headers: str) -> MutableMapping[str, Any]:
    """The first message that a request gets."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await PlainTextResponse("ours")(scope, receive, send)

    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "method": "GET", "path": "/", "headers": given}
    called = door.Door(inside, names=OURS, any_address=everywhere)(scope, receive, send)
    with ThreadPoolExecutor(1) as thread:  # where a browser is driven, this thread has a loop already
        thread.submit(asyncio.run, called).result()
    return sent[0]


def lets_in(**how: Any) -> bool:
    http, socket = answer("http", **how), answer("websocket", **how)
    assert (http["status"] == 200) == (socket["type"] == "websocket.accept")
    return bool(http["status"] == 200)


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "LOCALHOST", "127.0.0.1:8501", "[::1]:8501", "plan.helse.no", "plan.helse.no.:443"],
)
def test_our_own_names_are_heard_with_any_port(host: str) -> None:
    assert lets_in(host=host)
    assert lets_in(host=host, origin=f"http://{host}")
    assert lets_in(host="localhost:8501", origin=f"https://{host}")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "localhost.evil.example", "localhost@evil.example", "evil.example@localhost",
     "10.0.0.5:8501", "[fe80::1]", "", "[", "localhost:evil", "null", "xn--lcalhost-54a", "\xe6vil"],
)  # fmt: skip
def test_no_other_name_is_heard(host: str) -> None:
    if host != "localhost:evil":  # the port alone is no name
        assert not lets_in(host=host)
        assert not lets_in(host=host, origin=f"http://{host}")
    assert not lets_in(host="localhost:8501", origin=host)


def test_where_the_app_listens_everywhere_numeric_addresses_are_ours_and_names_are_not() -> None:
    assert lets_in(everywhere=True, host="10.0.0.5:8501", origin="http://10.0.0.5:8501")
    assert lets_in(everywhere=True, host="[fd00::5]:8501")
    assert not lets_in(everywhere=True, host="evil.example", origin="http://evil.example")
    assert not lets_in(everywhere=True, host="10.0.0.5.evil.example")


def test_browsers_are_told_to_keep_to_this_machine() -> None:
    for message in (answer(host="localhost"), answer(host="evil.example")):
        headers = {name.decode(): value.decode() for name, value in message["headers"]}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert live_map.TILES.startswith(f"{door.TILES}/")
