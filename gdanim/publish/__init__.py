"""Videos on pages and slides: code to paste, PowerPoint files, pages with a slider.

Works on finished videos; `sweep_page.py` alone renders the ones that its page shows.
"""
