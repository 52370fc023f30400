"""How they travel: networks, shortest ways, trips, bases and what changes roads and ferries."""
