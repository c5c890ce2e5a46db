"""In Chinese, no English sentence is left in live figures, races, plots, practice and what is said
to answers; and what stands changes with the language.
"""

import re
import warnings

import numpy as np
import pytest
from chinese import english_in, seen
from lengths import short
from matplotlib.text import Text
from replies import replies

import gradviz as gv
from gradviz import words
from gradviz.exercises import _answers
from gradviz.exercises.engine import check_engine


@pytest.fixture
def in_chinese():
    with words.speaking("zh"):
        yield


@pytest.fixture(autouse=True)
def in_english_again():
    yield
    gv.set_language("en")


def square(x):
    return x**2


PLOTS = {
    "tangent": lambda: gv.plot.tangent(square, at=3.0),
    "secants": lambda: gv.plot.secants(square, at=3.0, h=0.1),
    "difference_error": lambda: gv.plot.difference_error(square, at=3.0),
    "descent": lambda: gv.plot.descent(square, start=3.0),
    "images": lambda: gv.plot.images(np.ones((2, 2, 2)), titles=["一", "二"]),
    "layers": lambda: gv.plot.layers({"一": [1e-3, 0.1], "二": [0.2, 0.1]}),
    **{
        family: lambda family=family: gv.plot.cost(family, (4, 9), timed=family == "layers")
        for family in ("chains", "trees", "layers", "doublings")
    },
    "cheap_gradient": lambda: gv.plot.cheap_gradient(sizes=(1, 10)),
}


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("name", short(4, PLOTS))
def test_plots(name):
    plot = PLOTS[name]()
    with warnings.catch_warnings(action="ignore"):  # where there is no font for them
        said = [each.get_text() for each in plot.figure.findobj(Text)]
        html = plot._repr_mimebundle_()[0]["text/html"]
        assert english_in(*said, plot.text, seen(html), seen(plot.svg)) == set()


@pytest.mark.usefixtures("in_chinese")
def test_a_training_and_its_table():
    film = gv.plot.training(answers=["1", "2"])
    film.add(2.0, verdicts=["1", "1"], gradients={"w": [1.0]})
    film.add(0.5, verdicts=["1", "2"], gradients={"w": [0.1]})
    with warnings.catch_warnings(action="ignore"):
        assert (
            english_in(film.text, *(e.get_text() for e in film.plot.figure.findobj(Text))) == set()
        )
    assert film.text.split()[:3] == ["迭代周期", "损失", "答对"]


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("exercise", _answers())
def test_exercises(exercise, capsys):
    said = replies(exercise, capsys)
    assert english_in(*said) == set()
    assert all(re.search("[一-鿿]", each) for each in said)


@pytest.mark.usefixtures("in_chinese")
def test_practice_and_its_mistakes():
    for level in range(1, 7):
        quiz = gv.practice(level=level, random_state=3)
        assert english_in(quiz, seen(quiz.svg)) == set()
        for place, told in enumerate(quiz.to_dict()["blanks"]):
            said = [told[each] for each in ("words", "question", "again", "sign", "rule")]
            quiz.act(place, "answer", str(told["wrong"][0]["numbers"][0] if told["wrong"] else 99))
            quiz.act(place, "hint")
            quiz.act(place, "show")
            assert english_in(*said, *(each["says"] for each in quiz.states())) == set()
    assert english_in(quiz, quiz.result) == set()


@pytest.mark.usefixtures("in_chinese")
def test_an_engine_of_ones_own():
    class Value:
        def __init__(self, value):
            self.value = value

    verdict = check_engine(Value)
    assert english_in(verdict) == set()
    assert str(verdict).startswith("还不对。")


# What stands changes


def sayings(formula):
    return "".join(part[1] for part in formula if isinstance(part, list) and part[0] == "say")


def test_a_view_that_stands():
    explorer = gv.explore(lambda x, y: (x + y) * x, x=1.0, y=2.0, code=True)
    view = explorer.view
    view.selected = "n0"
    assert sayings(view.structure["summary"]) == " at "
    gv.set_language("zh")
    assert sayings(view.structure["summary"]) == " 时，"
    assert view.structure["nodes"][0]["kind"] == "输入"
    assert "回传的梯度" in view.structure["svg"] and "flows back" not in view.structure["svg"]
    assert view.words["texts"]["page.play"] == "播放"
    assert view.nudges["lines"][0]["label"] == "不用微积分"
    assert view.selected == "n0" and view.run.grads == {"x": 4.0, "y": 1.0}
    view.update(x=2.0)
    gv.set_language("en")
    assert sayings(view.structure["summary"]) == " at "
    assert view.run.grads == {"x": 6.0, "y": 2.0}


def test_the_still_figure_below_changes_too():
    explorer = gv.explore(square, x=1.0)
    explorer._repr_mimebundle_()
    explorer._view_count = 1
    gv.set_language("zh")
    assert "静态图" in explorer._still.value and "still" not in seen(explorer._still.value)


def test_races_plots_and_films_that_stand():
    race = gv.race(lambda x, y: x * y + x, x=1.0, y=2.0)
    plot = gv.plot.difference_error(square, at=(1.0, 4.0))
    film = gv.plot.training()
    gv.set_language("zh")
    assert race.ways[0]["name"] == "反向传播"
    assert "梯度" in race.svg
    assert "步长 h" in plot._drawing.given["frames"][0]["svg"]
    assert plot.text.split()[1] == "差商"
    for live in (race, plot._drawing, film):
        assert live.words["language"] == "zh"


def test_a_practice_that_stands_says_its_replies_anew():
    quiz = gv.practice(lambda x, y: (x + y) * x, x=3.0, y=1.0, ask="gradients")
    live = quiz.live
    quiz.answer(12, gradient="x")
    quiz.hint(gradient="y")
    quiz.answer(4, gradient="v2")
    at = [blank["words"] for blank in live.given["blanks"]].index("the gradient of x")
    before = [each["says"] for each in live.blanks]
    assert before[at].startswith("Not yet. 12 fits")
    gv.set_language("zh")
    said = [each["says"] for each in live.blanks]
    assert said[at] == (
        "还不对。把 x 各处使用传回的梯度相乘，就会得到 12。"
        "沿着一条路径，因子一个接一个相乘。路径汇合处该怎么做？"
    )
    assert english_in(*said) == set()
    assert live.blanks[at]["tries"] == 1 and sum(each["hints"] for each in live.blanks) == 1
    assert live.given["blanks"][at]["words"] == "x 的梯度"
    gv.set_language("en")
    assert [each["says"] for each in live.blanks] == before
