"""Scenes to files: jobs, quality, size limits, provenance, sidecars. Knows nothing of plans."""
