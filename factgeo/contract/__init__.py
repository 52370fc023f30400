"""The JSON objects that other programs rely on."""
