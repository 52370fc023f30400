"""Answers as folders of files."""
