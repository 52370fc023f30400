"""Files and folders of planners: read with limits, written complete or not at all."""
