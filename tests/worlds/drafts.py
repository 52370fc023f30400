"""Drafts and what is done to them."""

from __future__ import annotations

import json

from factgeo.atlas.pack import Atlas
from factgeo.planning import steps
from factgeo.planning.steps import History


def there_and_back(history: History, atlas: Atlas) -> None:
    """Undone to the first step and done again, and kept and brought back."""
    plans = [step.plan for step in history.steps]
    for plan in reversed(plans):
        assert history.present == plan
        history = history.undo()
    assert steps.history_from(json.loads(json.dumps(steps.history_content(history))), atlas) == history
    assert not history.can_undo
    for plan in plans[1:]:
        history = history.redo()
        assert history.present == plan
    assert not history.can_redo
    assert history.redo() == history
    assert steps.history_from(json.loads(json.dumps(steps.history_content(history))), atlas) == history
