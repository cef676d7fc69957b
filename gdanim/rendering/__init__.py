"""Scenes to files: jobs, checks, tasks, quality, size limits, provenance, sidecars.

Knows nothing of plans and of the command line.
"""
