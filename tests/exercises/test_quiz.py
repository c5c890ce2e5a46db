"""The quiz: what it says, what it counts, and that no answer is in sight."""

import base64
import json
import re
from fractions import Fraction

import numpy as np
import pytest
from turned import foreign, speaking_turned

import gradviz as gv
from gradviz.exercises.practice import Series, csv, unseen
from gradviz.exercises.practice.blanks import every
from gradviz.exercises.practice.mistakes import MISTAKES
from gradviz.exercises.practice.quiz import Quiz
from gradviz.numerals import numeral


def f(x, y):
    z = x + y
    return z * x


def named(blank):
    if blank.kind == "local":
        return {"local": (blank.of.source.label, blank.of.target.label, blank.of.position)}
    return {blank.kind: blank.of.label}


def given(numbers):
    return numbers[0] if len(numbers) == 1 else list(numbers)


def pile():
    """A hundred and two unseen circuits of all levels."""
    return [(level, state) for level in range(1, 7) for state in range(100, 117)]


SOME = pile()[::4]
REST = [pytest.param(*each, marks=pytest.mark.long) for each in pile() if each not in SOME]


@pytest.mark.parametrize(("level", "state"), [*SOME, *REST])
def test_every_mistake_that_gives_a_number_of_its_own_is_named(level, state):
    quiz = gv.practice(level=level, random_state=state)
    named_ones = 0
    for blank, key in quiz._judge.keys.items():
        for mistake in MISTAKES:
            for wrong in key.own(mistake):
                verdict = quiz.answer(given(wrong.numbers), **named(blank))
                assert not verdict.correct
                assert verdict.mistakes == (mistake,)
                assert verdict.wire == (wrong.wire.source.label, wrong.wire.target.label)
                said = numeral(wrong.numbers[0])
                assert said in verdict.says
                named_ones += 1
    assert named_ones >= 2
    for blank in quiz.blanks:
        numbers = blank.right(quiz.run)
        written = ", ".join(str(Fraction(number).limit_denominator(10**6)) for number in numbers)
        verdict = quiz.answer(written, **named(blank))
        assert verdict.correct and verdict.mistakes == ()
    result = quiz.result
    assert result.total == result.found == len(quiz.blanks)
    assert sum(result.mistakes.values()) == named_ones


def test_most_wrong_numbers_are_of_one_mistake_alone():
    shares = []
    for level, state in SOME:
        quiz = gv.practice(level=level, random_state=state)
        wrong = alone = 0
        for key in quiz._judge.keys.values():
            numbers = {each.numbers for each in key.wrong}
            own = {each.numbers for mistake in MISTAKES for each in key.own(mistake)}
            wrong, alone = wrong + len(numbers), alone + len(own)
        shares.append(alone / wrong)
    assert min(shares) > 0.6
    assert sum(shares) / len(shares) > 0.85


def test_what_is_said():
    quiz = gv.practice(f, x=3.0, y=2.0)
    says = lambda number, **which: quiz.answer(number, **which).says  # noqa: E731
    assert says("1,000", value="z") == (
        "Does the comma stand before thousands or before decimals? Write the number without it, "
        "or with a point."
    )
    assert says("", value="z") == "Nothing is typed yet."
    assert says("1, 2", value="z") == "One number is asked for here."
    assert says(6, value="z") == (
        "Not yet. 6 fits if the sum at z is taken for a product. What is the sign on the card of z?"
    )
    assert says(17, value="z") == (
        "Not yet. Which operation stands on z, and which numbers arrive there, in which order?"
    )
    assert says(5, value="z") == "Right. z = x + y = 3 + 2 = 5"
    assert says(5, value="z") == "That one stands in the figure already: z = x + y = 3 + 2 = 5"
    assert says(-3, gradient="z") == (
        "Not yet. The size is right. If z went up a little, which way would f go?"
    )
    assert says(5, local=("z", "f")) == (
        "Not yet. 5 fits if the product at f is given z's own value on the wire from z. If z goes "
        "up by 1, by how much does the product go up?"
    )
    assert says(15, gradient="x") == (
        "Not yet. 15 fits if what the uses of x hand back is multiplied. Factors follow each other "
        "along one path. What happens where paths meet?"
    )
    assert says(8, gradient="x") == "Right. ∂f/∂x = ∂f/∂z · ∂z/∂x + z = • · • + 1 · • = 8"
    # what is not found yet is not said
    assert quiz.result.to_dict() == {
        "first_try": 0,
        "after_tries": 2,
        "after_hints": 0,
        "shown": 0,
        "open": 7,
        "mistakes": {
            "multiplied_in_a_sum": 1,
            "own_value_for_the_other": 1,
            "paths_multiplied": 1,
        },
    }


