"""Scene scripts: loading them, their knobs, a template. Knows nothing of rendering."""
