"""A descent in plain words: its rate, its floor, its slowest direction, where it ends."""

from gdanim.explain.sentences import explain, paragraphs

__all__ = ["explain", "paragraphs"]
