"""Scene scripts: what is found in them, and what is said when they are wrong."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest
from cases import only

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError, RequestError
from gdanim.scene import Scene
from gdanim.scripting.load import ScriptError, choose, load, own_lines, scripts_in
from scripts import SCENE, TWO, line_of, write


def test_scenes_and_knobs(tmp_path: Path) -> None:
    (scene,) = load(write(tmp_path, SCENE)).scenes
    assert (scene.name, scene.file_name) == ("scene", "lesson")
    assert scene.doc.splitlines()[0] == "Down the bowl."
    assert [(k.name, k.kind, k.default, k.limits, k.choices) for k in scene.knobs] == [
        ("lr", float, 0.01, "above 0 and at most 2", ()),
        ("steps", int, 12, "", ()),
        ("quiet", bool, False, "", ()),
        ("start", str, "near", "", ("near", "far")),
    ]


def test_calling_gives_the_scene_with_the_knobs_set(tmp_path: Path) -> None:
    (scene,) = load(write(tmp_path, SCENE)).scenes
    made = scene(**scene.values({"steps": "7", "lr": "0.5"}))
    assert isinstance(made, Scene)
    descent = only(made)
    assert isinstance(descent.optimizer, GradientDescent)
    assert (descent.steps, descent.optimizer.lr) == (7, 0.5)


def test_the_order_is_the_script_s_and_the_docstring_may_be_too(tmp_path: Path) -> None:
    script = load(write(tmp_path, '"""About both."""\n' + TWO))
    assert [scene.name for scene in script.scenes] == ["calm", "wild"]
    assert [scene.file_name for scene in script.scenes] == ["lesson-calm", "lesson-wild"]
    assert script.scenes[0].doc == "About both."


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_only_public_functions_of_its_own_that_return_a_scene(tmp_path: Path, future: str) -> None:
    write(tmp_path, TWO, "lib.py")
    extra = """
    from typing import TYPE_CHECKING
    import gdanim
    from lib import wild
    from gdanim import render
    if TYPE_CHECKING:
        from numpy import ndarray

    def _helper(lr) -> gdanim.Scene: ...
    def number() -> int: ...
    def untyped(): ...
    def later(x: "ndarray") -> None: ...
    class Scene2: ...
    def other() -> Scene2: ...
    def mine() -> gdanim.Scene:
        return wild()
    alias = mine
    """
    path = write(tmp_path, extra)
    path.write_text(future + path.read_text())
    (scene,) = load(path).scenes
    assert scene.name == "mine"
    assert only(scene()).steps == 12


def test_future_annotations_keep_types_and_bounds(tmp_path: Path) -> None:
    path = write(tmp_path, SCENE)
    expected = load(path).scenes[0].knobs
    # Not inherited from gdanim's own modules, nor needed.
    path.write_text("from __future__ import annotations\n" + SCENE)
    assert load(path).scenes[0].knobs == expected


def test_it_leaves_the_interpreter_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, "value = 3\n", "helpers.py")
    (tmp_path / "parts").mkdir()
    write(tmp_path / "parts", "", "__init__.py")
    write(tmp_path / "parts", "value = 4\n", "one.py")
    path = write(
        tmp_path,
        "import helpers, parts.one, sys\nsys.path.append('x')\n"
        "from gdanim import Scene\n"
        "def scene() -> Scene:\n    import helpers\n    raise ValueError(helpers.value)\n",
    )
    before = list(sys.path)
    (scene,) = load(path).scenes
    with pytest.raises(ScriptError, match="ValueError: 3"):
        scene()
    assert sys.path == before
    assert {"lesson", "helpers", "parts", "parts.one"}.isdisjoint(sys.modules)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("helpers")
    assert not (tmp_path / "__pycache__" / "lesson.pyc").exists()
    assert not list(tmp_path.glob("__pycache__/lesson*"))


MOVES = """
import os
from gdanim import Scene
os.chdir("elsewhere")
def scene(lr: float = 0.1) -> Scene:
    assert os.path.basename(os.getcwd()) == "elsewhere"
    os.chdir("..")
    raise ValueError
