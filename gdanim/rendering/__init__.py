"""Scenes to files: jobs, quality, size limits, provenance, sidecar files. Knows nothing of plans."""
