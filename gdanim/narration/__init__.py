"""A run in words: the explanation, and the alternative text of a video.

Knows runs and views; knows nothing of files and formats.
"""
