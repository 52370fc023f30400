"""What else could be: answers beyond the best plan, and two plans compared."""
