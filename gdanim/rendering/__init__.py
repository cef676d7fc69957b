"""Scenes to files: jobs, checks, tasks, quality, size limits, provenance, sidecars.

A job is a scene and the files that are asked for (`jobs`); a task is a job that can be drawn: its
runs are recorded and its files are checked (`tasks`). Knows nothing of plans and of the command
line.
"""
