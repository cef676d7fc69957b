"""Words as parts of a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def enumerated(words: Iterable[str]) -> str:
    """Join words as a sentence does: `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def with_article(noun: str) -> str:
    """Put the indefinite article before a noun: `a blue line`, `an orange line`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def capitalised(sentence: str) -> str:
    """Make the first letter a capital, and leave the others as they are."""
    return sentence[:1].upper() + sentence[1:]


def plain(text: str) -> str:
    """Put text that may hold mathtext in one line, without its marks and symbols."""
    for mark, words in (("$", ""), ("\\", ""), ("η", "learning rate"), ("−", "minus ")):
        text = text.replace(mark, words)
    return " ".join(text.split())
