"""The writers: each puts a report into one form, and escapes for that form. One small module a form."""
