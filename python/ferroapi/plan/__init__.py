"""Plans: what an operation does with a request, decided before the first one arrives."""
