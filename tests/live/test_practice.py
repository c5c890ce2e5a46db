"""The live figure of a quiz without a page: what it is told, what it tells, and what it keeps."""

import base64
import json
import math
import re
import struct

import numpy as np
import pytest

import gradviz as gv
from gradviz.audit import NoFigure, audit
from gradviz.exercises.practice import Series, picture
from gradviz.export import published


def f(x, y):  # at 311, 226: z is 537, f 167007, ∂f/∂x 848
    z = x + y
    return z * x


HIDDEN = {537.0, 167007.0, 848.0}


def quiz():
    return gv.practice(f, x=311.0, y=226.0)


def place(of, kind, name):
    return next(
        at for at, blank in enumerate(of.blanks) if (blank.kind, blank.node.label) == (kind, name)
    )


def numbers(sent):
    return struct.unpack(f"<{len(sent) // 8}d", sent)


def in_text(text):
    return {float(each.replace("−", "-")) for each in re.findall(r"[-−]?\d+(?:\.\d+)?", text)}


def test_what_is_asked_is_not_sent():
    asked = quiz()
    live = asked.live
    seen = in_text(json.dumps([live.given, live.blanks, live.words]))
    assert not HIDDEN & (seen | {*numbers(live.numbers)})
    assert sum(map(math.isnan, numbers(live.numbers))) == len(asked.blanks) == 9
    data, _ = live.picture()
    still = base64.b64decode(re.search(r"base64,([^\"]+)", data["text/html"])[1]).decode()
    assert not HIDDEN & in_text(still + data["text/plain"])


def test_zeros_are_hidden_too_and_arrays():
    zero = gv.practice(lambda x: gv.relu(x) * 0.0, x=-2.0)
    assert sum(map(math.isnan, numbers(zero.live.numbers))) == len(zero.blanks)
    arrays = gv.practice(lambda x: np.mean(x * x), x=np.array([1.0, 3.0]), ask="gradients")
    assert sum(map(math.isnan, numbers(arrays.live.numbers))) == 2 * 2 + 3 * 2  # and what flows


def test_what_a_person_does_is_judged_once():
    asked = quiz()
    live, z = asked.live, place(asked, "value", "z")
    acts = [["a-1", z, "answer", "536"]]
    live.acts = acts
    assert live.blanks[z]["mood"] == "wrong"
    acts = [*acts, ["a-2", z, "hint", ""], ["b-1", z, "answer", "537"]]
    live.set_state({"acts": acts, "asked": "a-2"})
    assert live.answered == "a-2"
    assert live.blanks[z]["found"] == "right"
    assert live.blanks[z]["says"] == "Right. \ufffc"  # where its line is to stand
    assert 537.0 in numbers(live.numbers)
    live.acts = [*acts, ["a-3", place(asked, "gradient", "x"), "show", ""]]
    result = asked.result
    assert (result.after_hints, result.shown, result.open) == (1, 1, 7)
    assert asked._judge.records[asked.blanks[z]].tries == 1


def test_what_happens_in_another_cell_is_told():
    asked = quiz()
    live = asked.live
    verdict = asked.answer(537 * 311, gradient="x")
    at = place(asked, "gradient", "x")
    assert verdict.mistakes == ("paths_multiplied",)
    assert live.blanks[at]["edge"] is not None
    assert live.blanks[at]["mistakes"] == ["paths_multiplied"]
    asked.show(value="f")
    assert live.blanks[place(asked, "value", "f")]["found"] == "shown"
    assert 167007.0 in numbers(live.numbers)


def test_nothing_that_a_page_sends_does_harm():
    live = quiz().live
    live.acts = [["a", 0, "dance", ""], ["b", 0, "answer", "9" * 10**6], ["c", 0, "answer", "\x00"]]
    assert live.blanks[0]["mood"] == "unread"
    with pytest.raises(IndexError):
        live.acts = [["d", 99, "hint", ""]]


def test_a_cell_shows_it(tmp_path):
    asked = quiz()
    data, _ = asked._repr_mimebundle_()
    assert (
        data["application/vnd.jupyter.widget-view+json"]["model_id"] == asked.live.model_id or data
    )
    assert "9 blanks: 9 to find" in data["text/plain"]
    assert "<img" in data["text/html"]
    assert asked.live is asked.live


def test_what_it_can_be_saved_as(tmp_path):
    asked = quiz()
    asked.answer(537, value="z")
    svg = asked.save(tmp_path / "x.svg").read_text(encoding="utf-8")
    assert svg == asked.svg and 537.0 in in_text(svg)
    still = asked.save(tmp_path / "x.html", live=False).read_text(encoding="utf-8")
    assert "<script" not in still and 537.0 in in_text(still)
    page = asked.save(tmp_path / "x.html", theme="dark").read_text(encoding="utf-8")
    shown = page[: page.index('<script type="application/json"')]
    assert not HIDDEN & in_text(shown)  # nothing is found there yet
    assert "<h1>f at x = 311, y = 226</h1>" in page
    for circuits in (0, 2, 31):
        with pytest.raises(ValueError, match="from 1 to 30 unseen circuits, or one of your own"):
            asked.save(tmp_path / "y.html", circuits=circuits)
    with pytest.raises(ValueError, match="can be saved as"):
        asked.save(tmp_path / "y.jpeg")
    assert not (tmp_path / "y.html").exists()


