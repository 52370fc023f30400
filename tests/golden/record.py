"""Everything that the commands say and write for four areas in three languages, kept so that a change can be told.

Run as a program, it writes what it finds::

    python tests/golden/record.py out/golden              # the files themselves, to look at and to compare
    python tests/golden/record.py out/golden --renew      # and their hashes, once a change is meant
    python tests/golden/record.py out/golden --only forde.nb,data.en
    python tests/golden/record.py out/golden --compare    # only hold an earlier recording against the hashes

Clocks are masked: when something was made, and how long the solver took.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import multiprocessing
import re
import shutil
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factgeo import cli

REPO = Path(__file__).parents[2]
HASHES = Path(__file__).parent / "hashes.toml"
LANGUAGES = ("nb", "nn", "en")
BEYOND = ("--tradeoff", "--alternatives", "2", "--stability", "3")
REACH = ("--sensitivity", "--today", "--remedies", "--frontier")
HELP = ("plan", "compare", "reach", "potential", "need", "capacity", "teams", "travel", "data", "app", "doctor")
CLOCKS = (
    (re.compile(r'("(?:created|seconds)": )("[^"]*"|[0-9.e-]+)'), r"\1…"),
    (re.compile(r"[0-9]+[,.][0-9] s\b"), "… s"),
    (re.compile(r"(?<=[ (>])(?:Laget|Made|Laga)( [^.\n<]*)"), "…"),
)
RANDOM = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@dataclass(frozen=True)
class Place:
    """An area of the golden runs: its name, what shapes its plan, a trip, a place and a unit asked about."""

    name: str
    shape: tuple[str, ...]
    trip: tuple[str, str]
    at: str
    why: tuple[str, str]
    close: str


PLACES = {
    "norge": Place("norge", (), ("Tromsø", "Lakselv"), "Hammerfest", ("Askvoll", "Sogndal"), "Moss-Horten"),
    "bergen": Place(
        "Helse Bergen", ("--size", "two-tier"), ("Os", "Stord"), "Voss", ("Vaksdal", "Voss"), "Halhjem-Våge"
    ),
    "finnmark": Place(
        "fylke:Finnmark", ("--size", "fact"), ("Alta", "Vardø"), "Karasjok", ("Loppa", "Alta"), "Nyvoll-Korsfjorden"
    ),
    "forde": Place("Helse Førde", (), ("Florø", "Sogndal"), "Naustdal", ("Askvoll", "Sogndal"), "Lavik-Oppedal"),
}  # the longest first
TASKS = ("norge", "bergen", "finnmark", "forde", "data")


def main(arguments: Sequence[str] | None = None) -> None:
    """Record what is asked for, and renew the hashes if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="places and languages, such as forde.nb,data.en", default="")
    parser.add_argument("--renew", action="store_true", help="what was found is right from now on")
    parser.add_argument("--compare", action="store_true", help="run nothing: the folder holds an earlier recording")
    given = parser.parse_args(arguments)
    wanted = [name for name in given.only.split(",") if name]
    chosen = names(wanted) if given.compare else record(given.folder, wanted)
    if given.renew:
        renew(given.folder, chosen)
    for name in changed(given.folder, chosen):
        print(f"changed: {name}")  # noqa: T201 - a program


def names(only: Sequence[str] = ()) -> list[str]:
    """All tasks, or ``only`` some."""
    every = [f"{place}.{lang}" for place in TASKS for lang in LANGUAGES]
    return [name for name in every if not only or name in only]


def record(folder: Path, only: Sequence[str] = ()) -> list[str]:
    """Run all tasks (or ``only`` some), two at a time, into ``folder``; their names."""
    chosen = names(only)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, max_tasks_per_child=1) as pool:
        for _ in pool.map(_record_one, chosen, [folder] * len(chosen)):
            pass
    return chosen


def renew(folder: Path, tasks: Sequence[str]) -> None:
    """Put the hashes of these tasks into the place of the old ones."""
    kept = {key: value for key, value in known().items() if _task(key) not in tasks}
    entries = sorted((kept | found(folder, tasks)).items())
    HASHES.write_text("".join(f'"{key}" = "{value}"\n' for key, value in entries), encoding="utf-8")


def changed(folder: Path, tasks: Sequence[str]) -> list[str]:
    """Commands of these tasks that say or write something else than is known, are new, or are gone."""
    before = {key: value for key, value in known().items() if _task(key) in tasks}
    now = found(folder, tasks)
    return sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))


def known() -> dict[str, str]:
    """The hash of each command, by task and name."""
    return tomllib.loads(HASHES.read_text(encoding="utf-8")) if HASHES.exists() else {}


