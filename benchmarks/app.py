"""How fast the app answers in a browser, what a session takes, and how it holds with twenty planners at once.

    python benchmarks/app.py [--rounds N] [--only first,clicks,pages,memory,load] [--json FILE]

Each group of cases starts an app of its own, as ``factgeo app`` does, with drafts in a temporary folder, and drives it
with Chromium at 1366x768. ``seconds`` is the median, ``p95`` and ``most`` follow; ``load`` is how busy the machine was
just before, which the figures must be read with.

``first_cold``: from starting the program to the whole area page, each time a new process. ``first_warm``: a new browser
on a running app. ``click_*``: from the click of the mouse to new totals (``map_*``: by a click on the map;
``*_colours``: to new colours on the map; ``*_done``: until all of the page is drawn). ``page_*``: from the click on a
page's name until it is whole, with the draft of Helse Førde; ``visit_*`` is the first time, with what is computed then.

``memory_*``: how much the server grows with each further session that opens a draft and clicks ten times. ``load``:
twenty sessions, each with the largest trust that nobody else has, click once every five seconds for a minute.
In ``memory`` and ``load`` a session is a small program that speaks Streamlit's own protocol and draws nothing: twenty
browsers would take the cores that are being measured. What a browser adds is in ``click_*``.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Frame, Page, ViewportSize, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from factgeo.atlas import areas, pack
from factgeo.language import text

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WINDOW = ViewportSize(width=1366, height=768)
PATIENCE_MS = 600_000
COLD_ROUNDS, CLICKS, SESSIONS = 3, 10, 5
USERS, EVERY_S, LOAD_S = 20, 5.0, 60.0
TRUST = "Helse Førde HF"
PAGES = ("omrade", "forslag", "dekning", "behov", "sammenlign", "data")
TARGETS = {
    "first_cold": 6.0, "first_warm": 3.0, "click_forde": 0.7, "map_forde": 0.7, "click_norway": 1.5, "map_norway": 1.5,
    "page_all": 1.0, "memory_forde": 150.0, "memory_norway": 150.0, "load": 3.0,
}  # fmt: skip

# Told before a click; keeps the milliseconds until the totals, the map's colours and the whole page are new.
WATCH = """({ wholePage, title }) => {
  const map = () => [...document.querySelectorAll("iframe")].find((each) => each.src.includes("st_folium"));
  const all = (root, what) => [...root.querySelectorAll(what)];
  const told = "[data-testid=stMetric], [data-testid=stMarkdown]";
  const totals = () => all(document, told).map((each) => each.textContent).join();
  const paths = () => (map() ? all(map().contentDocument, ".leaflet-overlay-pane path") : []);
  const colours = () => paths().map((path) => path.getAttribute("fill")).join();
  const state = () => document.querySelector("[data-testid=stApp]").dataset.testScriptState;
  const stale = () => document.querySelector("[data-stale=true]");
  const busy = () => totals().includes("progress_activity") || document.querySelector("[data-testid=stSkeleton]");
  const head = () => document.querySelector("h1")?.textContent ?? "";
  const before = wholePage ? null : { totals: totals(), colours: colours() };
  window.seen = new Promise((tell) => {
    const once = new AbortController();
    const begin = () => {
      once.abort();
      const [began, found] = [performance.now(), {}];
      const turn = () => {
        const now = performance.now() - began;
        if (before && !found.totals && totals() !== before.totals) found.totals = now;
        if (before && !found.colours && colours() !== before.colours) found.colours = now;
        const there = wholePage ? head().startsWith(title) && !busy() : found.totals && found.colours;
        if (there && state() === "notRunning" && !stale()) tell({ ...found, done: now });
        else if (now > 120000) tell({ ...found, state: state() });
        else requestAnimationFrame(turn);
      };
      requestAnimationFrame(turn);
    };
    const from = [document, ...(map() ? [map().contentDocument] : [])];
    for (const each of from) each.addEventListener("click", begin, { capture: true, signal: once.signal });
  });
}"""
PLACE = """(name) => {
  const unit = Object.values(map._layers).find((each) => each.feature?.properties?.at
    && each.feature.properties.name === name);
  const [lon, lat] = unit.feature.properties.at;
  const { x, y } = map.latLngToContainerPoint([lat, lon]);
  return [x, y];
}"""


@dataclass(frozen=True)
class Row:
    """A case with what was measured of it.

    Attributes:
        case: Its name.
        values: Seconds, or megabytes where ``unit`` says so.
        load: Processes that wanted a core, over the minute before.
        note: What else is to be known.
    """

    case: str
    values: tuple[float, ...]
    load: float
    unit: str = "s"
    note: str = ""

    def content(self) -> dict[str, object]:
        """The row as an object for JSON."""
        name = "seconds" if self.unit == "s" else "megabytes"
        return {
            "case": self.case,
            name: round(statistics.median(self.values), 3),
            "p95": round(percentile(self.values, 95), 3),
            "most": round(max(self.values), 3),
            "target": TARGETS.get(self.case),
            "rounds": len(self.values),
            "load": round(self.load, 2),
            "note": self.note,
        }


def percentile(values: tuple[float, ...], percent: float) -> float:
    """The smallest value that so many per cent of them do not exceed."""
    return sorted(values)[max(0, -(-len(values) * int(percent) // 100) - 1)]


@dataclass(frozen=True)
class App:
    """A running app."""

    address: str
    process: subprocess.Popen[bytes]

    def parts(self) -> list[psutil.Process]:
        """The process and those that it has started."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def megabytes(self) -> float:
        """Memory in use."""
        return float(sum(each.memory_info().rss for each in self.parts()) / 2**20)

    def seconds(self) -> float:
        """Processor time so far."""
        return float(sum(sum(each.cpu_times()[:2]) for each in self.parts()))


