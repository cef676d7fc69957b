"""Files as a stranger might send them: mutated at random, and absurdly deep or large."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

MANY = 200_000
# What is put in, in place of some bytes.
PIECES: tuple[bytes, ...] = (
    b"(" * MANY,
    b"[" * MANY,
    b"{" * MANY,
    b'{"a":' * MANY,
    b"[[a]]\n" * 300,
    b"a." * MANY,
    b"\\" * MANY,
    b'"' * 1001,
    b"9" * 6000,
    b"1e999",
    b"-1",
    b"nan",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\x1b[2J\n",
    b"<" * MANY,
    b"<a>" * MANY,
    b"&a;",
    b"",
)


def mutated(content: bytes, rng: Random) -> bytes:
    """Change, cut, repeat or fill some parts of it."""
    for _ in range(rng.randint(1, 4)):
        a = rng.randrange(len(content) + 1)
        b = min(len(content), a + rng.choice((0, 1, 1, 2, 8, 64, len(content))))
        piece = rng.choice(
            (
                rng.choice(PIECES),
                rng.choice(PIECES),
                rng.randbytes(b - a),
                bytes(byte ^ (1 << rng.randrange(8)) for byte in content[a:b]),
                content[a:b] * rng.choice((2, 50)),
            )
        )
        content = content[:a] + piece + content[b:]
    return content


def variants(content: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Yield so many mutated versions, each piece at the beginning, and nothing."""
    yield b""
    yield from (piece + content for piece in PIECES)
    for number in range(count):
        yield mutated(content, Random(f"{seed} {number}"))
