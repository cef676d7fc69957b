"""A run in words: the explanation, advice on a run of no use, the alternative text of a video.

Knows runs, views, scenes and scripts, whose own lines errors show; knows nothing of formats.
"""
