"""A run in words: the explanation, advice on a run of no use, the alternative text of a video.

Knows runs and views; knows nothing of files and formats.
"""
