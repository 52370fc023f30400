"""The page of the area."""
