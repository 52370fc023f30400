"""What a plan takes: clients, positions, driving."""
