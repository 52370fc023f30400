"""The door of the app: which requests are let in, and the limits that browsers are given.

A page of the internet can give its own name the address of this machine (DNS rebinding). Its visitor's browser would
then ask this app in that name, and let the page read the answers; so only requests in a name that is ours are heard.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from factgeo import language
from factgeo.language import text

TILES = "https://cache.kartverket.no"  # the background map, where a planner switches it on
# Streamlit and the maps run scripts that stand in the page; but nothing comes from, or goes to, any other machine.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
    f"img-src 'self' data: blob: {TILES}",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(POLICY),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
LONGEST_NAME = 100  # letters of a name that are repeated
POLICY_VIOLATION = 1008  # RFC 6455


class Door:
    """Hears requests whose Host, and Origin where there is one, are names of ours; others get 403.

    Args:
        app: What lies behind the door.
        names: Names and addresses under which the app is reached, without ports.
        any_address: Are all numeric addresses ours too? No page of another's name can have one.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], any_address: bool) -> None:
        self._app = app
        self._names = {_plain(name) for name in names} - {""}
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI hands it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        strange = self._stranger(Headers(scope=scope))
        if strange is None:
            await self._app(scope, receive, partial(_send, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})  # before it is accepted: 403
        else:
            words = text("app.door.unknown", name=strange[:LONGEST_NAME])
            await PlainTextResponse(f"{words}\n", 403)(scope, receive, partial(_send, send))

    def _stranger(self, headers: Headers) -> str | None:
        """The first name in a request that is none of ours."""
        named = [f"//{host}" for host in headers.getlist("host") or [""]] + headers.getlist("origin")
        return next((_name(each) or each for each in named if not self._is_ours(_name(each))), None)

    def _is_ours(self, name: str) -> bool:
        return name in self._names or (self._any_address and _is_number(name))


def _name(address: str) -> str:
    """The name in ``//name:port`` or ``http://name:port``; empty where there is none, or one that hides another."""
    try:
        seen = urlsplit(address)
        return "" if "@" in seen.netloc else _plain(seen.hostname or "")
    except ValueError:
        return ""


def _plain(name: str) -> str:
    """A name as it is compared."""
    return name.strip().strip("[]").rstrip(".").lower()


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _send(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers[name] = value
    await send(message)


def run() -> None:
    """Serve the app as :func:`factgeo.cli.serve.command` orders, until this process is stopped."""
    order = json.loads(sys.argv[1])
    language.use(order["lang"])
    door = Middleware(Door, names=order["names"], any_address=order["any_address"])
    st.App(order["script"], middleware=[door]).run(config=order["options"])
