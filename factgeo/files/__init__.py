"""Files and folders that people bring and get: read with limits, written whole or not at all."""
