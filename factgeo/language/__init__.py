"""What planners read: the entries of the catalogue in three languages, names as people type them, safe texts."""

from factgeo.language.catalogue import (
    LANGUAGES,
    Number,
    Percent,
    Phrase,
    Several,
    Words,
    from_environment,
    in_use,
    joined,
    number,
    percent,
    say,
    text,
    use,
    written,
)

__all__ = [
    "LANGUAGES",
    "Number",
    "Percent",
    "Phrase",
    "Several",
    "Words",
    "from_environment",
    "in_use",
    "joined",
    "number",
    "percent",
    "say",
    "text",
    "use",
    "written",
]
