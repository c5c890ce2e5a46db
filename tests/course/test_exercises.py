"""The exercises of the lessons: right answers are right, wrong ones get a hint that does not give
the answer away, and what stands in the package is what the lessons ask and teach.
"""

import ast
import re

import nbformat
import numpy as np
import pytest
from circuit import INPUTS
from engines import faulty
from lesson_code import PATHS, code, result
from needs import needed

import gradviz as gv
from gradviz.exercises import _answers, check, question
from gradviz.export import published
from gradviz.words import catalogue

ANSWERS = {  # lesson: for each exercise, right answers and wrong ones
    0: [(["3", "3.0"], ["4", "'three'"]), (["7"], ["3"]), (["1"], ["0", "17"])],
    1: [(["10.1"], ["10", "5.1"]), (["-0.25"], ["0.25", "0.5"]), (["3", "3.0"], ["0", "-3"])],
    2: [
        (["(4, 6)", "[4, 6]"], ["(4, 5)", "4"]),
        (["-3"], ["3", "-6"]),
        (["x * x"], ["x**2", "x + x"]),
    ],
    3: [(["0.25"], ["0.1966", "1"]), (["9"], ["8", "4"]), (["-9.0", "5.0"], ["-4.0", "0"])],
    4: [
        (["0.09"], ["0.9", "-0.09"]),
        (["1 - out**2"], ["1 - out", "out * (1 - out)"]),
        (["0.5"], ["0.9", "1"]),
    ],
    5: [
        (["(10, 25)"], ["(25, 10)", "10"]),
        (["65"], ["64", "100"]),
        (["x * y + x"], ["x * y", "x * y + x - y"]),
    ],
    6: [
        (["0.5"], ["3", "1 / 6"]),
        (["2410"], ["1210", "2400"]),
        (["0.25**9", "3.815e-06"], ["0.25", "2.25"]),
    ],
    7: [
        (["12"], ["-12", "-8"]),
        (["5"], ["3", "2"]),
        (["0", "0.0"], ["1", "0.5"]),
        (["1.6"], ["2", "0.16"]),
        (["(5, 6)"], ["(5, 4)", "(4, 6)"]),
        (["0.5**10", "1 / 1024"], ["0.5", "5"]),
    ],
    8: [(["5.4366", "2 * 2.71828"], ["2.71828", "1"]), (["3"], ["6", "9"]), (["15"], ["5", "1"])],
    9: [(["(10, 32)", "[10, 32]"], ["(32, 10)", "10"]), (["0"], ["0.2", "1"]), (["5"], ["4", "3"])],
}  # fmt: skip
PRACTISED = {(2, 2): "b", (3, 1): "w2"}  # in a figure: whose gradient it asks for
EACH = [
    (lesson, number)
    for lesson, exercises in ANSWERS.items()
    for number in range(1, len(exercises) + 1)
    if (lesson, number) not in PRACTISED
]


def answered(lesson, number, answer, capsys):
    """What an exercise says to an answer."""
    cell = f"exercise-{number}"
    source, replaced = re.subn(
        r"(guess =|return) None$", rf"\1 {answer}", code(lesson)[cell], count=1, flags=re.MULTILINE
    )
    assert replaced == 1
    result(lesson, cell, source)
    return capsys.readouterr().out.splitlines()[-1]  # before it, other exercises may have spoken


RUN = [  # lesson 9 where PyTorch is
    pytest.param(*each, marks=[pytest.mark.long] * (each[0] == 9)) for each in EACH
]


@pytest.mark.parametrize(("lesson", "number"), RUN)
def test_exercises(lesson, number, capsys):
    right, wrong = ANSWERS[lesson][number - 1]
    for answer in right:
        assert answered(lesson, number, answer, capsys) == "Right."
    for answer in wrong:
        said = answered(lesson, number, answer, capsys)
        assert re.fullmatch(r"Not yet\. .+", said)
        assert not any(
            re.search(rf"(?<![\w.]){re.escape(each)}(?![\w.])", said)
            for each in right
            if len(each) > 1
        )
    assert answered(lesson, number, "None", capsys) == "Not answered yet."


