"""The page that compares plans."""
