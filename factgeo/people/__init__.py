"""Who they are: need, chance, growth, local counts and what may be shown of them."""
