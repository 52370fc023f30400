"""How many are reached: the three named measures, fairness, sensitivity and the potential of places."""
