"""Tracing: names, constants, blocks, and a trace that knows when it no longer holds."""

import bisect
import inspect
import operator
from functools import partial, reduce, wraps

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradviz as gv


def names(function, **inputs):
    return [node.name for node in gv.trace(function, **(inputs or {"x": 2.0, "y": 3.0})).operations]


def test_names_come_from_the_functions_own_variables():
    def f(x, y):
        product = x * y
        total = product + x * x
        return total / y

    assert names(f) == ["product", None, "total", "f"]


def test_repeated_names_are_numbered():
    def f(x):
        for _ in range(3):
            x = x * 2
        z = x + 1
        z = z * z
        return z

    assert names(f, x=1.0) == ["x₂", "x₃", "x₄", "z", "z₂"]


def test_all_forms_of_assignment():
    def f(x, y):
        a, (b, c) = x * y, (x + y, x - y)
        d = e = a * b
        g: float = d * c
        g += e
        return (h := g * 2) * h

    assert names(f) == ["a", "b", "c", "d", "g", "g₂", "h", "f"]


def test_both_branches_of_a_conditional_expression():
    def f(x, y):
        a = x * 2 if x < y else x * 3
        b, c = (relu(a), y * y) if x > y else (a * y, relu(y))
        return b * c

    assert names(f) == names(f, x=3.0, y=2.0) == ["a", "b", "c", "f"]


def test_sums_give_their_name_to_the_last_addition():
    def f(x, y):
        s = sum([x, y, x, y])
        t = sum(v * v for v in (x, y))
        p = reduce(operator.mul, [s, t, x])
        return p

    assert names(f) == [None, None, "s", None, None, "t", None, "p"]


def test_functions_of_functions_name_their_own():
    def helper(u):
        inner = u * u
        return inner + 1

    def f(x, y):
        outer = helper(x) * helper(y)
        return outer

    assert names(f) == ["inner", None, "inner₂", None, "outer"]


def relu(z):
    return np.maximum(z, 0.0)


def pair(z):
    return z * 2, (z * 3 if z > 0 else z * 4)


class Layer:
    def __init__(self, act):
        self.act = act

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return self.act(x * 3)

    @property
    def doubled(self):
        return self.value * 2

    def __add__(self, other):
        return self.value + other.value


def test_what_a_helper_returns_has_the_callers_name():
    def through(z):
        return relu(z)

    def f(x, y):
        a1 = relu(x)
        a2: float = through(y) if y > 0 else relu(y)
        both = (lambda u, v: u * v)(a1, a2)
        a1 = relu(both)
        own = partial(through)(a1)
        return relu(own)

    assert names(f) == ["a1", "a2", "both", "a1₂", "own", "f"]


def test_methods_properties_and_operators_are_helpers_too():
    def f(x, y):
        layer, other = Layer(relu), Layer(np.tanh)
        layer.value = h = layer(x)
        other.value = layers(layer, other)[1](y)
        twice = layer.doubled
        total = layer + other
        return total * twice + h

    def layers(*all_of_them):
        return all_of_them

    assert names(f) == [None, "h", None, None, "twice", "total", None, "f"]


def test_tuples_from_a_helper_are_taken_apart():
    def pairs(z):
        return pair(z), z * 5

    def f(x, y):
        a, b = pair(x)
        (c, d), e = pairs(y)
        [g, *rest] = pair(d)
        return a * b * c * d * e * g * rest[0]

    assert names(f)[:7] == ["a", "b", "c", "d", "e", "g", None]


def test_a_helpers_own_names_stand():
    def helper(z):
        inner = z * 2
        return inner

    def same(z):
        return z

    def f(x, y):
        outer = helper(x)
        again = same(outer)
        return again * y

    assert names(f) == ["inner", "f"]


def test_recursion_names_what_the_first_call_returns():
    def factorial(x, n):
        return x if n == 0 else x * factorial(x, n - 1)

    def last(x, n):
        return x * 2 if n == 0 else last(x, n - 1)

    def f(x, y):
        p = factorial(x, 3)
        q = last(y, 2)
        return p - q

    assert names(f) == [None, None, "p", "q", "f"]


