"""Where ACT and FACT teams in Norway should be, whom they can reach, and what they need.

``__init__.pyi`` lists the public names; editors and type checkers read it, and ``docs/python.md`` shows them at work.
A name is imported when it is first used, so that ``import factgeo`` itself loads no other package.
"""

import ast
from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"


def _read_stub() -> dict[str, tuple[str, str]]:
    """The module of each public name, and what the name is there."""
    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: (str(line.module), alias.name)
        for line in stub.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }


_PLACES = _read_stub()
__all__ = sorted(_PLACES)  # noqa: PLE0605 - a list, made of the stub


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    module, inner = _PLACES[name]
    value = globals()[name] = getattr(import_module(module), inner)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
