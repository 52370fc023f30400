"""The country as the pack holds it: tables, areas, places, parameters and the listed teams."""
