"""Variable: eager work in PyTorch's habit."""

import copy
import gc
import math
import operator
import pickle
import re
import statistics
import sys
import threading
import types

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lengths import short

import gradviz as gv


def test_before_backward_there_is_no_gradient():
    x = gv.Variable(2.0)
    y = x * x
    assert x.grad is None
    assert y.grad is None


def test_intermediate_values_have_gradients_too():
    x = gv.Variable(2.0)
    z = x * 3
    y = z * z
    y.backward()
    assert (x.grad, z.grad, y.grad) == (36.0, 12.0, 1.0)


def test_gradients_are_those_of_the_last_output():
    x = gv.Variable(2.0)
    first, second = x * 3, x * 5
    first.backward()
    second.backward()
    assert x.grad == 5.0
    first.backward()
    assert x.grad == 3.0


def test_backward_of_an_input():
    x = gv.Variable(2.0)
    x.backward()
    assert x.grad == 1.0


def test_every_operator_and_its_reflection():
    x = gv.Variable(7.0)
    results = [
        x + 2,
        2 + x,
        x - 2,
        2 - x,
        x * 2,
        2 * x,
        x / 2,
        2 / x,
        x**2,
        2**x,
        x // 2,
        15 // x,
        x % 2,
        15 % x,
        -x,
        +x,
        abs(-x),
        divmod(x, 2)[1],
    ]
    assert [result.value for result in results] == [
        9,
        9,
        5,
        -5,
        14,
        14,
        3.5,
        2 / 7,
        49,
        128,
        3,
        2,
        1,
        1,
        -7,
        7,
        7,
        1,
    ]
    assert [
        math.floor(x / 2).value,
        math.ceil(x / 2).value,
        math.trunc(x / 2).value,
        round(x / 2).value,
    ] == [3, 4, 3, 4]
    assert round(gv.Variable(1.2345), 2).value == pytest.approx(1.23)


def test_numpy_scalars_on_either_side():
    x = gv.Variable(2.0)
    for number in (np.float64(3.0), np.float32(3.0), np.int64(3)):
        for result in (x * number, number * x, number - x, x - number):
            assert type(result) is gv.Variable
    assert (np.float64(3.0) - x).value == 1.0


def test_sum_of_variables_starts_without_a_node():
    a, b = gv.Variable(1.0, "a"), gv.Variable(2.0, "b")
    total = sum([a, b])
    total.backward()
    assert len(gv.draw(total).graph.operations) == 1


def test_comparisons_give_plain_booleans():
    x = gv.Variable(2.0)
    for outcome in (
        x > 1,
        x >= 2,
        x < 3,
        x <= 2,
        x == 2,
        x != 3,
        x > 1,
        np.greater(x, 1),
        x == gv.Variable(2.0),
    ):
        assert outcome is True
    assert bool(gv.Variable(0.0)) is False
    assert (x == "two") is False
    assert operator.eq(x, None) is False
    with pytest.raises(TypeError):
        operator.lt(x, "two")
    assert x in {x}


@pytest.mark.parametrize(
    "value",
    [
        "3",
        None,
        1j,
        ["1"],
        np.array([1j, 2.0]),
        [[1.0], [2.0, 3.0]],
        np.array([None, 1.0]),
        object(),
    ],
)
def test_only_real_numbers(value):
    with pytest.raises(TypeError, match=r"the value of Variable 'x' must (be|hold)"):
        gv.Variable(value, name="x")


def test_a_name_is_text():
    with pytest.raises(TypeError, match="name must be a str"):
        gv.Variable(1.0, name=3)


def test_values_of_inputs_can_be_set():
    x = gv.Variable(2.0)
    y = x * x
    x.value = 3
    z = x * x
    z.backward()
    assert (y.value, z.value, x.grad) == (4.0, 9.0, 6.0)
    with pytest.raises(TypeError, match="computed from others"):
        z.value = 1.0


def test_a_descent_finds_its_minimum():
    x = gv.Variable(5.0)
    for _ in range(200):
        loss = (x - 2) ** 2
        loss.backward()
        x.value -= 0.1 * x.grad
    assert x.value == pytest.approx(2.0)


@pytest.mark.parametrize("convert", [float, int, complex, math.exp, math.sin])
def test_what_would_break_the_graph_is_refused(convert):
    with pytest.raises(TypeError, match=r"np\.exp instead of math\.exp"):
        convert(gv.Variable(1.0))


