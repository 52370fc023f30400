"""What is said of each subject, in sentences and tables."""