"""


def test_a_script_that_changes_the_working_folder_changes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "moves.py").write_text(MOVES)
    (scene,) = load(Path("moves.py")).scenes
    assert Path.cwd() == tmp_path
    with pytest.raises(ScriptError, match="ValueError"):
        scene()
    assert Path.cwd() == tmp_path


def test_a_script_that_removes_its_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = MOVES.replace('os.chdir("elsewhere")', 'os.mkdir("a"); os.chdir("a"); os.rmdir("../a")')
    (tmp_path / "removes.py").write_text(lines)
    load(Path("removes.py"))
    assert Path.cwd() == tmp_path


def test_two_folders_have_helpers_of_their_own(tmp_path: Path) -> None:
    text = "import helpers\nfrom gdanim import Scene\ndef scene(n: int = helpers.n) -> Scene: ...\n"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, f"n = {len(name)}{name == 'two':d}\n", "helpers.py")
        write(tmp_path / name, text)
    numbers = [
        load(tmp_path / name / "lesson.py").scenes[0].knobs[0].default for name in ("one", "two")
    ]
    assert numbers == [30, 31]


def test_it_is_not_run_as_main_and_knows_its_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        from dataclasses import dataclass
        from pathlib import Path
        from gdanim import Scene
        assert Path(__file__).name == "lesson.py"
        if __name__ == "__main__":
            raise SystemExit(1)
        def scene() -> Scene:
            @dataclass
            class Local:
                x: "int"
            return Local(3)
        """,
    )
    (scene,) = load(path).scenes
    with pytest.raises(ScriptError, match="must return a Scene, .*Local"):
        scene()


def test_a_changed_script_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, SCENE)
    load(path)
    path.write_text(SCENE.replace("12", "13"))
    assert load(path).scenes[0].knobs[1].default == 13


def test_choosing(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    assert [scene.name for scene in choose(f"{path}")] == ["calm", "wild"]
    (scene,) = choose(f"{path}::wild")
    assert (scene.name, scene.file_name) == ("wild", "lesson-wild")


def test_an_unknown_scene(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    with pytest.raises(RequestError) as caught:
        choose(f"{path}::wlid")
    assert str(caught.value) == (
        f"{path}: has no scene wlid; it has calm, wild; did you mean wild?"
    )


def test_no_scene_at_all(tmp_path: Path) -> None:
    path = write(tmp_path, "def scene(): ...\n")
    with pytest.raises(GdanimError) as caught:
        choose(f"{path}")
    assert f"{path}: has no scene; write a function annotated -> Scene" in str(caught.value)
    assert "def scene(lr: float = 0.1) -> Scene:" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.py", "no such file; `gdanim list` shows"),
        (".", "is a folder; name a script, such as "),
        ("lesson.txt", "is not a Python script; its name must end in .py"),
    ],
)
def test_what_is_no_script(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, SCENE)
    write(tmp_path, SCENE, "lesson.txt")
    with pytest.raises(RequestError) as caught:
        load(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: {message}")


def test_binary_data(tmp_path: Path) -> None:
    path = tmp_path / "lesson.py"
    path.write_bytes(b"x = 1\n\0")
    with pytest.raises(ScriptError, match="it contains binary data"):
        load(path)


def test_scripts_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "_c.py", "d.txt"):
        write(tmp_path, SCENE, name)
    assert [path.name for path in scripts_in(tmp_path)] == ["a.py", "b.py"]
    (tmp_path / "none").mkdir()
    with pytest.raises(RequestError, match="gdanim new NAME"):
        scripts_in(tmp_path / "none")


