"""The page of need."""