@contextmanager
def started() -> Iterator[App]:
    """An app that has just been started; it may not answer yet."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as drafts:
        command = [sys.executable, "-m", "factgeo", "app", "--port", str(port)]
        process = subprocess.Popen(
            command, env={**os.environ, "FACTGEO_DRAFTS": drafts}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield App(f"localhost:{port}", process)
        finally:
            process.terminate()
            process.wait()


def answering(app: App) -> App:
    """The app as soon as somebody can connect to it."""
    host, port = app.address.split(":")
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return app
        time.sleep(0.02)


# in a browser


def opened(browser: Browser, app: App) -> Page:
    """A new visitor on the area page, when it is whole."""
    page = browser.new_context(viewport=WINDOW, locale="nb-NO").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://{app.address}")
    page.get_by_role("button", name=text("app.plan.propose")).wait_for()
    return page


def first(browser: Browser, rounds: int) -> Iterator[Row]:
    """The first page of a program just started, and of one that runs."""
    load, cold, warm = os.getloadavg()[0], [], []
    for _ in range(COLD_ROUNDS):
        begun = time.perf_counter()
        with started() as app:
            opened(browser, answering(app)).context.close()
            cold.append(time.perf_counter() - begun)
    yield Row("first_cold", tuple(cold), load)
    with started() as app:
        opened(browser, answering(app)).context.close()
        load = os.getloadavg()[0]
        for _ in range(rounds):
            begun = time.perf_counter()
            page = opened(browser, app)
            warm.append(time.perf_counter() - begun)
            page.context.close()
    yield Row("first_warm", tuple(warm), load)


def drafted(browser: Browser, app: App, trust: str | None) -> Page:
    """A visitor with the draft of a trust, or of Norway, on the screen."""
    page = opened(browser, app)
    if trust is None:
        pick(page, text("app.area.kind"), text("app.kind.norge"))
    else:
        pick(page, text("app.kind.hf"), trust)
    name = trust or areas.NORWAY
    page.get_by_role("heading", name=name, exact=True).wait_for()
    page.get_by_role("button", name=text("app.plan.propose")).click()
    settled(page)
    map_of(page).locator("path.leaflet-interactive").first.wait_for()
    return page


def pick(page: Page, label: str, option: str) -> None:
    """Choose in a list."""
    page.get_by_role("combobox", name=label).first.click()
    page.get_by_role("option", name=option).first.click()


def settled(page: Page) -> None:
    """Wait for the draft page to be whole."""
    page.get_by_test_id("stDownloadButton").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def map_of(page: Page) -> Frame:
    """The frame of the map."""
    page.locator("iframe[src*=st_folium]").wait_for()
    return next(frame for frame in page.frames if "st_folium" in frame.url)


Seen = dict[str, float]


def seen(page: Page, click: Callable[[], None], title: str = "") -> Seen:
    """Seconds from a click until each part of the page is new; with a title, until the page of that title is whole."""
    page.evaluate(WATCH, {"wholePage": bool(title), "title": title})
    click()
    found: dict[str, Any] = page.evaluate("window.seen")
    if "state" in found:
        raise TimeoutError(f"the page shows nothing new: {found}")
    return {name: value / 1000 for name, value in found.items()}


def clicks(browser: Browser, rounds: int) -> Iterator[Row]:
    """Moving a unit to and fro with the button, and by clicks on the map that are undone."""
    with started() as app:
        answering(app)
        for name, trust in (("forde", TRUST), ("norway", None)):
            page = drafted(browser, app, trust)
            move = partial(press, page, "app.panel.move")
            yield from _timed(f"click_{name}", partial(seen, page, move), rounds)
            unit = page.get_by_role("combobox", name=text("app.panel.unit")).first.input_value()
            team = page.get_by_role("combobox", name=text("app.panel.to")).first.input_value().split()[0]
            pick(page, text("app.map.click"), f"{text('app.map.move_to', team=team)} ")
            settled(page)
            yield from _timed(f"map_{name}", partial(_on_map, page, unit), rounds)
            page.context.close()


def _timed(case: str, once: Callable[[], Seen], rounds: int) -> Iterator[Row]:
    load = os.getloadavg()[0]
    once()  # what is computed once for all clicks
    found = [once() for _ in range(rounds)]
    for part, name in (("totals", case), ("colours", f"{case}_colours"), ("done", f"{case}_done")):
        yield Row(name, tuple(each[part] for each in found), load)


def press(page: Page, key: str) -> None:
    """Press a button of the page."""
    page.get_by_role("button", name=text(key), exact=True).first.click()


def _on_map(page: Page, unit: str) -> Seen:
    """Click a unit on the map, and undo what it did."""
    frame = page.locator("iframe[src*=st_folium]")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box() or {"x": 0, "y": 0}
    x, y = map_of(page).evaluate(PLACE, unit)
    found = seen(page, lambda: page.mouse.click(box["x"] + x, box["y"] + y))
    seen(page, page.get_by_role("button", name=text("app.draft.undo")).first.click)
    return found


def pages(browser: Browser, rounds: int) -> Iterator[Row]:
    """From page to page, first with what each computes, then again and again."""
    with started() as app:
        page = drafted(browser, answering(app), TRUST)
        again: dict[str, list[float]] = {name: [] for name in PAGES}
        load = os.getloadavg()[0]
        for name in PAGES:
            yield Row(f"visit_{name}", (_visit(page, name),), load)
        load = os.getloadavg()[0]
        for _ in range(-(-rounds // len(PAGES))):
            for name in PAGES:
                again[name].append(_visit(page, name))
        for name in PAGES:
            yield Row(f"page_{name}", tuple(again[name]), load)
        yield Row("page_all", tuple(value for values in again.values() for value in values), load)


def _visit(page: Page, name: str) -> float:
    title = text(f"app.page.{name}")
    link = page.get_by_test_id("stTopNavLink").filter(has_text=title).first
    return seen(page, link.click, title)["done"]


# without a browser


@dataclass
class Session:
    """A visitor that draws nothing: it speaks Streamlit's protocol, and knows the page's buttons and lists by label."""

    address: str
    page: str = ""
    query: str = ""
    bytes: int = 0
    widgets: dict[str, tuple[str, str]] = field(default_factory=dict)  # id and fragment of each, by its label
    chosen: dict[str, dict[str, Any]] = field(default_factory=dict)  # what was chosen in lists, told at each run
    again: dict[str, float] = field(default_factory=dict)  # fragments that ask to be run so often, in seconds
    end: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Visit the first page."""
        stream = connect(f"ws://{self.address}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None)
        self.socket = self.end.enter_context(stream)
        self._run()

    def press(self, label: str) -> None:
        """Press a button; returns when the page is whole."""
        name, fragment = self.widgets[label]
        self._run(fragment, {"id": name, "trigger_value": True})

    def choose(self, label: str, value: str) -> None:
        """Choose in a list; returns when the page is whole."""
        name, fragment = self.widgets[label]
        self.chosen[name] = {"id": name, "string_value": value}
        self._run(fragment)

    def until(self, label: str) -> None:
        """Wait for a button or a list of this label."""
        while label not in self.widgets:
            if not self.again:
                raise TimeoutError(f"the page has no {label} and computes nothing")
            fragment, every = next(iter(self.again.items()))
            time.sleep(every)
            self._run(fragment, automatic=True)

    def close(self) -> None:
        """Leave."""
        self.end.close()

    def _run(self, fragment: str = "", widget: dict[str, Any] | None = None, *, automatic: bool = False) -> None:
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self.query, self.page, fragment
        state.is_auto_rerun = automatic
        state.context_info.locale = "nb-NO"
        state.widget_states.SetInParent()
        for each in (*self.chosen.values(), *([widget] if widget else [])):
            state.widget_states.widgets.add(**each)
        self.socket.send(asked.SerializeToString())
        ended = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
        while True:
            content = self.socket.recv()
            self.bytes += len(content)
            message = ForwardMsg.FromString(content)
            self._take(message)
            if message.WhichOneof("type") == "script_finished" and message.script_finished in ended:
                return

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.page = message.new_session.page_script_hash
            self.widgets.clear()
            self.again.clear()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.again[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta":
            element = message.delta.new_element
            which = element.WhichOneof("type")
            if which in ("button", "selectbox"):
                widget = getattr(element, which)
                self.widgets[widget.label] = widget.id, message.delta.fragment_id


def with_draft(app: App, trust: str | None) -> Session:
    """A session with the draft of a trust, or of Norway."""
    session = Session(app.address)
    if trust is None:
        session.choose(text("app.area.kind"), text("app.kind.norge"))
    else:
        session.choose(text("app.kind.hf"), trust)
    session.press(text("app.plan.propose"))
    session.until(text("app.panel.move"))
    return session


def memory(_: Browser, __: int) -> Iterator[Row]:
    """What further sessions take, when the first has loaded what all share."""
    for name, trust in (("forde", TRUST), ("norway", None)):
        with started() as app:
            there = [_clicked(answering(app), trust)]
            load, before = os.getloadavg()[0], app.megabytes()
            there += [_clicked(app, trust) for _ in range(SESSIONS)]
            grown = (app.megabytes() - before) / SESSIONS
            yield Row(f"memory_{name}", (grown,), load, "MB", f"{before:.0f} MB with one session")
            for session in there:
                session.close()


def _clicked(app: App, trust: str | None) -> Session:
    session = with_draft(app, trust)
    for _ in range(CLICKS):
        session.press(text("app.panel.move"))
    return session


def load_test(_: Browser, __: int) -> Iterator[Row]:
    """Twenty sessions at once; also how much of the two cores they take."""
    trusts = list(pack.load().units["hf_name"].value_counts().index)
    with started() as app:
        answering(app)
        sessions = [with_draft(app, trusts[k % len(trusts)]) for k in range(USERS)]
        took: list[float] = []
        load, before = os.getloadavg()[0], app.seconds()
        users = [threading.Thread(target=_user, args=(each, k, took)) for k, each in enumerate(sessions)]
        begun = time.perf_counter()
        for user in users:
            user.start()
        for user in users:
            user.join()
        busy = (app.seconds() - before) / (time.perf_counter() - begun)
        yield Row("load", tuple(took), load, note=f"the 95th percentile counts; the server kept {busy:.2f} cores busy")


def _user(session: Session, place: int, took: list[float]) -> None:
    """Click at a steady pace; one who waits longer than that clicks as soon as there is an answer."""
    begun = time.perf_counter() + place * EVERY_S / USERS
    for turn in range(int(LOAD_S / EVERY_S)):
        time.sleep(max(0.0, begun + turn * EVERY_S - time.perf_counter()))
        clicked = time.perf_counter()
        session.press(text("app.panel.move"))
        took.append(time.perf_counter() - clicked)


GROUPS: dict[str, Callable[[Browser, int], Iterator[Row]]] = {
    "first": first, "clicks": clicks, "pages": pages, "memory": memory, "load": load_test,
}  # fmt: skip


def show(row: Row) -> None:
    """Print a row."""
    told = row.content()
    value = told["seconds"] if row.unit == "s" else told["megabytes"]
    counts = told["p95"] if row.case == "load" else value
    target = TARGETS.get(row.case)
    verdict = "" if target is None else f"target {target:g}: {'kept' if counts < target else 'MISSED'}"  # type: ignore[operator]
    print(f"{row.case:22} {value:>9} {row.unit:2}  p95 {told['p95']:>8}  most {told['most']:>8}  "
          f"({told['rounds']} rounds, load {told['load']})  {verdict} {row.note}".rstrip(), flush=True)  # fmt: skip


def main() -> None:
    """Print a row per case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default=",".join(GROUPS), help="these groups of cases")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    table = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in given.only.split(","):
            for row in GROUPS[name](browser, given.rounds):
                show(row)
                table.append(row.content())
        browser.close()
    if given.json:
        given.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
