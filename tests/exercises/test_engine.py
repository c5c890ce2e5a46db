"""An engine of one's own: right ones in many styles are right, each faulty one is told what fits it
and where, and whatever else a learner's class does comes back as a sentence.
"""

import math
import random
import re
import subprocess
import sys

import pytest
from engines import FAULTY, ONE, OTHER, PAIRS, RIGHT, engine_of, faulty
from lengths import short
from lesson_code import code
from needs import needed

from gradviz.exercises import check_engine
from gradviz.exercises.engine.circuits import SHAPES, circuits, shaped, unseen
from gradviz.exercises.engine.mistakes import MISTAKES, agree, fitting
from gradviz.words import catalogue


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("random_state", short(1, [0, 7]))
def test_right_engines(name, random_state):
    verdict = check_engine(engine_of(RIGHT[name]), random_state)
    assert verdict.is_right, verdict
    assert (verdict.fits, verdict.figure) == ((), None)
    assert verdict.text.startswith("Right: the same values and gradients on ")


@pytest.mark.parametrize("name", short(8, FAULTY))
def test_faulty_engines(name):
    engine, mistake = faulty(name)
    verdict = check_engine(engine)
    assert not verdict.is_right
    assert verdict.fits == (mistake,), verdict
    assert verdict.text.startswith("Not yet. ")
    assert re.search(r"^(That|In some circuits, .+ that) fits ", verdict.text, re.MULTILINE)


def test_each_known_mistake_is_made_by_some_engine():
    made = {mistake for *_, mistake in FAULTY.values()}
    known = {each.rpartition(".")[2] for each in catalogue("en").texts if ".fits." in each}
    assert made == known - {"one", "one_at_times", "several", "each", "none", "unknown"}
    assert made >= MISTAKES.keys()


# ── what is shown ──


def test_the_first_gate_that_differs_is_boxed_and_named():
    verdict = check_engine(faulty("own value")[0])
    circuit = shaped(SHAPES[1], random_after(SHAPES[:1]))
    a, b = circuit.inputs.values()
    assert "the first gradient that differs is that of `a`" in verdict.text
    assert f"it is {a:g}, where {b:g} is right".replace("-", "−") in verdict.text
    boxed = [node.label for node in verdict.figure.graph.nodes if node.block]
    assert boxed == ["p"]
    assert ">here</text>" in verdict.figure.svg


def random_after(shapes):
    generator = random.Random(0)
    for shape in shapes:
        shaped(shape, generator)
    return generator


def test_a_wrong_value_is_shown_at_its_gate():
    engine = engine_of(PAIRS.replace("self.value * other.value, [", "self.value + other.value, ["))
    verdict = check_engine(engine)
    assert verdict.text.startswith("Not yet. At `p = a * b` the value is ")
    assert [node.label for node in verdict.figure.graph.nodes if node.block] == ["p"]


def test_what_fits_no_mistake_is_told_the_rule():
    verdict = check_engine(engine_of(PAIRS.replace("[(self, out)]", "[(self, out + 1)]")))
    assert verdict.fits == ()
    assert (
        "It fits no mistake that is known here. What should come together there: ∂" in verdict.text
    )


def test_two_mistakes_at_once_are_told_apart():
    both = PAIRS.replace("[(self, out)]", "[(self, 1.0)]").replace(
        "[(self, 1.0), (other, 1.0)]", "[(self, 0.5), (other, 0.5)]"
    )
    verdict = check_engine(engine_of(both))
    assert verdict.fits == ("sum_shared_out",)
    assert "In some circuits, and in this one, that fits a sum that shares out" in verdict.text


def test_a_notebook_shows_text_and_figure(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda what, **_: shown.append(what))
    wrong = engine_of(PAIRS.replace("return Value(out, [(self, out)])", "1 < '<b>'"))
    check_engine(wrong)._ipython_display_()
    assert "the line <code>1 &lt; '&lt;b&gt;'</code>" in shown[0]["text/html"]
    assert "the line `1 < '<b>'`" in shown[0]["text/plain"]
    check_engine(faulty("exp one")[0])._ipython_display_()
    assert [type(each).__name__ for each in shown] == ["dict", "dict", "Figure"]
    assert shown[1]["text/html"].count("<p ") == 3
    check_engine(engine_of(PAIRS))._ipython_display_()
    assert [type(each).__name__ for each in shown] == ["dict", "dict", "Figure", "dict"]
    assert capsys.readouterr().out == ""


def test_the_lesson_goes_on_with_the_learners_own_engine():
    cells = {**code(8), "yours": PAIRS}
    space = {"display": lambda *shown: None}
    for cell in ("imports", "yours", "engine", "neuron", "learn"):
        exec(compile(cells[cell], f"<{cell}>", "exec"), space)
    assert space["Engine"] is space["Value"]
    assert space["neuron"](*map(space["Value"], space["weights"])).value == pytest.approx(
        0.2, abs=5e-3
    )


# ── circuits and mistakes ──


