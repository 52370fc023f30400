"""What planners read: the entries of the catalogue in three languages, names as people type them, safe texts."""

from factgeo.language.catalogue import (
    LANGUAGES,
    Number,
    Phrase,
    Several,
    from_environment,
    in_use,
    number,
    percent,
    text,
    use,
)

__all__ = [
    "LANGUAGES",
    "Number",
    "Phrase",
    "Several",
    "from_environment",
    "in_use",
    "number",
    "percent",
    "text",
    "use",
]
