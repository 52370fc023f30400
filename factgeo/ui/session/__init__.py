"""What a session keeps: the desk, files, work in the background."""
