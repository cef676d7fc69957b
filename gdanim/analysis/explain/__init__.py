"""A descent in plain words: its rate, its floor, its slowest direction, where it ends."""

from gdanim.analysis.explain.explain import explain, paragraphs

__all__ = ["explain", "paragraphs"]