def test_arrays_of_variables_are_refused():
    x, y = gv.Variable(1.0), gv.Variable(2.0)
    with pytest.raises(TypeError, match=r"np\.stack"):
        np.array([x, y])
    with pytest.raises(TypeError, match=r"np\.add\.reduce does not work on Variables; use np\.sum"):
        np.add.reduce(x)


def test_what_numpy_can_and_gradviz_cannot():
    with pytest.raises(TypeError, match=r"no derivative of np\.spacing"):
        np.spacing(gv.Variable(1.0))
    with pytest.raises(TypeError, match="out"):
        np.exp(gv.Variable(1.0), out=np.zeros(()))


def test_operands_that_are_no_numbers():
    for bad in ("2", None, ["1"], 1j, np.array([None])):
        with pytest.raises(TypeError):
            gv.Variable(1.0) * bad
        with pytest.raises(TypeError):
            bad / gv.Variable(1.0)


def test_its_repr_has_no_address():
    x = gv.Variable(3.0, name="x")
    assert repr(x) == "Variable(3, name='x')"
    assert repr(x * 0.5) == "Variable(1.5)"


def test_long_chains_need_no_recursion():
    x = gv.Variable(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward()
    assert x.grad == pytest.approx(1.00001**100_000)
    assert y.grad == 1.0


def test_graphs_are_freed():
    x = gv.Variable(1.0)
    gc.collect()
    for _ in range(20_000):
        y = (x * 2 + 1) * x
        y.backward()
    pages = sum(type(thing).__name__ == "Page" for thing in gc.get_objects())
    assert pages < 20


def test_threads_do_not_share_a_tape():
    wrong = []

    def work(scale):
        x = gv.Variable(2.0)
        for _ in range(300):
            y = x * scale
            for _ in range(5):
                y = y * x
            y.backward()
            if x.grad != pytest.approx(6 * scale * 2.0**5):
                wrong.append((scale, x.grad))

    threads = [threading.Thread(target=work, args=(scale,)) for scale in (1.0, 3.0, 5.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def restored(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, restored])
@pytest.mark.parametrize("value", [2.0, np.array([1.0, 2.0]), np.float32([[3.0]])])
def test_a_copy_of_an_input_is_an_input_of_its_own(copied, value):
    x = gv.Variable(value, name="x")
    best = copied(x)
    for _ in range(3):
        np.sum(x * x).backward()
        x.value -= 0.1 * x.grad
    assert np.array_equal(best.value, value)
    assert (best.name, best.dtype, best.grad) == ("x", x.dtype, None)
    np.sum(best * best).backward()
    assert np.array_equal(best.grad, 2 * value)
    best.value = 2 * best.value
    assert np.array_equal(best.value, 2 * value)


def test_a_deep_copy_of_parameters_keeps_what_they_share():
    w = gv.Variable(1.0, name="w")
    parameters = {"w": w, "layers": [w, gv.Variable([1.0, 2.0])]}
    best = copy.deepcopy(parameters)
    assert best["w"] is best["layers"][0] is not w
    w.value = 5.0
    parameters["layers"][1].value = [7.0, 7.0]
    assert (best["w"].value, best["layers"][1].value.tolist()) == (1.0, [1.0, 2.0])
    assert copy.copy(parameters)["w"] is w


def test_copies_inside_the_graph_lose_no_gradient():
    x = gv.Variable(2.0)
    y = copy.deepcopy([x * 3])[0] + copy.copy(x * x)
    y.backward()
    assert x.grad == 7.0
    function = lambda p: copy.deepcopy([p])[0] * copy.copy(p)  # noqa: E731
    assert gv.grad(function)(3.0) == 6.0
    assert gv.trace(function, p=3.0).run(p=4.0).grads == {"p": 8.0}
    assert restored(y).value == y.value
    assert restored([x * 3])[0].grad is None


class Parameter(gv.Variable):
    """A Variable of one's own."""


class Decaying(Parameter):
    __slots__ = ("decay", "tags")

    def __init__(self, value, decay, name=None):
        super().__init__(value, name=name)
        self.decay = decay
        self.tags = []


@pytest.mark.parametrize("make", [Parameter, lambda value: Decaying(value, 0.1)])
def test_classes_derived_from_variable(make):
    a, b = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    for function in (
        lambda x: x * 2.0 + 2.0 * x - x / 4.0,
        lambda x: -x + abs(x) ** 2 - 2.0**x,
        lambda x: x * x + x**x,
        lambda x: np.exp(x) * np.tanh(x) + np.maximum(x, 1.5),
        lambda x: x * a + a / x,
        lambda x: np.float64(2.0) * x + sum([x, x]),
        lambda x: x * gv.Variable(3.0) + gv.Variable(3.0) * x,
        lambda x: x * gv.Variable(a) + gv.Variable(a) * x,
        lambda x: x * make(3.0) + make(a) * x + make(3.0) * make(a),
        lambda x: b @ (x * a) + (a * x) @ b,
        lambda x: np.where(x > 1.0, x, 2.0 * x) + x % 0.7,
    ):
        for value in (1.25, a):
            own, plain = make(value), gv.Variable(value)
            result, expected = function(own), function(plain)
            assert type(result) is type(expected)
            assert np.array_equal(result.value, expected.value)
            np.sum(result).backward()
            np.sum(expected).backward()
            assert np.array_equal(own.grad, plain.grad)
            assert np.shape(own.grad) == np.shape(value)


def test_what_a_class_of_ones_own_adds_stays():
    for value in (2.0, [1.0, 2.0]):
        x = Decaying(value, decay=0.1, name="x")
        x.tags.append("first")
        assert isinstance(x, Decaying)
        for copied in (copy.copy, copy.deepcopy, restored):
            other = copied(x)
            assert isinstance(other, Decaying)
            assert (other.decay, other.tags, other.name) == (0.1, ["first"], "x")
            assert (other.tags is x.tags) is (copied is copy.copy)
        x.value = [3.0, 4.0, 5.0]
        assert isinstance(x, Decaying) and (x * 2).value.tolist() == [6.0, 8.0, 10.0]
        x.value = 3.0
        assert type(x) is Decaying and (x * 2).value == 6.0
        assert gv.draw(x * 2).run.inputs == {"x": 3.0}


@given(st.floats(-1e6, 1e6), st.integers(-4, 8))
@example(2.675, 2)
@example(1.005, 2)
@example(-0.0004, 3)
@example(1250.0, -2)
def test_round_is_pythons_for_a_number_and_numpys_for_an_array(value, digits):
    assert str(round(gv.Variable(value), digits).value) == str(round(value, digits))
    assert round(gv.Variable(value)).value == round(value)
    assert np.round(gv.Variable(value), digits).value == np.round(value, digits)
    assert round(gv.Variable([value, 1.0]), digits).value[0] == np.round(value, digits)


def test_round_is_replayed():
    graph = gv.trace(lambda x: round(x, 2) * x, x=1.0)
    assert graph.run(x=2.675).value == 2.67 * 2.675
    assert graph.run(x=2.675).grads == {"x": 2.67}
    assert graph.sweep(x=np.array([2.675, 1.005])).value.tolist() == [2.67 * 2.675, 1.005]
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        round(gv.Variable(1.0), 1.5)


def test_in_place_operators_make_new_variables():
    for value in (2.0, [1.0, 2.0]):
        w = gv.Variable(value)
        g = w
        g *= 2
        g += w
        assert np.array_equal(w.value, value)
        assert np.array_equal(g.value, 3 * np.asarray(value))


def test_pythons_protocols():
    x, y = gv.Variable(7.5), gv.Variable(-2.0)
    for ours, plain in (
        (divmod(x, 2), divmod(7.5, 2)),
        (divmod(16, x), divmod(16, 7.5)),
        (divmod(x, y), divmod(7.5, -2.0)),
        (divmod(gv.Variable([7.5]), 2.0), divmod(7.5, 2.0)),
    ):
        assert [np.sum(part).value for part in ours] == [*plain]
    assert [math.floor(x).value, math.ceil(x).value, math.trunc(x).value] == [7, 8, 7]
    assert statistics.median([x, y, y]) is y
    assert (math.prod([x, y]).value, sum([x, y]).value, max(x, y).value) == (-15.0, 5.5, 7.5)
    assert (f"{x:8.2f}", f"{x:+.1e}", format(x, "010.3f")) == ("    7.50", "+7.5e+00", "000007.500")
    assert {x: 1}[x] == 1 and hash(x) == hash(x)
    with pytest.raises(TypeError, match=r"is an array, and has no format '\.2f'"):
        format(gv.Variable([1.0]), ".2f")


H = np.zeros(3)


def add_in_place(h, v):
    h += v


def matmul_in_place(h, v):
    h @= v


def set_item(h, index, v):
    h[index] = v


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda n: math.exp(n), r"can't become a float: .*np\.exp instead of math\.exp.*line \d"),
        (lambda n: int(n), r"can't become an int: .*\(line \d.*: \(lambda n: int"),
        (lambda n: complex(n), "can't become a complex: "),
        (lambda n: statistics.mean([n, n]), r"a fraction, as the statistics.*np\.mean\(np\.stack"),
        (lambda n: range(n), r"can't be an index or a count.*int\(n\.value\).*\(line \d"),
        (lambda n: [1, 2, 3][n], "can't be an index"),
        (lambda n: [1, 2, 3][:n], "can't be an index"),
        (lambda n: np.array([1.0, 2.0])[n], "can't be an index"),
        (lambda n: np.zeros((2, 2))[0, n + 1], "can't be an index"),
        (lambda n: gv.Variable([1.0])[:n], "can't be an index"),
        (lambda n: set_item(H, n, 1.0), "can't be an index or a count"),
        (lambda n: "ab" * n, "can't be an index or a count"),
        (lambda n: np.eye(n), "can't be an index or a count"),
        (lambda n: set_item(H, slice(0, 1), n), r"h\[index\] can't hold Variable\(2, name='n'\)"),
        (lambda n: set_item(H, H == 0, n), r"can't hold Variable\(2.*np\.where\(mask, x, h\)"),
        (lambda n: add_in_place(H, n), r"h \+= v can't write .* h = h \+ v, .*\(line"),
        (lambda n: matmul_in_place(np.eye(2), n * np.eye(2)), r"h @= v can't write"),
        (lambda n: np.logaddexp(H, n, out=H), r"np\.logaddexp\(x, y\) can't write"),
        (lambda n: np.logaddexp.outer(n, n), r"call np\.logaddexp\(x, y\) alone"),
        (lambda n: n[0], r"is a single number, and can't be indexed; give it as an array.*\(line"),
        (lambda n: [*n], r"is a single number, and has no length.*\(line"),
        (lambda n: np.array([n, n]), r"np\.stack\(\[x, y\]\).*\(line"),
    ],
)
def test_what_a_variable_is_asked_for_and_cannot_be(ask, sentence):
    with pytest.raises(TypeError, match=sentence):
        ask(gv.Variable(2.0, name="n"))
    with pytest.raises(TypeError, match=sentence):
        gv.trace(lambda n: ask(n), n=2.0)