@pytest.mark.long
@pytest.mark.parametrize("random_state", range(5))
def test_gradients_of_circuits_are_pytorchs(random_state):
    torch = needed("torch", "gradients of circuits were not held against PyTorch's")
    for circuit in circuits(random_state):
        inputs = {
            name: torch.tensor(number, dtype=torch.float64, requires_grad=True)
            for name, number in circuit.inputs.items()
        }
        values = dict(inputs)
        operations = {"add": torch.add, "multiply": torch.mul, "exp": torch.exp}
        for gate in circuit.gates:
            values[gate.name] = operations[gate.operation](
                *(values[each] for each in gate.operands)
            )
            values[gate.name].retain_grad()
        values[circuit.output].backward()
        found = {name: value.grad.item() for name, value in values.items()}
        assert circuit.gradients() == pytest.approx(found)
        assert circuit.values() == pytest.approx({n: v.item() for n, v in values.items()})


@pytest.mark.parametrize("random_state", short(1, range(20)))
def test_mistakes_part_on_every_set_of_circuits(random_state):
    given = circuits(random_state)
    further = {"minus_lost", "minus_both", "square_lost", "numerator_lost"}
    for mistake in MISTAKES.keys() - further:
        for sweep in MISTAKES[mistake]:
            found = [(circuit, sweep(circuit)) for circuit in given]
            assert fitting(found) == ([] if is_right(found) else [mistake]), mistake


def is_right(found):
    """Whether the numbers are right all the same: a search may meet users first by chance."""
    return all(agree(numbers, circuit.gradients()) for circuit, numbers in found)


def test_circuits_are_the_same_everywhere():
    assert str(circuits(0)[0]) == "a = 1.9; b = -1.2; p = a + b"
    assert str(unseen(random.Random(1), 5)) == (
        "a = 0.6; b = -1.8; c = 1.3; p = c.exp(); q = p * p; r = b + b; s = r * a; t = s * b; u = q + t"
    )


@pytest.mark.parametrize("random_state", short(6, range(40)))
def test_unseen_circuits_are_whole_and_their_numbers_fit(random_state):
    for gates in range(3, 9):
        circuit = unseen(random.Random(random_state), gates)
        used = {each for gate in circuit.gates for each in gate.sources}
        assert used | {circuit.output} == circuit.values().keys()
        assert all(abs(number) < 200 for number in circuit.values().values())
        assert all(math.isfinite(number) for number in circuit.gradients().values())


# ── whatever a class does ──

