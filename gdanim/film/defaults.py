"""What a video may have, and what it has where nobody says otherwise: size, rate, folder."""

from __future__ import annotations

from gdanim.errors import RequestError

# Width and height in pixels.
Size = tuple[int, int]
SIZE: Size = (1280, 720)
# Below this, the letters of most scenes are under half a pixel high, which FreeType rejects.
SMALLEST, LARGEST = 48, 8192
# Frames per second.
FPS = 30
# The folder that files go to.
OUTPUT = "output"
FASTEST = 120


def check_size(size: Size) -> Size:
    """`size`; RequestError when no video can have it."""
    allowed = f"whole numbers from {SMALLEST} to {LARGEST} pixels"
    if not (
        isinstance(size, tuple) and len(size) == 2 and all(isinstance(one, int) for one in size)
    ):
        raise RequestError(
            f"size: must be width and height in {allowed}, such as (1920, 1080), got {size!r:.80}"
        )
    if not all(SMALLEST <= length <= LARGEST for length in size):
        raise RequestError(f"size: width and height must be {allowed}, got {size[0]}x{size[1]}")
    return size


def check_fps(fps: int) -> int:
    """`fps`; RequestError when no video can have this rate."""
    if not (isinstance(fps, int) and 1 <= fps <= FASTEST):
        raise RequestError(
            f"fps: must be a whole number from 1 to {FASTEST} frames per second, got {fps!r:.80}"
        )
    return fps
