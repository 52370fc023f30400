"""The app as a planner meets it, in headless Chromium."""
