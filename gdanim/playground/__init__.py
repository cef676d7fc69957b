"""Scenes to play with: one stage, which is the same wherever Python runs.

A page shows a scene with its knobs, and asks for what it wants to see; a `Session` answers. The
session knows neither a network nor a browser: `serve` connects it to a local page by a WebSocket,
from a process of its own.

A request carries everything that it depends on: scene, knobs, theme, size, frame (`messages` says
in which form). So the address of the page can hold it, a link reproduces it, and what the session
keeps is only a cache: after a crash, or a stop, the next request is answered just the same.

The page asks for the next frame when it has painted the last one. So a slow line or a slow scene
lowers the frame rate, but never builds up a queue. If the knobs change meanwhile, only the newest
wait. A training can be interrupted between its steps; what cannot (a script's own loop, say) ends
with its process.

Frames travel as the rectangles that have changed since the last one, uncompressed (`pictures`).
At 1280x720, with two other programs on two cores, finding these takes 2 to 5 ms, and they are 150
to 380 kB when a video plays, 3.7 MB at most. JPEG takes 10 to 15 ms and blurs the lines, zlib 25
to 30, lossy WebP 40 to 55, lossless WebP 50 to 75, PNG 65 to 80: as long as drawing the frame
(30 ms), or longer, to make a message of 35 to 190 kB of it. Over loopback, or from a worker to its
page, the bytes cost less than that.
"""