def test_a_page_holds_the_next_of_its_level(tmp_path):
    first = gv.practice(level=2, random_state=4, ask="gradients")
    page = first.save(tmp_path / "x.html", circuits=3).read_text(encoding="utf-8")
    state = re.search(r'id="gradviz-state">(.*?)</script>', page)[1]
    told = json.loads(state)["quizzes"]
    for quiz_told, number in zip(told, (4, 5, 6), strict=True):
        other = gv.practice(level=2, random_state=number, ask="gradients")
        assert quiz_told == json.loads(json.dumps(other.told()["quizzes"][0]))


def test_a_run_is_saved_with_what_may_come_back(tmp_path):
    series = Series(random_state=3, ask="gradients")
    page = series.save(tmp_path / "x.html", theme="light").read_text(encoding="utf-8")
    assert "<h1>A run of unseen circuits</h1>" in page
    told = json.loads(re.search(r'id="gradviz-state">(.*?)</script>', page)[1])
    levels = [1, 2, 3, 2, 4, 3, 5, 4, 6, 5]
    assert [each["level"] for each in told["quizzes"]] == levels
    assert [each["level"] for each in told["spares"]] == levels
    first = json.loads(json.dumps(next(series).told_alone))
    assert told["quizzes"][0] == first
    assert len({json.dumps(each["given"]) for each in told["quizzes"] + told["spares"]}) == 20
    for name in ("x.svg", "x.jpeg"):
        with pytest.raises(ValueError, match="saved as"):
            series.save(tmp_path / name)


def test_a_practice_is_no_figure_to_check(tmp_path):
    page = quiz().save(tmp_path / "x.html").read_text(encoding="utf-8")
    with pytest.raises(NoFigure, match="leaves out the numbers that it asks for"):
        audit(page)


def test_a_published_notebook_is_handed_it(monkeypatch):
    monkeypatch.setenv(published.VARIABLE, "1")
    data, _ = quiz()._repr_mimebundle_()
    (told,) = data[published.PAGE]
    assert told["kind"] == "practice" and told["spares"] == []
    json.dumps(told, allow_nan=False)


ODD = {
    "matrix": (lambda w, x: np.sum((w @ x) * x), {"w": np.eye(2), "x": np.array([1.0, -1.0])}),
    "many uses": (lambda x, y: x * x * y + x / y - x, {"x": 2.0, "y": 3.0}),
    "an array of six": (lambda w: np.mean(w * w), {"w": np.arange(6.0).reshape(2, 3)}),
}


@pytest.mark.parametrize("of", [*range(1, 7), *ODD])
def test_fields_stand_on_their_cards_and_apart(of):
    quizzes = (
        [gv.practice(*ODD[of])]
        if of in ODD
        else [gv.practice(level=of, random_state=state) for state in range(12)]
    )
    for each in quizzes:
        scene = picture.scene(each.run, each.layout, each.blanks)
        boxes = [picture.field(scene, blank) for blank in each.blanks]
        at_wires = [box for blank, box in zip(each.blanks, boxes) if blank.kind == "local"]
        for box in (card.box for card in scene.cards):
            x, y = box.x + scene.margin, box.y + scene.margin
            assert not any(
                x < left + wide and left < x + box.width and y < top + high and top < y + box.height
                for left, top, wide, high in at_wires
            )
        for at, (x, y, width, height) in enumerate(boxes):
            assert height == picture.FIELD <= width
            assert x >= 0 and x + width <= scene.width and y >= 0 and y + height <= scene.height
            assert not any(
                x < left + wide and left < x + width and y < top + high and top < y + height
                for left, top, wide, high in boxes[:at]
            )
        for blank, (x, y, width, height) in zip(each.blanks, boxes):
            if blank.kind != "local":
                card = scene.cards[blank.of.index]
                box, low = card.box, y - scene.margin + height
                assert card.head <= y - scene.margin - box.y and low <= box.y + box.height
                for each_map in card.maps:
                    top = box.y + each_map.y + scene.margin
                    assert top >= y + height or top + each_map.rows * each_map.cell <= y + 1
                assert box.x <= x - scene.margin and x - scene.margin + width <= box.x + box.width


def test_a_block_does_not_look_as_if_it_could_be_closed():
    soft = gv.block(lambda t: 1 / (1 + np.exp(-t)))
    asked = gv.practice(lambda x: soft(x) * 2, x=1.0)
    assert "▾" not in asked.live.given["structure"]["svg"]
