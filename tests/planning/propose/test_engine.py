"""The solver behind one small interface."""

from __future__ import annotations

import numpy as np
import pytest

from factgeo import settings
from factgeo.planning.propose.engine import Engine, Row


@pytest.mark.parametrize("relaxed", [False, True])
@pytest.mark.parametrize("constant", [0.0, 5e9])
def test_what_every_plan_costs_belongs_to_the_objective_that_the_gap_is_relative_to(
    *, relaxed: bool, constant: float
) -> None:
    engine = Engine(settings.load().solver, np.zeros(3), np.ones(3), np.arange(3))
    engine.add([Row([0, 1, 2], [1.0, 1.0, 1.0], 2.0, 2.0)])
    engine.aim(np.array([-7.0, -4.0, -6.0]), max(1.0, constant), whole=True, constant=constant)
    found = engine.run(10, relaxed=relaxed)
    assert found.done
    assert found.bound == pytest.approx(constant - 13, rel=1e-12)
