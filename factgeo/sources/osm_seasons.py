"""Find when a ferry sails and a road is open, from ``opening_hours``, ``seasonal`` and conditional access.

Days are counted in a leap year. Only months, dates and weeks are read: weekdays, hours and holidays do not affect the
season.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate

from factgeo.sources.osm_tags import CONDITIONAL

MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
STARTS = (0, *accumulate(MONTH_DAYS))  # day of the year before the first of each month
YEAR = frozenset(range(1, 367))
SUMMER = frozenset(range(STARTS[4] + 1, STARTS[9] + 1))  # 1 May to 30 September
WINTER_MONTHS = frozenset({*range(1, STARTS[2] + 1), *range(STARTS[11] + 1, 367)})  # December to February
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "okt": 10, "nov": 11, "dec": 12, "des": 12,
}  # fmt: skip
SEASON_DAYS = {
    "summer": frozenset(range(STARTS[5] + 1, STARTS[8] + 1)), "winter": WINTER_MONTHS,
    "spring": frozenset(range(STARTS[2] + 1, STARTS[5] + 1)), "autumn": frozenset(range(STARTS[8] + 1, STARTS[11] + 1)),
}  # fmt: skip
NORWEGIAN = {
    "sommer": "summer", "sommar": "summer", "sumar": "summer", "vinter": "winter", "vår": "spring", "høst": "autumn",
    "haust": "autumn",
}  # fmt: skip
NAME = "|".join(MONTHS)
WRITTEN_OUT = r"(?:uary|uar|ruary|ruar|ch|s|il|e|i|y|ust|tember|t|ober|ember)?(?![a-zæøå])"
DAY = r"(\d{1,2})(?!\d|:\d)"
DATE = rf"(?:{DAY}\.?\s*)?\b({NAME}){WRITTEN_OUT}\.?(?:\s*{DAY}(?!\.?\s*(?:{NAME})))?"
RANGE = re.compile(rf"{DATE}(?:\s*-\s*(?:{DATE}|{DAY}))?")
WEEKS = re.compile(r"\b(?:week|uke|veke)\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?")
WORDS = re.compile(rf"\b({'|'.join([*SEASON_DAYS, *NORWEGIAN])})")
OFF = re.compile(r"\b(?:off|closed|stengt)\b")
PARTLY = re.compile(r"\d\d?:\d\d|\b(?:mo|tu|we|th|fr|sa|su|ph|sh)\b")
OUTSIDE = re.compile(r"\b(?:19|20)\d\d(?:-(?:19|20)\d\d)?\b|\"[^\"]*\"")  # years and comments
SOME_WEEKS = 21  # days; less is a holiday
LETTERS = 2000  # longer texts are no opening hours


def season(tags: Mapping[str, str]) -> str:
    """Return ``summer`` for days from May to September only, ``all_year`` if the tags say so, else ``unknown``.

    ``seasonal=yes`` is a summer ferry, unless its opening hours go through the year.
    """
    said, hours = tags.get("seasonal", "").lower(), tags.get("opening_hours", "")
    dated = running_days(hours) if _has_date(hours.lower()) or said != "yes" else frozenset[int]()
    days = dated or running_days(said)
    for closed in (_closed_days(tags.get(tag, "")) for tag in CONDITIONAL):
        days = ((days or YEAR) - closed) if closed else days
    if (days and days <= SUMMER) or (said in ("yes", "summer") and days != YEAR):
        return "summer"
    return "all_year" if days == YEAR or said == "no" else "unknown"


def is_part_of_year(tags: Mapping[str, str]) -> bool:
    """Is a road closed for some weeks or months, or does it say that it has a season?"""
    if tags.get("seasonal", "no").lower() not in ("no", ""):
        return True
    shut = YEAR - (running_days(tags.get("opening_hours", "")) or YEAR)
    return max(map(len, (shut, *(_closed_days(tags.get(tag, "")) for tag in CONDITIONAL)))) >= SOME_WEEKS


def running_days(text: str) -> frozenset[int]:
    """Return the days of the year on which something is open; empty if the text names no days.

    A rule without a date (``Mo-Su 06:00-22:00``) holds all year; ``off`` removes whole days.
    """
    found: frozenset[int] = frozenset()
    for rule in _rules(text):
        days = frozenset(_named_days(rule))
        if not OFF.search(rule):
            found |= days or (YEAR if PARTLY.search(rule) or "24/7" in rule else frozenset())
        elif days and not PARTLY.search(rule):
            found = (found or YEAR) - days
    return found


def _rules(text: str) -> Iterator[str]:
    """Return the rules of opening hours in small letters; the part after a comma is its own rule if it names a date.

    Text that comes before the first date and has hours of its own holds all year.
    """
    plain = OUTSIDE.sub(" ", text[:LETTERS].lower().replace("–", "-").replace("—", "-"))
    for rule in re.split(r";|\|\|", plain):
        first, *more = rule.split(",")
        if more and PARTLY.search(first) and not _has_date(first) and _has_date(rule):
            yield first
            yield ",".join(more)
        elif rule.strip():
            yield rule


def _has_date(text: str) -> bool:
    return any(True for _ in _named_days(text))


def _named_days(rule: str) -> Iterator[int]:
    for found in RANGE.finditer(rule):
        yield from _between(*_ends(found))
    for found in WEEKS.finditer(rule):
        first, last = int(found[1]), int(found[2] or found[1])
        yield from _between(7 * first - 6, 7 * last)
    for found in WORDS.finditer(rule):
        yield from SEASON_DAYS[NORWEGIAN.get(found[1], found[1])]


def _ends(found: re.Match[str]) -> tuple[int, int]:
    """Return first and last day of ``Jul``, ``Jul-Aug``, ``Jul 01-Aug 31``, ``1. juli-31. august`` or ``Jul 1-31``."""
    before, month, after, before_end, end_month, after_end, end_day = found.groups()
    first_day = int(before or after or 1)
    one_day = bool(before or after) and not (end_month or end_day)
    last_month = MONTHS[end_month or month]
    last_day = int(before_end or after_end or end_day or (first_day if one_day else MONTH_DAYS[last_month - 1]))
    start = STARTS[MONTHS[month] - 1] + min(first_day, MONTH_DAYS[MONTHS[month] - 1])
    return start, STARTS[last_month - 1] + min(last_day, MONTH_DAYS[last_month - 1])


def _between(first: int, last: int) -> Iterator[int]:
    """Return the days from the first to the last, over the turn of the year if necessary."""
    if first <= last:
        yield from range(max(first, 1), min(last, 366) + 1)
    else:
        yield from range(first, 367)
        yield from range(1, last + 1)


def _closed_days(text: str) -> frozenset[int]:
    """Return the days of a conditional tag such as ``no @ (Nov-May)``; empty if it closes no whole days."""
    days: frozenset[int] = frozenset()
    for what, when in re.findall(r"([\w-]+)\s*@\s*\(?([^()]*)\)?", text[:LETTERS]):
        if what in ("no", "private") and not re.search(r"\d\d?:\d\d", when):
            days |= frozenset(_named_days(OUTSIDE.sub(" ", when.lower().replace("–", "-"))))
            days |= SEASON_DAYS["winter"] if re.search(r"\b(?:snow|winter)", when.lower()) else frozenset()
    return days
