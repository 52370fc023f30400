"""Proposing a plan: the model, exact wholeness, the proof, and a reason for everyone left out."""

from factgeo.propose.proposal import propose

__all__ = ["propose"]