def test_what_no_mistake_explains_gets_the_next_question():
    quiz = gv.practice(f, x=3.0, y=2.0)
    asked = lambda **which: [quiz.answer(number, **which).says for number in (701, 702)]  # noqa: E731
    assert asked(value="z")[1] == "Not yet. Put the numbers in, one after another: z = x + y."
    assert asked(local=("x", "z")) == [
        "Not yet. If x went up a little and all else that arrives at z stood still, how many times "
        "as much would z move?",
        "Not yet. Take a step of 1 at x, or of 0.1: what is z before, and what after?",
    ]
    assert asked(gradient="y")[1].startswith("Not yet. Begin at the output: which gradients")
    assert asked(gradient="x") == [
        "Not yet. x is used 2 times. What does each use hand back, and what becomes of that at x?",
        "Not yet. Take one wire at a time: what does x get back through z alone?",
    ]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, 6])
def test_no_other_word_than_the_catalogues(level):
    with speaking_turned():
        quiz = gv.practice(level=level, random_state=4)
        said = [str(quiz), quiz.hint(**named(quiz.blanks[-1])), str(quiz.result)]
        for blank, key in quiz._judge.keys.items():
            said += [
                blank.said(quiz.run),
                quiz._judge.said.rule(blank),
                quiz._judge.said.sign(blank),
            ]
            for number in ("six", "", "1,000", 1e6, 2e6, *(wrong.numbers for wrong in key.wrong)):
                said.append(str(quiz.answer(number, **named(blank))))
            said += [quiz.hint(**named(blank)), quiz.show(**named(blank))]
            said.append(str(quiz.answer(1, **named(blank))))
        mistakes = " ".join(MISTAKES).replace("_", " ")
        assert foreign(said, f"f {mistakes} {' '.join(n.label for n in quiz.graph.nodes)}") == set()


def test_hints_go_from_a_question_to_the_worked_line():
    quiz = gv.practice(f, x=3.0, y=2.0)
    hints = [str(quiz.hint(gradient="y")) for _ in range(4)]
    assert hints == [
        "What comes back to z, and by what does the wire from y multiply it?",
        "In symbols: ∂f/∂y = ∂f/∂z · ∂z/∂y",
        "∂f/∂y = ∂f/∂z · ∂z/∂y = • · • = •",
        "That was the last hint; it can still be shown.",
    ]
    assert quiz.show(gradient="z") == "∂f/∂z = x = 1 · • = 3"
    assert quiz.answer("1", local=("y", "z")).correct
    assert quiz.answer(3, gradient="y").says == "Right. ∂f/∂y = ∂f/∂z · ∂z/∂y = 3 · 1 = 3"
    result = quiz.result
    assert (result.first_try, result.after_hints, result.shown) == (1, 1, 1)
    assert not result.is_complete
    assert str(quiz.hint(gradient="y")).startswith("That one stands in the figure already")


@pytest.mark.parametrize(("level", "state"), SOME)
def test_hints_do_not_say_the_answer(level, state):
    quiz = gv.practice(level=level, random_state=state)
    for blank in quiz.blanks:
        for _ in range(3):
            line = quiz.hint(**named(blank))
            assert not re.search(r"[=] *−?[\d.]+$", line), line
        assert re.search(r"= •$", line)


def test_hints_do_not_say_that_nothing_comes_back():
    quiz = gv.practice(lambda x, y: gv.relu(x) * 0.0, x=-2.0, y=3.0, ask="gradients")
    for name in ("y", "v2", "x"):
        hints = [quiz.hint(gradient=name) for _ in range(3)]
        assert hints[2].endswith("= •")
        assert not any(hint.endswith("= 0") for hint in hints)
    assert quiz.answer(0, gradient="y").says == "Right. ∂f/∂y = 0"


def numbers_in(text):
    return {float(each.replace("−", "-")) for each in re.findall(r"[-−]?\d+(?:\.\d+)?", text)}


