"""Frames into files: ffmpeg, formats, palettes, metadata.

Knows nothing of what the frames show.
"""
