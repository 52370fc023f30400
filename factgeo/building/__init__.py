"""From checked source tables to the tables of the pack: one module per table, plain functions, no files."""
