"""A run in words: the explanation, advice on an unsuccessful run, the alternative text of a video.

Knows runs, views, scenes and scripts, whose own lines errors show; knows nothing of formats.
"""