@pytest.mark.parametrize(("lesson", "number"), PRACTISED)
def test_exercises_in_a_figure(lesson, number):
    right, wrong = ANSWERS[lesson][number - 1]
    cell = f"exercise-{number}"
    for answer in (*wrong, *right):
        quiz = result(lesson, cell, code(lesson)[cell])
        (blank,) = quiz.blanks
        assert (blank.kind, blank.node.label) == ("gradient", PRACTISED[lesson, number])
        assert quiz.answer(answer, gradient=blank.node.label).correct == (answer in right)


def test_every_exercise_is_here():
    for lesson, exercises in ANSWERS.items():
        assert [cell for cell in code(lesson) if cell.startswith("exercise-")] == [
            f"exercise-{number}" for number in range(1, len(exercises) + 1)
        ]


@pytest.mark.parametrize(("lesson", "number"), EACH)
def test_a_lesson_asks_what_the_package_asks_and_gives_nothing_away(lesson, number):
    cells = {cell.id: cell.source for cell in nbformat.read(PATHS[lesson], 4).cells}
    exercise = f"{lesson}.{number}"
    assert cells[f"exercise-{number}-text"] == f"**{number}.** {question(exercise)}"
    last = ast.parse(cells[f"exercise-{number}"]).body[-1].value
    assert last.func.id == "check"
    assert last.args[0].value == exercise
    assert len(last.args) == 2


def test_there_are_words_and_answers_for_each_exercise():
    exercises = {f"{lesson}.{number}" for lesson, number in EACH}
    texts = {each for each in catalogue("en").texts if re.match(r"exercise\.\d", each)}
    ids = {each for each in texts if ".mistake." not in each}
    assert ids == {f"exercise.{each}.{part}" for each in exercises for part in ("question", "hint")}
    assert _answers().keys() == exercises == RECIPES.keys()


def product(*factors):
    result = 1.0
    for factor in factors:
        result = result * factor
    return result


def shared(a, b):
    c = a * b
    return c * c + a


def halved(x):
    for _ in range(10):
        x = 0.5 * x
    return x


def swept(fault, at, function, calls=1):
    """The gradient that a faulty engine gives."""
    x = faulty(fault)[0](at)
    y = function(x)
    for _ in range(calls):
        y.backward()
    return x.grad


def circuit(w0, x0, w1, x1, w2):
    t = w0 * x0 + w1 * x1 + w2
    return 1 / (1 + np.exp(-t))


def fused(w0, x0, w1, x1, w2):
    return gv.sigmoid(w0 * x0 + w1 * x1 + w2)


def size(graph):
    return len(graph.operations), len(graph.edges)


def costs(function, **inputs):
    return gv.trace(function, **inputs).cost()