def found(folder: Path, tasks: Sequence[str]) -> dict[str, str]:
    """The same for what lies in a folder: one hash of all that a command said and wrote."""
    hashes: dict[str, Any] = {}
    for file in (file for task in tasks for file in sorted((folder / task).rglob("*")) if file.is_file()):
        path = file.relative_to(folder)
        command = path.with_suffix("") if len(path.parts) == len(("task", "file")) else Path(*path.parts[:2])
        digest = hashes.setdefault(command.as_posix(), hashlib.sha256())
        digest.update(f"{path.as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return {command: digest.hexdigest()[:16] for command, digest in hashes.items()}


def _task(path: str) -> str:
    return path.partition("/")[0]


def _record_one(name: str, folder: Path) -> None:
    place, lang = name.split(".")
    shutil.rmtree(folder / name, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        run = _runner(folder.absolute() / name, lang)
        _no_area(run) if place == "data" else _area(PLACES[place], run)


Run = Callable[..., None]


def _no_area(run: Run) -> None:
    """What is the same for all areas: helps, the pack, and refusals."""
    for command in HELP:
        run(f"help-{command}", command, "--help")
    run("help", "--help")
    run("data-info", "data", "info")
    run("data-verify", "data", "verify")
    run("no-such-area", "plan", "--area", "Atlantis")
    run("two-areas", "plan", "--area", "Finnmark")
    run("no-such-key", "plan", "--set", "travel.hours=1")
    run("out-of-range", "plan", "--set", "travel.minutes=-1", "--set", "size.minimum=many")
    run("impossible", "plan", "--area", "Helse Førde", "--set", "size.minimum=90000", "--set", "teams.at_least=2")
    run("no-plan", "capacity", "--plan", "nowhere")
    run("later", "economy")


def _area(place: Place, run: Run) -> None:
    """All commands for one area; those that take long for all of Norway run once there."""
    once, area = place.name == "norge", ("--area", place.name)
    run("plan", "plan", *area, *place.shape, *BEYOND, "--json", out="plan")
    run("plan-screen", "plan", *area, *place.shape, *(() if once else BEYOND), "--out", "again")
    run("plan-next", "plan", *area, *place.shape, "--next", "2", out="next")
    run("plan-closed", "plan", *area, *place.shape, "--close", place.close, out="closed")
    run("plan-why", "plan", *area, *place.shape, "--why", *place.why)
    start = () if once else ("--from", "plan")  # for all of Norway the reasons of the moves end with a clock
    run("plan-45", "plan", *area, "--set", "travel.minutes=45", *start, out="other")
    run("compare", "compare", "plan", "other", "--json", out="compare")
    run("compare-screen", "compare", "plan", "other")
    run("need", "need", "--plan", "plan", "--json", out="need")
    run("need-screen", "need", *area)
    run("capacity", "capacity", "--plan", "plan", "--json")
    run("capacity-screen", "capacity", "--plan", "plan")
    run("reach-planner", "reach", "--plan", "plan", *REACH, "--json", out="reach")
    for preset in ("report-2017", "slide"):
        run(f"reach-{preset}", "reach", "--preset", preset, *area, "--today", out=f"reach-{preset}")
    if not once:
        run("reach-screen", "reach", "--plan", "plan", *REACH)
    run("potential", "potential", *area, "--json", out="potential")
    run("potential-at", "potential", "--at", place.at)
    run("potential-at-json", "potential", "--at", place.at, "--within", "20,60", "--json")
    run("teams", "teams", *area)
    run("teams-json", "teams", *area, "--json")
    run("travel", "travel", *place.trip, "--explain")
    run("travel-json", "travel", *place.trip, "--json")


def _runner(folder: Path, lang: str) -> Run:
    """Run one command; what it says goes to ``NAME.out``, ``.err`` and ``.code``, its files to the folder ``out``."""

    def run(name: str, *words: str, out: str | None = None) -> None:
        files = ("--out", out) if out else ()
        said, told, code = _call([*words, *files, "--lang", lang])
        for ending, content in (("out", said), ("err", told)):
            if content:
                _write(folder / f"{name}.{ending}", masked(content))
        _write(folder / f"{name}.code", str(code))
        for file in sorted(Path(out).rglob("*")) if out else []:
            if file.is_file():
                _write(folder / name / file.relative_to(out), content_of(file))

    return run


def _call(words: list[str]) -> tuple[str, str, int]:
    said, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            cli.main(words)
        except SystemExit as end:
            return said.getvalue(), told.getvalue(), int(end.code or 0)
    raise RuntimeError("a command ends with its exit code")


def _write(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def masked(content: str) -> str:
    """The text without clocks and the place of the checkout; the random ids of folium's elements are numbered."""
    content = content.replace(str(REPO), "…")
    for clock, instead in CLOCKS:
        content = clock.sub(instead, content)
    numbers = {word: f"id{number}" for number, word in enumerate(dict.fromkeys(RANDOM.findall(content)))}
    return RANDOM.sub(lambda word: numbers[word.group()], content)


def content_of(file: Path) -> str | bytes:
    """A file without clocks: texts masked, GeoPackages as the rows of their tables, all else as it stands."""
    if file.suffix == ".gpkg":
        return "".join(_rows(file))
    try:
        return masked(file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        return file.read_bytes()


def _rows(file: Path) -> Iterator[str]:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        for line in base.iterdump():
            if not re.match(r'INSERT INTO "(gpkg_contents|gpkg_ogr_contents|rtree|gpkg_metadata)', line):
                yield line + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
