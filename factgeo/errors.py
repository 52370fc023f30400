"""One family of errors; each is a sentence in the catalogue that names the thing and the way forward."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from factgeo import language


class FactgeoError(Exception):
    """Something the user can put right.

    Args:
        key: Entry of the catalogue below ``error.``.
        details: Values for the entry's placeholders (file, row, name, ...).
    """

    exit_code = 2

    def __init__(self, key: str, /, **details: object) -> None:
        super().__init__(key)
        self.key = key
        self.details = details

    def message(self, lang: str | None = None) -> str:
        """The sentence in one language (default: the language in use)."""
        return language.text(f"error.{self.key}", lang=lang, **self.details)

    def without(self, folder: Path) -> Self:
        """The same error with files of a folder named without it, for those who never see the folder."""
        inside = f"{folder}/"
        texts = {
            name: str(value).replace(inside, "")
            for name, value in self.details.items()
            if isinstance(value, Path | str | Exception) and inside in str(value)
        }
        return type(self)(self.key, **{**self.details, **texts})

    def __str__(self) -> str:
        return self.message()


class SourceError(FactgeoError, ValueError):
    """A publisher's file is missing, damaged or not what it should be."""


class PackError(FactgeoError, ValueError):
    """The pack is missing, damaged or breaks its contract."""


class SettingsError(FactgeoError, ValueError):
    """A setting is unknown, out of range or contradicts another."""


class UnknownNameError(FactgeoError, LookupError):
    """No area or place has this name, or several have."""


class PlanError(FactgeoError, ValueError):
    """A plan, or a request for one, breaks a rule."""


class OutputError(FactgeoError, OSError):
    """A result cannot be written where it was asked for."""
