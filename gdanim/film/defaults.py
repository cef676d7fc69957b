"""What a video is like where nobody says otherwise."""

# Width and height in pixels; frames per second.
SIZE = (1280, 720)
FPS = 30
