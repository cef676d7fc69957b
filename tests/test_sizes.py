"""Functions, classes and modules stay short enough to be read at once; docstrings do not count."""

from __future__ import annotations

import ast
from pathlib import Path

import gdanim

FUNCTION_LINES, CLASS_METHODS, MODULE_LINES = 40, 12, 300
ROOT = Path(gdanim.__file__).parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstring_lines(node: ast.AST) -> int:
    """How many lines the docstrings in it take."""
    documented = [one for one in ast.walk(node) if isinstance(one, DOCUMENTED)]
    strings = [one.body[0] for one in documented if ast.get_docstring(one) is not None]
    return sum((one.end_lineno or one.lineno) - one.lineno + 1 for one in strings)


def code_lines(function: FUNCTIONS) -> int:
    """The lines of a function from its `def` on, without docstrings."""
    assert function.end_lineno
    return function.end_lineno - function.lineno + 1 - docstring_lines(function)


def methods(kind: ast.ClassDef) -> list[str]:
    """The methods and properties of a class, without the special ones."""
    own = [node.name for node in kind.body if isinstance(node, FUNCTIONS)]
    return [name for name in own if not name.startswith("__")]


def reasoned(node: ast.ClassDef | ast.Module | FUNCTIONS) -> bool:
    """Whether its docstring gives the reason for its length."""
    return "Long because" in (ast.get_docstring(node) or "")


def too_long(text: str) -> list[str]:
    """What of a module is longer than it may be."""
    tree, found = ast.parse(text), []
    count = len(text.splitlines()) - docstring_lines(tree)
    if count > MODULE_LINES and not reasoned(tree):
        found.append(f"{count} lines")
    for node in ast.walk(tree):
        if not isinstance(node, FUNCTIONS | ast.ClassDef) or reasoned(node):
            continue
        if isinstance(node, ast.ClassDef):
            length, most, unit = len(methods(node)), CLASS_METHODS, "methods"
        else:
            length, most, unit = code_lines(node), FUNCTION_LINES, "lines"
        if length > most:
            found.append(f"{node.name}: {length} {unit}")
    return found


def test_nothing_is_too_long() -> None:
    found = {path: too_long((ROOT / path).read_text(encoding="utf-8")) for path in MODULES}
    assert len(found) > 100
    assert not {path: long for path, long in found.items() if long}


def test_the_limits_are_seen() -> None:
    line = "\n    x = 1"
    assert too_long("def f():" + line * 39) == []
    assert too_long("def f():" + line * 40) == ["f: 41 lines"]
    assert too_long('def f():\n    """One."""' + line * 40) == ["f: 41 lines"]
    assert too_long("x = 1\n" * 301) == ["301 lines"]
    assert too_long('"""One."""\n' + "x = 1\n" * 300) == []
    assert too_long('"""Long because it must be."""\n' + "x = 1\n" * 301) == []
    many = "".join(f"\n    def f{number}(self): ..." for number in range(13))
    assert too_long(f"class C:{many}") == ["C: 13 methods"]
