"""Arrays, files, numbers as text and saved values. Knows nothing of optimisation."""