def test_what_calls_a_helper_does_not_lend_it_its_name():
    def f(x, y):
        total = sum(relu(v) for v in (x, y))
        listed = [relu(v) for v in (x, y)]
        mapped = list(map(relu, (x, y)))
        starred = [*map(relu, (x, y))]
        boxed = list(map(gv.block(relu), (x, y)))
        ordered = sorted((x, y), key=lambda v: v * v)
        largest = max(x, y, key=lambda v: -v)
        folded = reduce(lambda u, v: u * v, (x, y, x))
        whole = pair(x)
        firsts = listed[0] + mapped[0] + starred[0] + boxed[0] + ordered[0] + whole[0]
        return total * largest * folded * firsts

    graph = gv.trace(f, x=2.0, y=3.0)
    assert {node.name for node in graph.operations} == {None, "total", "firsts", "f"}


def test_a_sum_in_a_helper_names_the_last_addition():
    def dot(w, x):
        return sum(a * b for a, b in zip(w, x))

    def f(x, y):
        z = dot((x, y), (y, x))
        z = dot((z, y), (z, x))
        return z

    assert names(f) == [None, None, "z", None, None, "z₂"]


def test_blocks_that_return_tuples_or_stand_in_helpers():
    def inside(z):
        return gv.block(relu)(z)

    def f(x, y):
        a, b = gv.block(pair)(x)
        c = inside(y)
        return a * b * c

    assert names(f) == ["a", "b", "c", None, "f"]


def test_lambdas_and_code_without_source():
    assert names(lambda x, y: (x + y) ** 2) == [None, "f"]
    namespace = {}
    exec("def g(x, y):\n    z = x + y\n    return z * z", namespace)
    assert names(namespace["g"]) == [None, "g"]


def test_chinese_names():
    def 损失(权重, 偏置):
        和 = 权重 + 偏置
        return 和 * 和

    graph = gv.trace(损失, 权重=1.0, 偏置=2.0)
    assert [node.name for node in graph.nodes] == ["权重", "偏置", "和", "损失"]
    assert graph.run(权重=2.0).grads == {"权重": 8.0, "偏置": 8.0}


def test_inputs_by_name_or_as_a_dict():
    def f(a, b, /, c=10.0, *, d=1.0):
        return a - b * c + d

    assert gv.trace(f, {"a": 1.0, "b": 2.0}).example.value == -18.0
    assert gv.trace(f, a=1.0, b=2.0, d=3.0).example.grads == {"a": 1.0, "b": -10.0, "d": 1.0}
    assert gv.trace(f, a=1, b=2, c=3, d=4).example.value == -1.0
    assert gv.trace(lambda *xs: xs[0] - xs[1], {"p": 5.0, "q": 2.0}).example.grads == {
        "p": 1.0,
        "q": -1.0,
    }
    assert gv.trace(lambda **xs: xs["p"] - xs["q"], p=5.0, q=2.0).example.value == 3.0
    assert gv.trace(partial(f, 1.0), b=2.0).example.value == -18.0
    assert gv.trace(np.exp, x=0.0).example.grads == {"x": 1.0}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"x": "3", "y": 1.0}, "input 'x' of f must be a real number, not the str '3'"),
        ({"x": 1.0, "y": None}, "input 'y' of f must be a real number, not None"),
        ({"x": 1j, "y": 1.0}, "input 'x' of f must be a real number, not the complex"),
        ({"x": 1.0}, "f needs a value for 'y'"),
        ({"x": 1.0, "y": 1.0, "q": 1.0}, "f has no argument 'q'; its arguments are x, y"),
    ],
)
def test_bad_inputs_are_named(inputs, message):
    def f(x, y):
        return x * y

    with pytest.raises(TypeError, match=message):
        gv.trace(f, **inputs)


def test_bad_inputs_of_a_run_are_named():
    graph = gv.trace(lambda x: x * x, x=1.0)
    for bad in ("3", None, 1j):
        with pytest.raises(TypeError, match="input 'x' of f must be a real number"):
            graph.run(x=bad)
    with pytest.raises(TypeError, match="f has no input 'z'; its inputs are x"):
        graph.run(z=1.0)


def test_what_is_not_a_function_or_returns_no_number():
    with pytest.raises(TypeError, match="trace needs a function"):
        gv.trace(3.0, x=1.0)
    with pytest.raises(
        TypeError, match="f must return one number, a Variable; it returned the tuple"
    ):
        gv.trace(lambda x: (x, x), x=1.0)
    with pytest.raises(TypeError, match="it returned the NoneType"):
        gv.trace(lambda x: None, x=1.0)


