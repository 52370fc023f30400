"""Who belongs to whom: the plan, the solver, the check, and edits by hand."""
