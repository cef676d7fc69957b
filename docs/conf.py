"""Sphinx's configuration: `sphinx-build -W docs site`."""

import sys
from pathlib import Path

import gdanim

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "gdanim"
author = "the gdanim developers"
project_copyright = author
version = release = gdanim.__version__

extensions = [
    "gdanim_pages",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "sphinx_copybutton",
]
exclude_patterns = ["_templates", "output"]
templates_path = ["_templates"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
# Drawn by GitHub; here a diagram is shown as its text.
myst_fence_as_directive = ["mermaid"]

autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autodoc_typehints = "none"
copybutton_prompt_text = "$ "

html_theme = "pydata_sphinx_theme"
html_title = "gdanim"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "logo": {"text": "gdanim"},
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"index": [], "gallery/index": []}
