"""The ids in an SVG are unique and valid XML names."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from gdanim.film._svg_ids import unique_ids, xml_name
from gdanim.film.save import save_still
from gdanim.scene import Scene
from gdanim.scripting.load import choose

SCENES = Path(__file__).parent.parent / "scenes"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@pytest.mark.parametrize("name", ["three_learning_rates", "rosenbrock", "heart", "linear"])
def test_ids_of_a_saved_frame(name: str, tmp_path: Path) -> None:
    scene = choose(str(SCENES / f"{name}.py"))[-1]()
    assert isinstance(scene, Scene)
    film = scene.film()
    gids = [artist.get_gid() for artist in film.figure.findobj()]
    save_still(film, 9, tmp_path / "a.svg")
    assert [artist.get_gid() for artist in film.figure.findobj()] == gids
    elements = ElementTree.parse(tmp_path / "a.svg").iter()
    ids = [element.attrib["id"] for element in elements if "id" in element.attrib]
    assert ids and [one for one, times in Counter(ids).items() if times > 1] == []
    assert [one for one in ids if not NAME.fullmatch(one)] == []
    assert not {"room", "card"} & {*ids}


@pytest.mark.parametrize(
    ("text", "name"),
    [("ball", "ball"), ("class 0", "class-0"), ("0 class", "_0-class"), ("Größe", "Gr-e")],
)
def test_xml_names(text: str, name: str) -> None:
    assert xml_name(text) == name


def test_names_that_become_the_same_are_numbered() -> None:
    figure = Figure()
    texts = [figure.text(0, 0, "", gid=gid) for gid in ("a b", "a-b", "a b", "a-b-2")]
    with unique_ids(figure):
        assert [text.get_gid() for text in texts] == ["a-b", "a-b-2", "a-b-3", "a-b-2-2"]
    assert [text.get_gid() for text in texts] == ["a b", "a-b", "a b", "a-b-2"]