def test_a_variable_from_outside():
    w = gv.Variable(2.0, name="w")
    with pytest.raises(ValueError, match="f uses w, a Variable from outside the function"):
        gv.trace(lambda x: w * x, x=1.0)
    assert gv.Variable(1.0) * w  # the tape of eager work is in order again


def test_a_variable_made_inside_is_a_constant():
    def f(x):
        c = gv.Variable(3.0)
        return c * x

    run = gv.trace(f, x=2.0).example
    assert (run.value, run.grads) == (6.0, {"x": 3.0})


def test_an_output_that_no_input_reaches():
    run = gv.trace(lambda x: 3.0, x=1.0).example
    assert (run.value, run.grads) == (3.0, {"x": 0.0})
    assert gv.trace(lambda x: x, x=2.0).example.grads == {"x": 1.0}
    assert gv.trace(lambda x, y: x * 2, x=1.0, y=5.0).example.grads == {"x": 2.0, "y": 0.0}


def test_flat_functions_are_replayed():
    graph = gv.trace(lambda x: x - np.floor(x), x=2.25)
    run = graph.run(x=-1.125)
    assert (run.value, run.grads, run.retraced) == (0.875, {"x": 1.0}, None)


def test_a_branch_is_traced_anew():
    def leaky(x):
        return x if x > 0 else 0.1 * x

    graph = gv.trace(leaky, x=1.0)
    assert graph.run(x=5.0).graph is graph
    run = graph.run(x=-2.0)
    assert (run.value, run.grads) == (-0.2, {"x": 0.1})
    assert run.graph is not graph
    assert run.retraced.startswith("x > 0 was True when traced, and no longer is (line")
    assert run.graph.run(x=3.0).value == 3.0
    with pytest.raises(KeyError, match="belongs to another graph"):
        run.primals[graph.output]


LEVELS = np.array([0.25, 0.5, 0.75])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x if np.float64(0.5) < x else -x,
        lambda x: x if np.float32(0.5) < x else -x,
        lambda x: x if np.int64(0) <= x else -x,
        lambda x: x if np.bool_(False) < x else -x,
        lambda x: x if np.float64(0.5) == x else -x,
        lambda x: x if np.array(0.5) != x else -x,
        lambda x: x if LEVELS.mean() < x else -x,
        lambda x: x if LEVELS[0] < x else -x,
        lambda x: x if np.less(x, np.float32(0.5)) else -x,
        lambda x: x if np.isclose(np.float64(0.5), x) else -x,
        lambda x: x if x in [np.float64(0.5), np.float64(0.6)] else -x,
        lambda x: x if x in LEVELS else -x,
        lambda x: x * np.less(LEVELS, x).sum(),
        lambda x: x * np.float64((x > LEVELS)[1]),
        lambda x: x * sorted([x, np.float64(0.5), np.float64(-1.0)])[1],
        lambda x: x * max(np.float64(0.5), x),
        lambda x: x * min(np.float64(0.5), x),
        lambda x: x * bisect.bisect(LEVELS, x),
        lambda x: x * bisect.bisect_left(list(LEVELS), x),
    ],
)
@pytest.mark.parametrize("traced_at", [0.6, 0.5, -0.3])
def test_branches_on_what_numpy_computed(function, traced_at):
    settings = [-2.0, 0.5, 0.6]
    values = [float(function(np.float64(x))) for x in settings]
    graph = gv.trace(lambda x: function(x), x=traced_at)
    assert graph.example.value == float(function(np.float64(traced_at)))
    assert [graph.run(x=x).value for x in settings] == values
    assert list(graph.sweep(x=np.array(settings)).value) == values
    assert [gv.value_and_grad(function)(x)[0] for x in settings] == values
    assert [(+function(gv.Variable(x))).value for x in settings] == values
    pasted = {}
    exec(graph.code(), pasted)
    assert pasted["f"](traced_at)[0] == graph.example.value
    for x, value in zip(settings, values):
        if graph.run(x=x).graph is graph:
            assert pasted["f"](x)[0] == value
        else:
            with pytest.raises(AssertionError, match="when traced, and no longer is"):
                pasted["f"](x)


def test_arrays_that_decided_may_change_later():
    levels = np.array([0.25, 0.5])

    def f(x):
        above = levels < x
        count = above.sum()
        above[:] = False
        return x * count

    graph = gv.trace(f, x=0.3)
    levels[:] = 10.0
    assert graph.run(x=0.4).graph is graph
    assert graph.run(x=0.4).value == 0.4


