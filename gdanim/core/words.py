"""Words, in sentences and on screen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gdanim.errors import printable

# What was probably meant as mathematics: a TeX command between dollar signs.
_FORMULA = re.compile(r"\$[^$]*\\[A-Za-z][^$]*\$")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


class Mathtext(str):
    r"""Text with mathematics between dollar signs, in matplotlib's mathtext.

    Wherever gdanim takes a text to draw (a title, a label, the name of a column), a plain `str` is
    drawn as it is, dollar signs included.

    Parameters
    ----------
    text : str
        The text; `\$` is a dollar sign.

    Examples
    --------
    >>> from gdanim import Mathtext
    >>> str(Mathtext("The parabola $y = x^2$"))
    'The parabola $y = x^2$'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Mathtext:
        """Mark a text."""
        return super().__new__(cls, text)


def drawn(text: str) -> str:
    """Return a text in matplotlib's mathtext, with the dollar signs of plain text escaped."""
    return in_mathtext(text) if isinstance(text, Mathtext) else text.replace("$", r"\$")


def in_mathtext(text: str) -> str:
    """Return mathtext with raised digits as exponents, since few mathematics fonts have `⁻`."""
    parts = re.split(r"(?<!\\)\$", text)
    for number, part in enumerate(parts):
        raised = r"^{\g<0>}" if number % 2 else r"$^{\g<0>}$"
        parts[number] = _RAISED.sub(raised, part).translate(_LOWERED)
    return "$".join(parts)


def looks_like_mathtext(text: str) -> bool:
    """Tell whether a plain text has what looks like mathematics between dollar signs."""
    return not isinstance(text, Mathtext) and _FORMULA.search(text) is not None


def joined(*parts: str) -> str:
    """Join texts, to Mathtext if one of them is."""
    if any(isinstance(part, Mathtext) for part in parts):
        return Mathtext("".join(map(drawn, parts)))
    return "".join(parts)


def enumerated(words: Iterable[str]) -> str:
    """Join words as a sentence does: `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def with_article(noun: str) -> str:
    """Put the indefinite article before a noun: `a blue line`, `an orange line`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def capitalised(sentence: str) -> str:
    """Capitalise the first letter, and leave the others as they are."""
    return sentence[:1].upper() + sentence[1:]


def plain(text: str) -> str:
    """Put a text in one line, without the marks of mathtext and symbols."""
    if isinstance(text, Mathtext):
        text = text.replace(r"\$", "\0").replace("$", "").replace("\\", "").replace("\0", "$")
    for symbol, words in (("η", "learning rate"), ("−", "minus ")):
        text = text.replace(symbol, words)
    return printable(" ".join(text.split()))