def test_a_parameter_without_default_names_file_line_function(tmp_path: Path) -> None:
    path = write(tmp_path, "from gdanim import Scene\n\ndef scene(lr: float) -> Scene: ...\n")
    with pytest.raises(ScriptError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}, line 3: scene: parameter lr: has no default: write lr: float = 0.1"
    )


def test_a_decorated_scene_is_found_at_its_own_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
        import functools
        from gdanim import Scene
        def same(function):
            @functools.wraps(function)
            def inner(**values):
                return function(**values)
            return inner
        @same
        def scene(lr: float = 3.0, *, steps: int) -> Scene: ...
        """,
    )
    with pytest.raises(ScriptError, match="line 8: scene: parameter steps"):
        load(path)


def test_annotations_for_type_checkers_only(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from gdanim import Scene\ndef scene() -> Scene: ...\n",
    )
    with pytest.raises(ScriptError, match="line 5: scene: .*annotations") as caught:
        load(path)
    assert "outside of any `if TYPE_CHECKING:`" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            {"rl": "3"},
            "rl=3: {} has no such knob; its knobs are lr, steps, quiet, start; did you mean lr?",
        ),
        ({"lr": "3"}, "lr=3: must be a number above 0 and at most 2"),
    ],
)
def test_wrong_settings(tmp_path: Path, text: dict[str, str], message: str) -> None:
    (scene,) = load(write(tmp_path, SCENE)).scenes
    with pytest.raises(RequestError) as caught:
        scene.values(text)
    assert str(caught.value).startswith(message.format(scene))


def test_settings_of_a_scene_without_knobs(tmp_path: Path) -> None:
    (scene,) = choose(f"{write(tmp_path, TWO)}::wild")
    with pytest.raises(RequestError, match="no knobs"):
        scene.values({"lr": "1"})


def test_a_scene_function_that_returns_something_else(tmp_path: Path) -> None:
    path = write(tmp_path, "from gdanim import Scene\ndef scene() -> Scene:\n    pass\n")
    with pytest.raises(ScriptError) as caught:
        load(path).scenes[0]()
    assert f"{path}: scene() must return a Scene, got NoneType" in str(caught.value)


def test_the_traceback_is_of_their_own_lines(tmp_path: Path) -> None:
    write(tmp_path, "def half(x):\n    return x / 0\n", "helpers.py")
    path = write(
        tmp_path,
        "import helpers\nfrom gdanim import Scene\ndef scene() -> Scene:\n    helpers.half(1)\n",
    )
    with pytest.raises(ScriptError) as caught:
        load(path).scenes[0]()
    first, *rest = str(caught.value).splitlines()
    assert first == f"{tmp_path / 'helpers.py'}, line 2: ZeroDivisionError: division by zero"
    files = [line for line in rest if line.startswith("  File")]
    assert files == [
        f'  File "{path}", line 4, in scene',
        f'  File "{tmp_path / "helpers.py"}", line 2, in half',
    ]


def test_an_error_while_it_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path, "import no_such_module\n")
    modules = set(sys.modules)
    with pytest.raises(ScriptError) as caught:
        load(path)
    assert str(caught.value).startswith(
        f"{path}, line 1: ModuleNotFoundError: No module named 'no_such_module'"
    )
    assert "gdanim/scripting" not in str(caught.value)
    assert set(sys.modules) == modules


def test_gdanim_s_own_errors_name_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, SCENE.replace("GradientDescent(lr)", "GradientDescent(-1)"))
    with pytest.raises(ScriptError) as caught:
        load(path).scenes[0]()
    line = line_of(path, "GradientDescent(-1)")
    assert str(caught.value).startswith(f"{path}, line {line}: lr: must be ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("Formula(lambda x, a: a if a > 0 else x)", "Formula: <lambda>: it cannot branch"),
        ("Formula(lambda *args: 0).names", "Formula: <lambda> must name 1 feature"),
        (
            "FunctionObjective(lambda x: np.sqrt(x, out=x))",
            "FunctionObjective: f(x): it cannot assign in place",
        ),
        ("json.loads('{')", "JSONDecodeError: Expecting property name"),
        ("np.linalg.inv(np.zeros((2, 2)))", "LinAlgError: Singular matrix"),
        ("list(map(half, [1]))", "ZeroDivisionError"),
        ("functools.reduce(lambda a, b: a / 0, [1, 2])", "ZeroDivisionError"),
    ],
)
def test_errors_in_libraries_are_at_the_line_that_calls_them(
    tmp_path: Path, call: str, message: str
) -> None:
    helper = write(tmp_path, "def half(x):\n    return x / 0\n", "helpers.py")
    path = write(
        tmp_path,
        "import functools, json, numpy as np\n"
        "from gdanim import Formula, FunctionObjective, Scene\n"
        f"from helpers import half\ndef scene() -> Scene:\n    {call}\n",
    )
    with pytest.raises(ScriptError) as caught:
        load(path).scenes[0]()
    place = f"{helper}, line 2" if "half" in call else f"{path}, line 5"
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{place}: ")
    files = [line for line in str(caught.value).splitlines() if line.startswith("  File")]
    assert all(f'"{tmp_path}' in line for line in files)


def test_a_syntax_error(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\ny = (2\n")
    with pytest.raises(ScriptError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}, line 2: SyntaxError: '(' was never closed\n")
    assert "    y = (2\n" in str(caught.value)


def test_a_syntax_error_in_a_helper(tmp_path: Path) -> None:
    helper = write(tmp_path, "x = = 1\n", "helpers.py")
    with pytest.raises(ScriptError, match="SyntaxError: invalid syntax") as caught:
        load(write(tmp_path, "import helpers\n"))
    assert str(caught.value).startswith(f"{helper}, line 1: ")


@pytest.mark.parametrize(
    "call",
    [
        "exit(3)", "import sys; sys.exit(3)", "raise SystemExit(3)", "import os; os._exit(3)",
        "from os import _exit; _exit(3)",
    ],
)  # fmt: skip
def test_a_script_that_ends_the_program(tmp_path: Path, call: str) -> None:
    path = write(tmp_path, f"x = 1\n{call}\n")
    with pytest.raises(ScriptError) as caught:
        load(path)
    assert str(caught.value).startswith(
        f"{path}, line 2: the script ends the program (SystemExit: 3); remove this line"
    )


def test_any_exception_of_a_script_is_told(tmp_path: Path) -> None:
    script = tmp_path / "bare.py"
    script.write_text("class Mine(BaseException): ...\nraise Mine")
    with pytest.raises(ScriptError, match="line 2: .*Mine"):
        load(script)


@pytest.mark.parametrize("error", ["GeneratorExit", "StopIteration", "BaseException"])
def test_an_exception_that_python_uses_itself(tmp_path: Path, error: str) -> None:
    with pytest.raises(ScriptError, match=f"line 1: {error}"):
        load(write(tmp_path, f"raise {error}\n"))


def test_a_scene_that_leaves_the_process(tmp_path: Path) -> None:
    path = write(
        tmp_path, "import os\nfrom gdanim import Scene\ndef scene() -> Scene:\n    os._exit(0)\n"
    )
    (function,) = load(path).scenes
    with pytest.raises(ScriptError, match=r"line 4: the script ends the program \(SystemExit: 0\)"):
        function()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_process_that_a_script_has_forked_may_leave(tmp_path: Path) -> None:
    leave = os._exit
    load(write(tmp_path, """
import os
child = os.fork()
if not child:
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""))  # fmt: skip
    assert os._exit is leave


def test_errors_elsewhere_go_through(tmp_path: Path) -> None:
    for error in (ValueError("ours"), GdanimError("ours"), SystemExit(3)):
        with pytest.raises(type(error)) as caught, own_lines(tmp_path / "lesson.py"):
            raise error
        assert caught.value is error
