"""What several tests share: drawn worlds, small problems and networks, files, pages and sessions."""