def test_no_answer_is_in_sight():
    quiz = gv.practice(f, x=311.0, y=226.0)  # z 537, f 167007; ∂f/∂x 848
    hidden = {537.0, 167007.0, 848.0}
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", quiz.html)[1]).decode()
    assert picture == quiz.svg
    for shown in (quiz.svg, str(quiz), repr(quiz), quiz.html):
        assert not hidden & numbers_in(shown)
        assert "•" in shown
    assert "<metadata" not in quiz.svg
    assert "∂z/∂x" not in quiz.svg
    quiz.answer(537, value="z")
    assert 537.0 in numbers_in(quiz.svg) & numbers_in(str(quiz))
    assert not {848.0} & numbers_in(quiz.svg)
    for blank in quiz.blanks:
        quiz.show(**named(blank))
    assert hidden <= numbers_in(quiz.svg)
    assert "9 blanks: all found" in str(quiz)


def test_what_flows_gives_no_gradient_away():
    quiz = gv.practice(f, x=311.0, y=226.0, ask={"gradient": ["y", "z"]})
    assert not re.search(r'data-flow="311', quiz.svg)
    assert re.search(r'data-local="311', quiz.svg)
    quiz = gv.practice(f, x=311.0, y=226.0, ask="locals")
    assert not re.search(r'data-(flow|local)="537', quiz.svg)


def test_a_users_text_is_escaped():
    graph = gv.trace(lambda **them: them["<b>&"] * 2, {"<b>&": 3.0})
    quiz = gv.practice(graph)
    assert "<b>" not in quiz.svg + quiz.html
    quiz.answer("<script>", gradient="<b>&")
    assert quiz.answer("nonsense", gradient="<b>&").says.startswith("That is no number")


def test_what_is_asked():
    count = lambda ask: len(gv.practice(f, x=3.0, y=2.0, ask=ask).blanks)  # noqa: E731
    assert [count(ask) for ask in (None, "values", "locals", "gradients")] == [9, 2, 4, 3]
    assert count(["values", "gradients"]) == 5
    assert count({"value": "z", "local": [("x", "z"), ("x", "f")]}) == 3
    for wrong in ("answers", {"gradient": "f"}, {"gradient": ["q"]}, {"local": [("y", "f")]}):
        with pytest.raises(ValueError, match=r"ask is some of|is not asked for"):
            count(wrong)
    quiz = gv.practice(f, x=3.0, y=2.0, ask="gradients")
    with pytest.raises(ValueError, match="value='z' is not asked for; there is none"):
        quiz.answer(5, value="z")
    with pytest.raises(TypeError, match="name one blank"):
        quiz.answer(5)
    with pytest.raises(TypeError, match="name one blank"):
        quiz.hint(value="z", gradient="z")
    with pytest.raises(ValueError, match="there is nothing to ask of"):
        gv.practice(lambda x: x, x=1.0)


def test_two_wires_between_the_same():
    quiz = gv.practice(lambda x: x * x, x=3.0)
    with pytest.raises(ValueError, match=r"not one wire; there are .*'f', 1"):
        quiz.answer(3, local=("x", "f"))
    assert quiz.answer(3, local=["x", "f", 1]).correct
    assert quiz.answer(6, gradient="x").correct


def test_what_it_can_be_made_of():
    graph = gv.trace(f, x=3.0, y=2.0)
    for quiz in (
        gv.practice(graph),
        gv.practice(graph.run(x=3.0)),
        gv.practice(f, {"x": 3.0, "y": 2.0}),
        gv.practice(graph, x=3.0),
    ):
        assert isinstance(quiz, gv.Quiz)
        assert quiz.answer(8, gradient="x").correct
    with pytest.raises(TypeError, match="a function with its inputs, or a level"):
        gv.practice(x=3.0)
    with pytest.raises(TypeError, match="are for unseen circuits"):
        gv.practice(graph, level=3)
    with pytest.raises(ValueError, match="at most 60 nodes"):
        gv.practice(lambda x: sum(x * k for k in range(2, 40)), x=1.0)
    drawn = gv.practice(level=2)
    again = gv.practice(level=2, random_state=drawn.circuit.random_state)
    assert again.circuit.source == drawn.circuit.source


@pytest.mark.parametrize(
    "number", ["", "six", None, "1,000", float("nan"), "1/0", [1, 2], object(), "9" * 10**6, b"6"]
)
def test_what_cannot_be_read_is_no_try(number):
    quiz = gv.practice(level=3, random_state=1)
    blank = quiz.blanks[0]
    verdict = quiz.answer(number, **named(blank))
    assert not verdict.correct and verdict.says
    assert quiz._judge.records[blank].tries == 0


