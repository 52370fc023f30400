"""The page of the draft."""
