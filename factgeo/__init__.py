"""Where ACT and FACT teams in Norway should be, whom they can reach, and what they need."""

__version__ = "0.1.0"
