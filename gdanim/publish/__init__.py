"""Videos on pages and slides: code to paste, PowerPoint files, pages with a slider.

Knows nothing of how videos are made.
"""
