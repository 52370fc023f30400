"""Propose a plan: the model, exact contiguity, the proof, and a reason for each unit that is left out."""

from factgeo.planning.propose.proposal import as_plan, find_plan

__all__ = ["as_plan", "find_plan"]