METHODS = """
class Value:
    def __init__(self, value):
        self.value, self.grad = value, 0.0
    def __add__(self, other):
        return Value(self.value + getattr(other, "value", other))
    def __mul__(self, other):
        return Value(self.value * getattr(other, "value", other))
    def exp(self):
        import math
        return Value(math.exp(self.value))
    def backward(self):
        pass
    __radd__, __rmul__ = __add__, __mul__
"""
INIT = "        self.value, self.grad = value, 0.0\n"
ODD = {  # a class, and what is said
    "empty": ("class Value: pass", r"`Value\(2.0\)` fails with TypeError"),
    "no value": (METHODS.replace("self.value, self.grad = value, 0.0", "pass"), r"`Value\(2.0\)\.value` has no number|has no number"),
    "value is text": (METHODS.replace("= value, 0.0", "= str(value), 0.0"), "of the kind str"),
    "value is a method": (METHODS.replace(INIT, "        pass\n    def value(self): return 2.0\n"), "is a method"),
    "value is a list": (METHODS.replace("= value, 0.0", "= [value], 0.0"), "of the kind list"),
    "value fails": (METHODS.replace(INIT, "        pass\n    @property\n    def value(self): raise KeyError('x')\n"), "KeyError"),
    "value is in data": (METHODS.replace("self.value, self.grad", "self.data, self.grad"), r"`Value\(2\.0\)` has `data`, and no `value`: call it `self\.value`"),
    "other number": (METHODS.replace("= value, 0.0", "= value + 1, 0.0"), "is 3, where 2 is right"),
    "no add": (METHODS.replace("__add__", "plus"), "cannot be added"),
    "no mul": (METHODS.replace("__mul__", "times"), "cannot be multiplied"),
    "no exp": (METHODS.replace("def exp", "def e"), r"`a.exp\(\)` needs"),
    "no backward": (METHODS.replace("def backward", "def back"), r"`out.backward\(\)` needs"),
    "no grad": (METHODS.replace(", self.grad = value, 0.0", " = value"), "has no `grad`"),
    "grad is None": (METHODS.replace("= value, 0.0", "= value, None"), "is 0 already, where 1 is right"),
    "grad is text": (METHODS.replace("= value, 0.0", "= value, 'none'"), "of the kind str"),
    "grad is a method": (METHODS.replace(", self.grad = value, 0.0", " = value") + "    def grad(self): return 1\n", "`.+grad` is a method"),
    "add returns a number": (METHODS.replace("Value(self.value + getattr(other, \"value\", other))", "self.value + other.value"), "gives a plain float"),
    "add returns nothing": (METHODS.replace("return Value(self.value + ", "Value(self.value + "), "gives None"),
    "add changes": (METHODS.replace("        return Value(self.value + ", "        self.value += other.value\n        return Value(0 + ").replace("0 + getattr(other, \"value\", other)", "self.value"), "has changed the value"),
    "mul adds in place": (METHODS.replace("return Value(self.value * getattr(other, \"value\", other))", "self.value *= other.value\n        return self"), "has changed the value"),
    "add alone returns a number": ("class Value:\n    def __init__(self, value):\n        self.value = value\n    def __add__(self, other):\n        return self.value + other.value", r"`a \+ b` gives a plain float"),
    "add alone changes": ("class Value:\n    def __init__(self, value):\n        self.value = value\n    def __add__(self, other):\n        self.value += other.value\n        return self", r"`a \+ b` has changed the value of `a`"),
    "numbers before backward": (PAIRS.replace(OTHER, "pass").replace("def backward", "def back"), "not with a number beside them"),
    "no whole numbers": (PAIRS.replace(OTHER, "other = Value(other) if isinstance(other, float) else other"), r"whole ones may not: `a \+ 1` fails with AttributeError.+`1` is an int"),
    "no whole numbers on the left": (PAIRS.replace("    def __rtruediv__(self, other):\n", "    def __rtruediv__(self, other):\n        other.hex()\n"), r"`1 / a` fails with AttributeError"),
    "backward changes": (METHODS.replace("        pass", "        self.value = 0"), r"backward\(\)` has changed the value"),
    "number beside": (PAIRS.replace("other = other if isinstance(other, Value) else Value(other)", "pass"), "not with a number beside them.+AttributeError"),
    "name error": (METHODS.replace("        pass", "        undefined"), "NameError.+the line `undefined`"),
    "forever": (METHODS.replace("        pass", "        while True: pass"), "does not come to an end"),
    "forever in init": (METHODS.replace(INIT, "        while True: pass\n"), "does not come to an end"),
    "calls itself": (METHODS.replace("        pass", "        self.backward()"), "calls itself without end"),
    "exits": (METHODS.replace("        pass", "        raise SystemExit(3)"), "SystemExit: 3"),
    "error without words": (METHODS.replace("        pass", "        assert False"), "AssertionError"),
    "argument wanted": (METHODS.replace("backward(self)", "backward(self, grad)"), "TypeError"),
    "hostile attributes": ("class Value:\n    def __init__(self, value): pass\n    def __getattribute__(self, name): raise OSError(name)", "OSError"),
    "hostile error": (METHODS.replace("        pass", "        class E(Exception):\n            def __str__(self): raise E\n        raise E"), "fails with E"),
    "fractions": (METHODS.replace("= value, 0.0", "= complex(value), 0.0"), "of the kind complex"),
    "nan": (METHODS.replace("= value, 0.0", "= float('nan'), 0.0"), "is nan, where 2 is right"),
    "nan gradients": (PAIRS.replace("self.grad = 1.0", "self.grad = math.nan"), "is nan already"),
    "slow": (PAIRS.replace("for operand, local in value.pairs:", "for operand, local in [p for v in order for p in v.pairs if v is value]:"), "does not come to an end. What does it go through"),
}  # fmt: skip


@pytest.mark.parametrize("name", short(6, ODD))
def test_whatever_a_class_does_is_a_sentence(name):
    text, said = ODD[name]
    verdict = check_engine(engine_of(text))
    assert not verdict.is_right
    assert verdict.text.startswith("Not yet. ")
    assert re.search(said, verdict.text), verdict.text
    assert "{" not in verdict.text


def test_numbers_that_differ_look_different():
    said = check_engine(faulty("e cut short")[0]).text
    found, right = re.search(r"the value is (.+), where (.+) is right", said).groups()
    assert found != right
    assert float(right) == pytest.approx(math.exp(1.3), abs=1e-3)


def test_a_rule_of_ones_is_not_told():
    said = check_engine(engine_of(PAIRS.replace(ONE, "[(self, 7.0), (other, 9.0)]"))).text
    assert "It fits no mistake that is known here. What does each user of `a` hand back?" in said


def test_a_number_on_its_own_has_four_digits():
    said = check_engine(engine_of(PAIRS.replace("math.exp(self.value)", "1 / 3"))).text
    assert "the value is 0.3333, where 3.669 is right" in said


@pytest.mark.parametrize("what", [3, "Value", object(), [1]])
def test_what_is_no_class(what):
    assert check_engine(what).text.startswith("Not yet. check_engine takes your class")


def test_no_engine_yet():
    assert check_engine(None).text == "Not answered yet."


def test_an_interrupt_is_not_swallowed():
    def interrupted(value):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_engine(interrupted)


def test_whoever_traces_goes_on_tracing():
    script = """
import sys
def trace(*_): return None
sys.settrace(trace)
from gradviz.exercises import check_engine
check_engine(lambda value: 1 / 0)
assert sys.gettrace() is trace
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_chain_is_longer_than_python_recurses_where_that_is_set_higher():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(3000)
    try:
        assert "a chain of 3500 gates" in check_engine(engine_of(PAIRS)).text
        assert check_engine(faulty("recursion")[0]).fits == ("recursion",)
    finally:
        sys.setrecursionlimit(before)