def test_a_mask_is_right_on_both_sides():
    graph = gv.trace(lambda x: x * (x > 0), x=2.0)
    assert graph.run(x=-3.0).value == 0.0
    assert graph.run(x=-3.0).grads == {"x": 0.0}
    assert graph.run(x=4.0).grads == {"x": 1.0}


def test_decisions_on_values_that_the_output_does_not_need():
    def f(x, y):
        hidden = x * y
        return x + 1 if hidden > 4 else y * 2

    graph = gv.trace(f, x=1.0, y=2.0)
    assert [node.name for node in graph.nodes] == ["x", "y", "f"]
    assert graph.run(x=3.0, y=2.0).value == 4.0
    assert graph.run(x=3.0, y=2.0).graph.run(x=0.0).value == 4.0
    assert graph.run(x=1.5, y=2.0).graph is graph


def test_reading_a_value_ties_the_trace_to_it():
    graph = gv.trace(lambda x: x * x.value, x=2.0)
    assert graph.run(x=3.0).value == 9.0
    assert "read as 2" in graph.run(x=3.0).retraced
    nan = gv.trace(lambda x: x * x.value, x=float("nan"))
    assert nan.run(x=float("nan")).graph is nan


def test_what_a_trace_cannot_see_stays_as_it_was():
    generator, settings, table = np.random.default_rng(7), Layer(relu), np.array([2.0])
    settings.scale = 3.0
    noise = np.random.default_rng(7).normal()

    def f(x):
        return x * settings.scale * table[0] + generator.normal()

    graph = gv.trace(f, x=1.0)
    settings.scale, table[0] = 100.0, 100.0
    assert [graph.run(x=2.0).value for _ in range(2)] == [12.0 + noise] * 2


def test_loops_that_depend_on_their_values():
    def halve(x):
        while abs(x) > 1:
            x = x / 2
        return x

    graph = gv.trace(halve, x=10.0)
    for at in (10.0, 0.5, 1000.0, -3.0):
        assert graph.run(x=at).value == gv.trace(halve, x=at).example.value


def test_what_fails_in_the_function_reaches_its_caller():
    def f(x):
        if x < 0:
            raise ValueError("no roots of negative numbers here")
        return np.sqrt(x)

    graph = gv.trace(f, x=4.0)
    with pytest.raises(ValueError, match="no roots"):
        graph.run(x=-1.0)
    assert graph.run(x=9.0).value == 3.0
    assert (gv.Variable(2.0) * 3).value == 6.0


def test_blocks_nest_and_repeat():
    @gv.block
    def inner(t):
        return np.exp(t) + 1

    @gv.block(name="外")
    def outer(t):
        return inner(t) * inner(-t)

    graph = gv.trace(lambda x: outer(x) + inner(x), x=0.5)
    blocks = dict.fromkeys(node.block for node in graph.operations if node.block)
    assert sorted(" ".join(part.name for part in block.path) for block in blocks) == [
        "inner",
        "外",
        "外 inner",
        "外 inner",
    ]
    assert graph.output.block is None


def test_nested_gradients_can_be_traced():
    graph = gv.trace(lambda x: gv.grad(lambda t: t**3)(x), x=2.0)
    assert (graph.example.value, graph.example.grads) == (12.0, {"x": 12.0})
    assert graph.run(x=3.0).grads == {"x": 18.0}


def test_traces_inside_traces_have_inputs_of_their_own():
    def f(x):
        inner = gv.trace(lambda t: t * t, t=3.0)
        return x * inner.example.value

    assert gv.trace(f, x=2.0).example.grads == {"x": 9.0}


def test_backward_inside_a_trace_is_refused():
    def f(x):
        y = x * x
        y.backward()
        return y * x.grad

    with pytest.raises(TypeError, match=r"use gv\.grad"):
        gv.trace(f, x=2.0)


def test_what_would_go_unseen_inside_a_trace_is_refused():
    def sets(x):
        x.value = 10.0
        return x * x

    def draws(x):
        z = x**3
        return x if gv.draw(z).run.value > 10 else -x

    with pytest.raises(TypeError, match="can't be set inside a function that is being traced"):
        gv.trace(sets, x=2.0)
    with pytest.raises(TypeError, match="draw outside the traced function"):
        gv.trace(draws, x=2.0)


