"""The exercises of the lessons: right answers are right, wrong ones get a hint that does not give
the answer away.
"""

import re

import nbformat
import numpy as np
import pytest
from lesson_code import PATHS, code, result
from needs import needed

from gradviz.exercises import check

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
}  # fmt: skip
EACH = [
    (lesson, number)
    for lesson, exercises in ANSWERS.items()
    for number in range(1, len(exercises) + 1)
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


@pytest.mark.parametrize(("lesson", "number"), EACH)
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


def test_every_exercise_is_here():
    for lesson, exercises in ANSWERS.items():
        assert [cell for cell in code(lesson) if cell.startswith("exercise-")] == [
            f"exercise-{number}" for number in range(1, len(exercises) + 1)
        ]


@pytest.mark.parametrize(
    ("guess", "answer", "said"),
    [
        (0.1966, 0.19661193, "Right."),
        (np.float32(0.5), 0.5, "Right."),
        (np.array([1, 2]), (1.0, 2.0), "Right."),
        (-0.2, 0.2, "Not yet. The size is right; look at the sign."),
        (0.2, 0.21, "Not yet. Look again."),
        ("6", 6.0, "Not yet. The answer is one number."),
        ([[1], [2, 3]], 6.0, "Not yet. The answer is one number."),
        (10**400, 6.0, "Not yet. The answer is one number."),
        (6.0, (1.0, 2.0), "Not yet. The answer is 2 numbers, such as (1, 2)."),
        (float("nan"), 6.0, "Not yet. Look again."),
        (print, 6.0, "Not yet. The answer is one number."),
    ],
)
def test_check(guess, answer, said, capsys):
    check(guess, answer, "Look again.")
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.long
def test_pytorch_says_what_lesson_one_says_it_says(capsys):
    (text,) = (cell.source for cell in nbformat.read(PATHS[1], 4).cells if cell.id == "pytorch")
    source, said = re.search(r"```python\n(.+?)```\s+```\n(.+?)```", text, re.DOTALL).groups()
    needed("torch", "PyTorch IS NOT INSTALLED: what lesson 1 says of it was not tried")
    exec(compile(source, "<lesson 1>", "exec"), {})
    assert capsys.readouterr().out == said