TOTAL = gv.trace(
    lambda price, amount, postage: price * amount + postage,
    {"price": 3.0, "amount": 4.0, "postage": 5.0},
)
PAIR = gv.trace(lambda a, b: (a - b) ** 2 + 3 * b, a=5.0, b=2.0)
SQUARE = gv.trace(lambda x: x * x, x=3.0)
OUTPUTS = np.linspace(0.01, 0.99, 99)
sigmoid_slope = gv.grad(gv.sigmoid)
RECIPES = {  # each answer anew, by what its lesson teaches
    "0.1": lambda: TOTAL.example.grads["amount"],
    "0.2": lambda: TOTAL.run(price=7.0).grads["amount"],
    "0.3": lambda: TOTAL.run(price=1.0, amount=9.0).grads["postage"],
    "1.1": lambda: ((5 + 0.1) ** 2 - 5**2) / 0.1,
    "1.2": lambda: gv.grad(lambda x: 1 / x)(2.0),
    "1.3": lambda: gv.grad(lambda x: x**2 - 6 * x + 2)(3.0),
    "2.1": lambda: size(PAIR),
    "2.3": lambda: (*size(SQUARE), SQUARE.example.grads["x"]),
    "3.2": lambda: gv.grad(lambda x: x * (x + 1))(4.0),
    "3.3": lambda: gv.trace(circuit, INPUTS).run(w2=20.0).grads["w0"],
    "4.1": lambda: sigmoid_slope(np.log(9.0)),  # where σ is 0.9
    "4.2": lambda: [gv.grad(np.tanh)(t) for t in (-1.0, 0.0, 2.0)],
    "4.3": lambda: OUTPUTS[np.argmax((1 - OUTPUTS) * OUTPUTS)],
    "5.1": lambda: ((cost := costs(fused, **INPUTS)).n_plus_p, cost.n_times_p),
    "5.2": lambda: costs(product, **{f"x{k}": 1.0 for k in range(10)}).bumping,
    "5.3": lambda: costs(lambda x, y: x * y + x, x=1.0, y=2.0).n,
    "6.1": lambda: gv.grad(lambda x: np.mean(3 * x))(np.ones(6))[0],
    "6.2": lambda: sum(np.ones(shape).size for shape in ((64, 32), 32, (32, 10), 10)),
    "6.3": lambda: sigmoid_slope(0.0) ** 9,
    "7.1": lambda: gv.grad(lambda x: x**3)(-2.0),
    "7.2": lambda: gv.grad(lambda x, y: (x + y) * x)(2.0, 1.0),
    "7.3": lambda: gv.grad(lambda a: 0.5 * a - 0.5 * a)(1.0),
    "7.4": lambda: 10 * sigmoid_slope(np.log(0.25)),  # where σ is 0.2
    "7.5": lambda: (len((graph := gv.trace(shared, a=1.0, b=2.0)).nodes), len(graph.edges)),
    "7.6": lambda: gv.grad(halved)(1.0),
    "8.1": lambda: gv.grad(lambda p: np.exp(p) * p)(1.0),
    "8.2": lambda: swept("= for +=", 3.0, lambda x: x * x),
    "8.3": lambda: swept("inputs pile up", 1.0, lambda x: 5 * x, calls=3),
    "9.1": lambda: np.shape((np.ones((1, 32)) @ np.ones((32, 10))).T @ np.ones((1, 32))),
    "9.2": lambda: np.linalg.norm(0.2 * gv.grad(lambda t: np.sum(gv.relu(t)))(-np.ones(4))),
    "9.3": lambda: next(n for n in range(99) if 0.25**n < 1 / 1000),
}  # fmt: skip


@pytest.mark.parametrize("exercise", RECIPES)
def test_stored_answers_are_what_the_lessons_teach(exercise):
    answer = _answers()[exercise]
    assert RECIPES[exercise]() == pytest.approx(answer.numbers, rel=1e-12, abs=answer.within)


def test_n_times_p_is_n_plus_p_only_for_two_operations():
    equal = []
    for count in range(1, 9):

        def summed(x, y, count=count):
            for _ in range(count):
                x = x + y
            return x

        cost = costs(summed, x=1.0, y=2.0)
        equal += [cost.n] if cost.n_times_p == cost.n_plus_p else []
    assert equal == [_answers()["5.3"].numbers]


