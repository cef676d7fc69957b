"""A clip as frames: figure, layout, header, captions, animation, and saving them.

Knows views and encoders; knows nothing of scenes, scripts and plans.
"""
