"""Arrays, files, numbers as text, saved values, a pool of workers.

Knows nothing of optimisation, pictures or scripts.
"""