@pytest.mark.parametrize(
    ("guess", "answer", "said"),
    [
        (0.1966, 0.19661193, "Right."),
        (np.float32(0.5), 0.5, "Right."),
        (np.array([1, 2]), (1.0, 2.0), "Right."),
        (-0.2, 0.2, "Not yet. The size is right; look at the sign."),
        (0.2, 0.21, "Not yet. Look again."),
        ("6", 6.0, "Right."),
        (" −0.59 ", -0.59, "Right."),
        ("1/3", "0.3333", "Right."),
        ("-1 / 4", 0.25, "Not yet. The size is right; look at the sign."),
        ("(1, 1/2)", (1.0, 0.5), "Right."),
        (("1", 0.5), (1.0, 0.5), "Right."),
        ("6/", 6.0, "Not yet. The answer is one number."),
        ("1/0", 6.0, "Not yet. The answer is one number."),
        ("six", 6.0, "Not yet. The answer is one number."),
        ("", 6.0, "Not yet. The answer is one number."),
        (("1", "x"), (1.0, 2.0), "Not yet. The answer is 2 numbers, such as (1, 2)."),
        ([[1], [2, 3]], 6.0, "Not yet. The answer is one number."),
        (10**400, 6.0, "Not yet. The answer is one number."),
        (6.0, (1.0, 2.0), "Not yet. The answer is 2 numbers, such as (1, 2)."),
        (float("nan"), 6.0, "Not yet. Look again."),
        (print, 6.0, "Not yet. The answer is one number."),
        (5.0, 6.0, "Not yet. {guess} is a place only in our own hints."),
    ],
)
def test_check(guess, answer, said, capsys):
    hint = said.removeprefix("Not yet. ") if "{" in said else "Look again."
    check(guess, answer, hint)
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.parametrize(
    ("exercise", "guess", "said"),
    [
        ("1.3", -1.0, "Not yet. The slope there is −1. Where is it 0?"),
        ("1.3", 0.004, "Right."),
        (
            "2.3",
            (2, 3, 6.5),
            "Not yet. Yours has (operations, arrows, gradient) = (2, 3, 6.5). What can take x on "
            "both sides?",
        ),
        ("3.3", -0.0099, "Right."),
        ("3.3", 0.0101, "Not yet. The gradient is 0.0101 there. Where is the sigmoid flat?"),
    ],
)
def test_hints_say_what_came_of_the_guess(exercise, guess, said, capsys):
    check(exercise, guess)
    assert capsys.readouterr().out == said + "\n"


def test_exercises_that_there_are_not():
    with pytest.raises(ValueError, match=r"no exercise '4\.9'; lesson 4 has 4\.1, 4\.2, 4\.3$"):
        check("4.9", 1.0)
    with pytest.raises(ValueError, match=r"no exercise 'derivatives'; there are 0\.1, .+, 9\.3$"):
        question("derivatives")
    with pytest.raises(
        TypeError, match=r"named by text, not by 3\.2; .+ check\(guess, answer, hint\)"
    ):
        check(3.2, 1.0)
    with pytest.raises(TypeError, match=r"the answer must be a number, not 'six'"):
        check(6.0, "six", "Look again.")


@pytest.mark.long
def test_pytorch_says_what_lesson_one_says_it_says(capsys):
    (text,) = (cell.source for cell in nbformat.read(PATHS[1], 4).cells if cell.id == "pytorch")
    source, said = re.search(r"```python\n(.+?)```\s+```\n(.+?)```", text, re.DOTALL).groups()
    needed("torch", "PyTorch IS NOT INSTALLED: what lesson 1 says of it was not tried")
    exec(compile(source, "<lesson 1>", "exec"), {})
    assert capsys.readouterr().out == said


def test_what_is_typed_in_a_page_is_what_a_cell_takes_as_the_guess():
    found = [
        re.findall(r'^ *check\("([\d.]+)", (.*)\)$', cell, re.MULTILINE)
        for lesson in range(len(PATHS))
        for cell in code(lesson).values()
    ]
    taken = {exercise: name == "guess" for calls in found for exercise, name in calls}
    assert taken == {exercise: answer.is_typed for exercise, answer in _answers().items()}


def test_a_page_is_handed_what_judges_an_answer(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setenv(published.VARIABLE, "1")
    check("3.2", None)
    check(None, (1, 2), "Add {guess}.")
    assert capsys.readouterr().out == ""
    told = [data[published.PAGE][0] for data in shown]
    assert [each["numbers"] for each in told] == [[9.0], [1.0, 2.0]]
    assert [each["is_one"] for each in told] == [True, False]
    assert shown[0]["text/plain"] == "Not answered yet."
    check("3.2", 9)
    assert capsys.readouterr().out == "Right.\n"
