"""Arrays, files, numbers as text, saved values, a pool of workers.

Knows nothing of optimisation and scripts, and of matplotlib only how to import it quickly and to
keep its log quiet in workers.
"""