def test_zeros_of_both_signs_are_read_apart():
    def f(x):
        return x + np.copysign(1.0, x.value)

    graph = gv.trace(f, x=0.0)
    assert graph.run(x=-0.0).value == -1.0
    assert graph.run(x=0.0).graph is graph


def test_defaults_between_arguments():
    def f(a, b=2, *rest):
        return a * b + sum(rest)

    def g(a, b=2, c=3, /):
        return a * b * c

    assert gv.trace(f, {"a": 1.0, "p": 5.0}).example.value == 7.0
    assert gv.trace(g, a=1.0, c=4.0).example.value == 8.0


def test_arguments_by_name_beside_any_number_of_others():
    def scaled(*xs, scale=1.0):
        return sum(xs) * scale

    def k(a, *xs, b):
        return a * 100 + sum(xs) * 10 + b

    run = gv.trace(scaled, {"a": 1.0, "b": 2.0, "scale": 10.0}).example
    assert (run.value, run.grads) == (30.0, {"a": 10.0, "b": 10.0, "scale": 3.0})
    assert gv.trace(scaled, {"scale": 10.0, "xs": 4.0}).example.value == 40.0
    assert gv.trace(scaled, a=1.0).example.value == 1.0
    graph = gv.trace(k, {"b": 3.0, "p": 2.0, "a": 1.0})
    assert [node.name for node in graph.inputs] == ["a", "p", "b"]
    assert graph.run(p=4.0).value == 143.0
    with pytest.raises(TypeError, match="k needs a value for 'b'"):
        gv.trace(k, {"a": 1.0, "p": 2.0})


def test_names_that_are_no_arguments_go_where_a_plain_call_takes_them():
    def f(x, y):
        return x - 2 * y

    def timed(*arguments, **options):
        return f(*arguments, **options)

    assert gv.trace(timed, y=1.0, x=5.0).example.value == f(y=1.0, x=5.0)
    assert gv.trace(lambda *xs, **more: more["p"] - more["q"], q=1.0, p=5.0).example.value == 4.0


def test_every_kind_of_callable():
    class Line:
        def __init__(self, slope):
            self.slope = slope

        def __call__(self, x, /, *, offset=0.0):
            return self.slope * x + offset

        def at(self, *xs, offset=0.0):
            return self.slope * sum(xs) + offset

        @classmethod
        def double(cls, x):
            return cls(2.0)(x)

    @wraps(Line.double)
    def wrapped(*arguments):
        return Line.double(*arguments)

    def f(a, b=2.0, *xs, c=3.0):
        return a + 10 * b + 100 * c + 1000 * sum(xs)

    line = Line(3.0)
    for function, inputs, value in [
        (line, {"x": 2.0, "offset": 1.0}, 7.0),
        (line.at, {"offset": 1.0, "p": 2.0, "q": 3.0}, 16.0),
        (Line.double, {"x": 2.0}, 4.0),
        (wrapped, {"x": 2.0}, 4.0),
        (partial(f, 1.0), {"b": 5.0, "c": 0.0}, 51.0),
        (partial(f, 1.0), {"c": 0.0, "p": 1.0}, 1021.0),
        (partial(f, c=0.0), {"a": 1.0}, 21.0),
        (partial(f, c=0.0), {"a": 1.0, "c": 1.0, "p": 1.0}, 1121.0),
        (partial(f, b=0.0), {"a": 1.0, "c": 0.0}, 1.0),
        (partial(f, b=0.0), {"a": 1.0, "b": 1.0}, 311.0),
        (np.subtract, {"x2": 1.0, "x1": 5.0}, 4.0),
        (np.sum, {"a": [1.0, 2.0]}, 3.0),
        (operator.sub, {"b": 1.0, "a": 5.0}, 4.0),
        (max, {"p": 1.0, "q": 5.0}, 5.0),
    ]:
        assert gv.trace(function, inputs).example.value == value
    with pytest.raises(TypeError, match="exp has no argument 't'; its arguments are x"):
        gv.trace(np.exp, t=0.0)


NAMES = ["a", "b", "c", "d", "e"]


