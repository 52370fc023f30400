"""The objects that other programs rely on, as JSON text: in files and on standard output alike."""

from __future__ import annotations

import json


def written(content: object) -> str:
    """An object as JSON: UTF-8 as it is, one space an indent, no NaN.

    Raises:
        ValueError: A number is infinite or no number.
    """
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
