"""Proposing a plan: the model, exact wholeness, the proof, and a reason for everyone left out."""

from factgeo.planning.propose.proposal import as_plan, propose

__all__ = ["as_plan", "propose"]
