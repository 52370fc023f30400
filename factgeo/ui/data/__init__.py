"""The page of data and assumptions."""