def test_a_variable_put_into_a_plain_array():
    def f(x):
        h = np.zeros(3)
        h[0] = x
        return x * h.sum()

    sentence = r"h\[0\] can't hold Variable\(2.*np\.stack.*\(line \d+: h\[0\] = x\)"
    for differentiate in (lambda: gv.trace(f, x=2.0), lambda: gv.grad(f)(2.0)):
        with pytest.raises(TypeError, match=sentence):
            differentiate()
    with pytest.raises(ValueError, match="setting an array element") as caught:
        f(gv.Variable(2.0))  # NumPy's words; ours stand above them
    assert "h[0] can't hold Variable(2)" in str(caught.value.__cause__)


def test_an_error_of_the_users_own_stays():
    def f(x):
        try:
            return float(x)
        except TypeError as error:
            raise ValueError("mine") from error

    with pytest.raises(ValueError, match="mine"):
        gv.trace(f, x=1.0)


@pytest.mark.parametrize(
    "function",
    [lambda p: p**2, lambda p: p * 2, lambda p: -p, lambda p: p.sum(), lambda p: np.exp(p)],
)
def test_a_list_of_numbers_that_was_meant_as_an_array(function):
    note = "argument 1 is the list [1.0, 2.0], a container of 2 numbers; np.array([1.0, 2.0]) is"
    for derivative in (gv.grad, gv.jacobian):
        with pytest.raises((TypeError, AttributeError)) as caught:
            derivative(lambda q, p: function(p), argnums=1)(3.0, [1.0, 2.0])
        assert [each.startswith(note) for each in caught.value.__notes__] == [True]
    with pytest.raises(ZeroDivisionError) as caught:
        gv.grad(lambda p: p[0] / 0 if False else 1 // 0)(np.array([1.0, 2.0]))
    assert not hasattr(caught.value, "__notes__")


def test_functions_of_other_libraries_are_called_by_their_name(monkeypatch):
    x, module = gv.Variable(1.0), types.ModuleType("special.functions")
    module.erf = np.frompyfunc(math.erf, 1, 1)
    name = module.erf.__name__
    setattr(module, name, module.erf)
    with pytest.raises(TypeError, match=f"no derivative of {re.escape(name)}; declare it"):
        module.erf(x)
    monkeypatch.setitem(sys.modules, "special.functions", module)
    named = re.escape(f"special.functions.{name}")
    with pytest.raises(TypeError, match=f"no derivative of {named}; declare it"):
        module.erf(x)


def test_variables_of_other_threads_and_of_past_traces():
    x = gv.Variable(2.0)
    a = x * 1
    results = []
    thread = threading.Thread(target=lambda: results.append(a * 3))
    thread.start()
    thread.join()
    y = results[0] + a
    y.backward()
    assert x.grad == 4.0
    leaked = []
    gv.trace(lambda x: leaked.extend([x, x * 2]) or x * x, x=3.0)
    x, t = leaked
    z = t * 3 + t
    z.backward()
    assert x.grad == 8.0
    assert gv.draw(z).run.grads == {"x": 8.0}


def test_a_figure_of_an_input_that_was_set_between_its_uses():
    x = gv.Variable(2.0, name="x")
    y = x * x
    x.value = 3.0
    z = y + x
    z.backward()
    run = gv.draw(z).run
    assert run.inputs == {"x": 2.0, "x₂": 3.0}
    assert run.grads == {"x": 4.0, "x₂": 1.0}
    assert x.grad == 5.0


def test_gradients_of_values_that_the_last_output_did_not_need():
    x, w = gv.Variable(2.0), gv.Variable(3.0)
    u, v = x * 2, w * 3
    u.backward()
    v.backward()
    assert (x.grad, u.grad, w.grad, v.grad) == (2.0, 1.0, 3.0, 1.0)


def test_blocks_of_plain_numbers_leave_nothing_behind():
    @gv.block
    def double(t):
        return 2 * t

    from gradviz.autodiff.tape.tape import state

    before = len(state.page.blocks)
    for _ in range(1000):
        double(3.0)
    assert len(state.page.blocks) <= before + 2


def test_variables_can_be_formatted():
    assert f"{gv.Variable(1.2345):.2f}" == "1.23"


@pytest.mark.long
def test_a_chain_of_a_million_operations():
    x = gv.Variable(1.0)
    y = x
    for _ in range(1_000_000):
        y = y * 1.0000001
    y.backward()
    assert x.grad == pytest.approx(1.0000001**1_000_000, rel=1e-9)


@pytest.mark.long
def test_memory_of_an_operation():
    import tracemalloc

    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    y = x = gv.Variable(1.0)
    for _ in range(100_000):
        y = y * 1.0000001
    y.backward()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert x.grad > 1.0
    assert (after - before) / 100_000 < 150


@pytest.mark.parametrize("steps", short(1, [1000, 10_000]))
def test_training_steps_keep_memory_flat(steps):
    import tracemalloc

    weights = [gv.Variable(0.1 * i, name=f"w{i}") for i in range(6)]
    data = [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]

    def step(number):
        x0, x1, target = data[number % 4]
        hidden = [np.tanh(weights[i] * x0 + weights[i + 1] * x1) for i in (0, 1)]
        loss = (hidden[0] * weights[3] + hidden[1] * weights[4] + weights[5] - target) ** 2
        loss.backward()
        for weight in weights:
            weight.value -= 0.05 * (weight.grad or 0.0)

    for number in range(200):
        step(number)
    gc.collect()
    tracemalloc.start()
    for number in range(steps):
        step(number)
    grown, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
    assert peak < 200_000


def test_training_arrays_keeps_memory_flat():
    import tracemalloc

    w = gv.Variable(np.ones((50, 50)))
    tracemalloc.start()
    for number in range(300):
        loss = np.mean(np.tanh(w @ w) ** 2)
        loss.backward()
        w.value -= 0.1 * w.grad
        if number == 20:
            before, _ = tracemalloc.get_traced_memory()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 200_000


def test_threads_may_share_inputs():
    w = gv.Variable(0.5, name="w")
    wrong = []

    def work(scale):
        for _ in range(200):
            x = gv.Variable(scale)
            y = x
            for _ in range(20):
                y = y * w + w
            total = y * 1.0
            pages = gv.draw(total).graph
            if (
                len(pages.operations) != 41
                or abs(
                    total.value - gv.trace(lambda x, w: chained(x, w), x=scale, w=0.5).example.value
                )
                > 1e-12
            ):
                wrong.append(scale)

    def chained(x, w):
        for _ in range(20):
            x = x * w + w
        return x

    threads = [threading.Thread(target=work, args=(scale,)) for scale in (1.0, 3.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