def test_a_page_can_judge_by_what_is_told():
    quiz = gv.practice(level=4, random_state=0)
    told = json.loads(json.dumps(quiz.to_dict(), allow_nan=False))
    assert told["format"] == "gradviz-practice/1"
    graph = gv.Graph.from_dict(told["graph"])
    assert graph.example.grads == quiz.run.grads
    assert told["circuit"] == {
        "level": 4,
        "random_state": 0,
        "source": unseen(4, 0).source,
    }
    assert len(told["blanks"]) == len(quiz.blanks)
    for blank, each in zip(quiz.blanks, told["blanks"]):
        assert each["right"] == list(blank.right(quiz.run))
        assert len(each["wrong"]) == len(quiz._judge.keys[blank].wrong)
        assert {wrong["mistake"] for wrong in each["wrong"]} <= MISTAKES.keys()


def test_arrays_are_answered_number_by_number():
    quiz = gv.practice(lambda x: np.mean(x * x), x=np.array([1.0, 3.0]), ask="gradients")
    assert quiz.answer("1, 3", gradient="x").correct
    assert quiz.answer([0.5], gradient="v1").says == (
        "2 numbers are asked for here, such as (1, 2)."
    )
    assert quiz.answer([1, 1], gradient="v1").mistakes == ("mean_hands_back_all",)
    assert quiz.answer("(1/2, 0.5)", gradient="v1").correct
    assert quiz.result.is_complete


def all_right(quiz):
    for blank in quiz.blanks:
        assert quiz.answer(given(blank.right(quiz.run)), **named(blank)).correct


def test_a_run_of_ten():
    series = Series(random_state=3, ask="gradients")
    levels = []
    for quiz in series:
        levels.append(quiz.circuit.level)
        all_right(quiz)
    assert levels == [1, 2, 3, 2, 4, 3, 5, 4, 6, 5]
    assert series.result.is_complete
    assert len({quiz.circuit.source + str(quiz.circuit.inputs) for quiz in series.quizzes}) == 10


def test_what_was_missed_comes_back():
    series, levels = Series(random_state=3, ask="gradients"), []
    for quiz in series:
        levels.append(quiz.circuit.level)
        if len(levels) == 3:  # the first product
            quiz.show(**named(quiz.blanks[0]))
        if len(levels) == 10:
            quiz.answer(1e6, **named(quiz.blanks[0]))
        all_right_but_shown(quiz)
    assert levels == [1, 2, 3, 2, 4, 3, 3, 5, 4, 6, 5]
    assert series.quizzes[2].circuit.source != series.quizzes[5].circuit.source
    assert series.result.shown == 1


def all_right_but_shown(quiz):
    for blank in quiz.open:
        quiz.answer(given(blank.right(quiz.run)), **named(blank))


def test_it_ends_though_everything_is_missed():
    assert len(list(Series(random_state=1, ask="gradients"))) == 20


def test_results_of_many():
    first, second = gv.practice(f, x=3.0, y=2.0), gv.practice(f, x=3.0, y=2.0)
    all_right(first)
    second.answer(15, gradient="x")
    second.show(value="z")
    table = csv([first.result, json.loads(json.dumps(second.result.to_dict()))])
    assert table == (
        "number,first_try,after_tries,after_hints,shown,open,paths_multiplied\n"
        "1,9,0,0,0,0,0\n"
        "2,0,0,0,1,8,1\n"
    )
    assert first.result.is_complete and first.result.share == 1.0
    assert (first.result + second.result).total == 18
    assert str(second.result) == (
        "0 of 9 right at the first try, 0 after tries, 0 after hints, 1 shown, 8 open\n"
        "mistakes that fitted: paths_multiplied (1)"
    )


def test_all_that_is_asked_of_a_graph_is_a_number():
    run = gv.trace(lambda x: np.log(x) * 2.0, x=0.0).example
    assert [blank.name(run) for blank in every(run)] == ["∂f/∂v2"] or all(
        np.isfinite(blank.right(run)).all() for blank in every(run)
    )


def test_the_quiz_is_a_public_name():
    assert gv.Quiz is Quiz
    assert {"Quiz", "practice"} <= {*gv.__all__}