@st.composite
def signatures(draw):
    """A signature of numbers, and inputs for it: those that it asks for, and some others."""
    kinds = sorted(draw(st.lists(st.sampled_from([0, 1, 3]), min_size=1, max_size=5)))
    has_rest, has_options = draw(st.booleans()), draw(st.booleans())
    parameters, needs_default = [], False
    for name, kind in zip(NAMES, kinds):
        kind = inspect._ParameterKind(kind)
        has_default = draw(st.booleans()) or (needs_default and kind is not kind.KEYWORD_ONLY)
        needs_default |= has_default
        default = draw(st.integers(1, 9)) if has_default else inspect.Parameter.empty
        parameters.append(inspect.Parameter(name, kind, default=default))
    if has_rest:
        parameters.append(inspect.Parameter("rest", inspect.Parameter.VAR_POSITIONAL))
    if has_options:
        parameters.append(inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD))
    signature = inspect.Signature(sorted(parameters, key=lambda parameter: parameter.kind))
    given = [
        parameter.name
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and (parameter.default is parameter.empty or draw(st.booleans()))
    ]
    if has_rest or has_options:
        given += draw(st.lists(st.sampled_from(["p", "q", "r"]), unique=True))
    inputs = {name: float(draw(st.integers(-9, 9))) for name in draw(st.permutations(given))}
    return signature, inputs


def called(signature: inspect.Signature, inputs: dict[str, float]) -> str:
    """A plain call, as one would write it."""
    kinds = {parameter.name: parameter for parameter in signature.parameters.values()}
    by_name = {name: value for name, value in inputs.items() if name in kinds}
    others = {name: value for name, value in inputs.items() if name not in kinds}
    if "options" in kinds:
        by_name |= others
        others = {}
    positional, last = [], 0
    for parameter in kinds.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            if parameter.name in by_name:
                last = len(positional) + 1
            positional.append(by_name.pop(parameter.name, parameter.default))
    positional = [*positional, *others.values()] if others else positional[:last]
    return ", ".join([*map(repr, positional), *(f"{name}={by_name[name]!r}" for name in by_name)])


@settings(max_examples=200, deadline=None)
@given(signatures())
def test_a_traced_function_is_called_as_a_plain_call_would(case):
    signature, inputs = case
    own = [p.name for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, 4)]
    terms = [f"{name} * {3.0**power}" for power, name in enumerate(own)]
    if "rest" in signature.parameters:
        terms.append("sum(x * 0.7**place for place, x in enumerate(rest, 1))")
    if "options" in signature.parameters:
        terms.append("sum(x * 0.01 * ord(name) for name, x in options.items())")
    namespace = {}
    exec(f"def f{signature}:\n    return {' + '.join(terms)}", namespace)
    plain = eval(f"f({called(signature, inputs)})", namespace)
    graph = gv.trace(namespace["f"], inputs)
    assert graph.example.value == pytest.approx(plain, rel=1e-12, abs=1e-12)
    assert dict(graph.example.inputs) == inputs
    assert graph.run(inputs).value == graph.example.value


def test_inputs_stand_in_the_functions_order():
    graph = gv.trace(lambda x, y: x - y, y=1.0, x=5.0)
    assert [node.name for node in graph.inputs] == ["x", "y"]
    assert graph.run(x=3.0).value == 2.0


def test_labels_are_unique():
    graph = gv.trace(lambda v2, y: (v2 * y) + y, v2=3.0, y=5.0)
    assert len({node.label for node in graph.nodes}) == len(graph.nodes)
    assert graph.example.primals["v2"] == 3.0


def test_a_renamed_input_keeps_its_name():
    def f(x):
        x.name = "weight"
        return x * 2

    assert gv.trace(f, x=2.0).run(x=3.0).value == 6.0


def test_names_of_a_module_that_was_edited(tmp_path, monkeypatch):
    import importlib
    import sys

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "edited_module.py"
    file.write_text("def f(x):\n    first = x * 2\n    return first + 1\n")
    import edited_module

    assert names(edited_module.f, x=1.0) == ["first", "f"]
    file.write_text("def f(x):\n    # a new line\n    second = x * 2\n    return second + 1\n")
    importlib.reload(edited_module)
    assert names(edited_module.f, x=1.0) == ["second", "f"]


def test_inputs_that_are_no_mapping():
    with pytest.raises(TypeError, match=r"as in gv\.trace\(f, x=1\.0\)"):
        gv.trace(lambda x: x, 3.0)
    with pytest.raises(TypeError, match=r"as in graph\.run\(x=1\.0\)"):
        gv.trace(lambda x: x, x=3.0).run(3.0)


def test_names_stay_on_their_line():
    table = str(gv.trace(lambda *xs: xs[0] * 2, {"a\nx\x1b[31m": 1.0}))
    assert len(table.splitlines()) == 4
    assert "\x1b" not in table
