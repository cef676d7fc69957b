"""Scene scripts: running them, their scenes and knobs, the scenes that ship, a template.

Knows nothing of rendering.
"""
