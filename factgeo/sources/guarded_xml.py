"""Read XML of any origin piece by piece, with limits on its unpacked size, its depth and the length of a tag.

A few hundred bytes can unpack to gigabytes, and entities can do the same without being packed. Neither is followed.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol
from xml.parsers import expat

from factgeo.errors import SourceError

UNPACKED_BYTES = 8 * 1024**3  # the roads of all of Norway as .osm take less than half of this
PACKED = {".bz2", ".gz"}
RATIO, RATIO_FROM_BYTES = 200, 64 * 1024**2  # real extracts are packed to a tenth or less
TAG_BYTES = 16 * 1024**2
DEPTH = 64
PIECE_BYTES = 64 * 1024
REASON_LETTERS = 120
WEB_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
TROUBLE = re.compile(r"[^.;]*(?:error|too many|timed? ?out|rate.?limit|unavailable|denied)[^.;]*", re.IGNORECASE)


class Handler(Protocol):
    """The receiver of the elements of a file."""

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        """An element begins; the root has depth 1."""

    def text(self, letters: str) -> None:
        """Some of the letters inside the element."""

    def end(self, name: str, depth: int) -> None:
        """An element ends."""


def parse(path: Path, handler: Handler, *, limit: int = UNPACKED_BYTES) -> None:
    """Pass the elements of a file (plain, ``.gz`` or ``.bz2``) to a handler as they come, without holding the file.

    Raises:
        SourceError: The file is cut off, no XML, a web page or beyond a limit, or has a document type or entities.
    """
    parser = _parser(path, handler)
    fed = 0
    try:
        for piece in _pieces(path, limit):
            if fed == 0:
                _refuse_web_page(path, piece)
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > TAG_BYTES:
                raise SourceError("xml_tag", file=path, limit=TAG_BYTES // 1024**2)
        parser.Parse(b"", True)
    except (expat.ExpatError, EOFError, OSError, UnicodeError, zlib.error) as error:
        raise SourceError("source_unreadable", file=path, reason=one_line(str(error))) from None


def one_line(text: str) -> str:
    """Return an unknown text as one short line without control characters."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(seen.split())
    return line if len(line) <= REASON_LETTERS else f"{line[: REASON_LETTERS - 1]}…"


def _pieces(path: Path, limit: int) -> Iterator[bytes]:
    """Yield the unpacked bytes of a file, up to the limits."""
    packed = path.stat().st_size
    most = limit if path.suffix.lower() not in PACKED else min(limit, max(RATIO_FROM_BYTES, RATIO * packed))
    read = 0
    with _opened(path) as stream:
        while piece := stream.read(PIECE_BYTES):
            read += len(piece)
            if read > most:
                raise SourceError("xml_unpacked", file=path, limit=f"{most / 1024**3:.1g}")
            yield piece


def _opened(path: Path) -> BinaryIO | bz2.BZ2File | gzip.GzipFile:
    match path.suffix.lower():
        case ".bz2":
            return bz2.BZ2File(path)
        case ".gz":
            return gzip.GzipFile(path)
    return path.open("rb")


def _parser(path: Path, handler: Handler) -> Any:  # noqa: ANN401 - expat names no type
    """Return a parser that counts its depth and refuses document types, and so entities."""
    parser = expat.ParserCreate()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise SourceError("xml_depth", file=path, limit=DEPTH)
        handler.start(name, attributes, depth)

    def end(name: str) -> None:
        nonlocal depth
        handler.end(name, depth)
        depth -= 1

    def refuse(*_: object) -> NoReturn:
        raise SourceError("xml_entities", file=path)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    return parser


def _refuse_web_page(path: Path, head: bytes) -> None:
    """Refuse a web page: a server that is overloaded answers with one instead of the data; the error quotes it."""
    if not WEB_PAGE.search(head[:2000]):
        return
    words = re.sub(r"<(?:style|script|title)\b.*?</\w+>|<[^>]*>", " ", head.decode("utf-8", "replace"), flags=re.DOTALL)
    trouble = TROUBLE.search(" ".join(words.split()))
    raise SourceError("xml_web_page", file=path, said=one_line(trouble[0] if trouble else words) or "-")
