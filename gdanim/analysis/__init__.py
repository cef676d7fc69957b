"""What a run means, in numbers and in words: diagnosis, explanation, alternative text.

Knows runs and views; knows nothing of files and formats.
"""
