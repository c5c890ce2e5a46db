"""Engines as learners write them: right ones, each in a style of its own, and faulty ones, each by
one change of the text of a right one.
"""

import linecache
from typing import Any

PAIRS = '''
import math

class Value:
    """Each value keeps pairs of an operand and a local derivative."""

    def __init__(self, value, pairs=()):
        self.value = value
        self.pairs = pairs
        self.grad = 0.0

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value * other.value, [(self, other.value), (other, self.value)])

    def exp(self):
        out = math.exp(self.value)
        return Value(out, [(self, out)])

    def __neg__(self):
        return Value(-self.value, [(self, -1.0)])

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value - other.value, [(self, 1.0), (other, -1.0)])

    def __rsub__(self, other):
        return Value(other) - self

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        x, y = self.value, other.value
        return Value(x / y, [(self, 1 / y), (other, -x / y**2)])

    def __rtruediv__(self, other):
        return Value(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def order(self):
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            value, is_done = waiting.pop()
            if is_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                waiting.append((value, True))
                waiting += [(operand, False) for operand, _ in value.pairs]
        return order[::-1]

    def backward(self):
        order = self.order()
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in order:
            for operand, local in value.pairs:
                operand.grad += value.grad * local
'''
CLOSURES = '''
from math import exp

class Value:
    """Each value keeps a function that hands back."""

    def __init__(self, value, _prev=()):
        self.value, self.grad = value, None
        self._prev, self._backward = set(_prev), lambda: None

    @staticmethod
    def of(other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = Value.of(other)
        out = Value(self.value + other.value, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        other = Value.of(other)
        out = Value(self.value * other.value, (self, other))
        def _backward():
            self.grad += other.value * out.grad
            other.grad += self.value * out.grad
        out._backward = _backward
        return out

    def __rmul__(self, other):
        return self * other

    def exp(self):
        out = Value(exp(self.value), (self,))
        def _backward():
            self.grad += out.value * out.grad
        out._backward = _backward
        return out

    def backward(self):
        users, found = {self: 0}, [self]
        for value in found:
            for each in value._prev:
                if each not in users:
                    found.append(each)
                users[each] = users.get(each, 0) + 1
        for value in found:
            value.grad = 0.0
        self.grad, ready = 1.0, [self]
        while ready:
            value = ready.pop()
            value._backward()
            for each in value._prev:
                users[each] -= 1
                if users[each] == 0:
                    ready.append(each)
'''
TAPE = '''
import math

TAPE = []

class Value:
    """All operations stand on one tape, in the order in which they were done."""

    def __init__(self, value):
        self.value, self.grad = float(value), 0.0

    def _record(self, value, *rules):
        out = Value(value)
        TAPE.append((out, rules))
        return out

    def __add__(self, other):
        if not isinstance(other, Value):
            return self._record(self.value + other, (self, 1.0))
        return self._record(self.value + other.value, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        if not isinstance(other, Value):
            return self._record(self.value * other, (self, other))
        return self._record(
            self.value * other.value, (self, other.value), (other, self.value)
        )

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        e = math.exp(self.value)
        return self._record(e, (self, e))

    def backward(self):
        for out, rules in TAPE:
            out.grad = 0.0
            for operand, _ in rules:
                operand.grad = 0.0
        self.grad = 1.0
        for out, rules in reversed(TAPE):
            for operand, local in rules:
                operand.grad += local * out.grad
'''
LEAVES = '''
import math
from collections import defaultdict
from itertools import count

class Value:
    """Gradients stand in a dict while the sweep runs; only inputs keep theirs. The order is that
    of birth."""

    births = count()

    def __init__(self, value, operands=(), locals_=()):
        self.value, self.operands, self.locals = value, operands, locals_
        self.birth, self.grad = next(Value.births), None

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.value + other.value, (self, other), (1.0, 1.0))
        return Value(self.value + other, (self,), (1.0,))

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.value * other.value, (self, other), (other.value, self.value))
        return Value(self.value * other, (self,), (other,))

    def __rmul__(self, other):
        return self * other

    def exp(self):
        return Value(math.exp(self.value), (self,), (math.exp(self.value),))

    def backward(self):
        import heapq
        adjoints, heap = defaultdict(float, {self.birth: 1.0}), [(-self.birth, self)]
        seen = {self.birth}
        while heap:
            _, value = heapq.heappop(heap)
            if not value.operands:
                value.grad = adjoints[value.birth]
            for operand, local in zip(value.operands, value.locals):
                adjoints[operand.birth] += local * adjoints[value.birth]
                if operand.birth not in seen:
                    seen.add(operand.birth)
                    heapq.heappush(heap, (-operand.birth, operand))
'''
CLASSES = '''
import numpy as np

class Value:
    """Each operation is a class of its own; numbers are NumPy's."""

    def __init__(self, value):
        self.value, self.grad, self.inputs = np.float64(value), np.float64(0), []

    def pull(self, came):
        return []

    def __add__(self, other): return Sum(self, other)
    def __radd__(self, other): return Sum(other, self)
    def __mul__(self, other): return Product(self, other)
    def __rmul__(self, other): return Product(other, self)
    def exp(self): return Exp(self)

    def backward(self):
        levels, stack = {}, [self]
        while stack:
            value = stack[-1]
            missing = [each for each in value.inputs if each not in levels]
            if missing:
                stack.extend(missing)
            else:
                stack.pop()
                levels[value] = 1 + max((levels[each] for each in value.inputs), default=0)
        for value in levels:
            value.grad = np.float64(0)
        self.grad = np.float64(1)
        for value in sorted(levels, key=levels.get, reverse=True):
            for each, share in zip(value.inputs, value.pull(value.grad)):
                each.grad = each.grad + share

class Gate(Value):
    def __init__(self, *inputs):
        inputs = [each if isinstance(each, Value) else Value(each) for each in inputs]
        super().__init__(self.work(*(each.value for each in inputs)))
        self.inputs = inputs

class Sum(Gate):
    def work(self, x, y): return x + y
    def pull(self, came): return [came, came]

class Product(Gate):
    def work(self, x, y): return x * y
    def pull(self, came): return [came * self.inputs[1].value, came * self.inputs[0].value]

class Exp(Gate):
    def work(self, x): return np.exp(x)
    def pull(self, came): return [came * self.value]
'''
RIGHT = {
    "pairs": PAIRS, "closures": CLOSURES, "tape": TAPE, "leaves": LEAVES, "classes": CLASSES,
}  # fmt: skip

ORDER = PAIRS[PAIRS.index("    def order") : PAIRS.index("    def backward")]
BACKWARD = PAIRS[PAIRS.index("    def backward") :]


def walking(body: str) -> tuple[str, str]:
    """Another order of the same engine."""
    return ORDER, f"    def order(self):\n{body}\n"


RECURSIVE = """
        order, seen = [], set()
        def visit(value):
            if value not in seen:
                seen.add(value)
                for operand, _ in value.pairs:
                    visit(operand)
                order.append(value)
        visit(self)
        return order[::-1]
"""
DEPTH_FIRST = """
        order = []
        def visit(value):
            if value not in order:
                order.append(value)
                for operand, _ in value.pairs:
                    visit(operand)
        visit(self)
        return order
"""
STACK = """
        order, waiting = [], [self]
        while waiting:
            value = waiting.pop()
            if value not in order:
                order.append(value)
                waiting += [operand for operand, _ in value.pairs]
        return order
"""
BREADTH_FIRST = """
        order = [self]
        for value in order:
            for operand, _ in value.pairs:
                if operand not in order:
                    order.append(operand)
        return order
"""
ROWS = """
        order = [self]
        for value in order:
            order += [operand for operand, _ in value.pairs]
        return order
"""
BY_ROWS = """
        order, row = [], [self]
        while row:
            order += row
            row = [o for value in row for o, _ in reversed(value.pairs) if o not in order]
            row = list(dict.fromkeys(row))
        return order
"""
BACK_ON_PATHS = """
    def backward(self, came=None):
        if came is None:
            for value in self.order():
                value.grad = 0.0
            came = 1.0
        self.grad += came
        for operand, local in self.pairs:
            operand.backward(came * local)
"""
HANDED_AGAIN = """
    def backward(self):
        for value in self.order():
            value.grad = 0.0
        self.grad = 1.0
        def visit(value):
            for operand, local in value.pairs:
                operand.grad += value.grad * local
                visit(operand)
        visit(self)
"""
OF_OPERANDS = """
    def backward(self):
        self.grad = 1.0
        for operand, local in self.pairs:
            operand.grad += self.grad * local
            operand.backward()
"""
OF_OPERANDS_FIRST = """
    def backward(self):
        self.grad = 1.0
        for operand, local in self.pairs:
            operand.backward()
            operand.grad += self.grad * local
"""
OF_GATES = """
    def backward(self):
        self.grad = 1.0
        for operand, local in self.pairs:
            operand.grad += self.grad * local
            if operand.pairs:
                operand.backward()
"""
WRITTEN_DOUBLY = """
        order, waiting = [], [self]
        while waiting:
            missing = [o for o, _ in waiting[-1].pairs if o not in order]
            waiting += missing
            if not missing:
                order.append(waiting.pop())
        return order[::-1]
"""
EQUAL = """
    def __eq__(self, other):
        return isinstance(other, Value) and self.value == other.value

    def __hash__(self):
        return hash(self.value)

    def order(self):
"""
SET = "[(self, other.value), (other, self.value)]"
OTHER = "other = other if isinstance(other, Value) else Value(other)"
CALL = "operand.grad += value.grad * local"
ONE = "[(self, 1.0), (other, 1.0)]"
GRADS = "        for value in order:\n            value.grad = 0.0\n"
# name: (the engine changed, what stands there, what takes its place, the mistake that should fit)
FAULTY: dict[str, tuple[str, str, str, str]] = {
    "= for +=": (PAIRS, CALL, "operand.grad = value.grad * local", "set_not_added"),
    "= for += in closures": (CLOSURES, "grad += ", "grad = ", "set_not_added"),
    "first stays": (PAIRS, CALL, "operand.grad = operand.grad or value.grad * local", "first_stays"),
    "*= for +=": (PAIRS, CALL, "operand.grad = (operand.grad or 1.0) * value.grad * local", "times_not_plus"),
    "forwards": (PAIRS, "return order[::-1]", "return order", "no_walk"),
    "tape forwards": (TAPE, "reversed(TAPE)", "TAPE", "no_walk"),
    "one gate only": (PAIRS, "        for value in order:\n            for operand", "        for value in [self]:\n            for operand", "no_walk"),
    "depth first": (PAIRS, *walking(DEPTH_FIRST), "no_order"),
    "stack": (PAIRS, *walking(STACK), "no_order"),
    "breadth first": (PAIRS, *walking(BREADTH_FIRST), "no_order"),
    "rows from the right": (PAIRS, *walking(BY_ROWS), "no_order"),
    "rows again and again": (PAIRS, *walking(ROWS), "handed_again"),
    "handed again": (PAIRS, BACKWARD, HANDED_AGAIN, "handed_again"),
    "written down doubly": (PAIRS, *walking(WRITTEN_DOUBLY), "twice_in_order"),
    "written down doubly, turned": (PAIRS, *walking(WRITTEN_DOUBLY.replace("waiting[-1].pairs", "waiting[-1].pairs[::-1]")), "twice_in_order"),
    "backward of operands": (PAIRS, BACKWARD, OF_OPERANDS, "seeds_everywhere"),
    "backward of operands first": (PAIRS, BACKWARD, OF_OPERANDS_FIRST, "seeds_everywhere"),
    "backward of gates": (PAIRS, BACKWARD, OF_GATES, "seeds_everywhere"),
    "pairs not kept": (PAIRS, "self.pairs = pairs", "self.pairs = []", "nothing_back"),
    "product without pairs": (PAIRS, ", " + SET, "", "product_shut"),
    "sum without pairs": (PAIRS, ", " + ONE, "", "sum_shut"),
    "sum and product without pairs": (PAIRS.replace(", " + ONE, ""), ", " + SET, "", "sum_shut"),
    "sum with a number without pairs": (PAIRS, "__add__(self, other):\n", "__add__(self, other):\n        if not isinstance(other, Value):\n            return Value(self.value + other)\n", "sum_shut"),
    "upstream left out": (PAIRS, CALL, "operand.grad += local", "no_upstream"),
    "local left out": (PAIRS, CALL, "operand.grad += value.grad", "no_local"),
    "upstream added": (PAIRS, CALL, "operand.grad += value.grad + local", "upstream_added"),
    "upstream added at products": (CLOSURES, ".value * out.grad\n            other.grad += self.value * out.grad", ".value + out.grad\n            other.grad += self.value + out.grad", "upstream_added_at_products"),
    "upstream left out of products": (CLOSURES, "other.value * out.grad\n            other.grad += self.value * out.grad", "other.value\n            other.grad += self.value", "no_upstream_at_products"),
    "upstream left out of sums": (CLOSURES, "self.grad += out.grad\n            other.grad += out.grad", "self.grad += 1\n            other.grad += 1", "no_upstream_at_sums"),
    "upstream left out of exp": (CLOSURES, "out.value * out.grad\n        out._backward", "out.value\n        out._backward", "no_upstream_at_exp"),
    "own value": (PAIRS, SET, "[(self, self.value), (other, other.value)]", "own_value"),
    "product as a sum": (PAIRS, SET, ONE, "product_as_sum"),
    "product whole": (PAIRS, SET, "[(self, self.value * other.value), (other, self.value * other.value)]", "product_whole"),
    "first factor only": (PAIRS, SET, "[(self, other.value)]", "product_one_side"),
    "second term only": (PAIRS, ONE, "[(other, 1.0)]", "sum_one_side"),
    "sum as a product": (PAIRS, ONE, SET, "sum_as_product"),
    "sum shared out": (PAIRS, ONE, "[(self, 0.5), (other, 0.5)]", "sum_shared_out"),
    "exp one": (PAIRS, "[(self, out)]", "[(self, 1.0)]", "exp_one"),
    "exp operand": (PAIRS, "[(self, out)]", "[(self, self.value)]", "exp_operand"),
    "exp as a power": (PAIRS, "[(self, out)]", "[(self, self.value * math.exp(self.value - 1))]", "exp_power"),
    "exp twice": (PAIRS, "[(self, out)]", "[(self, math.exp(out))]", "exp_twice"),
    "e cut short": (PAIRS, "math.exp(self.value)", "2.718 ** self.value", "e_cut_short"),
    "e of one decimal": (PAIRS, "math.exp(self.value)", "2.7 ** self.value", "e_cut_short"),
    "exp with a minus": (PAIRS, "[(self, out)]", "[(self, -out)]", "exp_minus"),
    "exp forgets its operand": (PAIRS, "[(self, out)]", "[]", "exp_shut"),
    "no seed": (PAIRS, "self.grad = 1.0", "pass", "not_seeded"),
    "seeded with its value": (PAIRS, "self.grad = 1.0", "self.grad = self.value", "seed_is_value"),
    "a dict of shares": (PAIRS, "in value.pairs:\n                operand.grad", "in dict(value.pairs).items():\n                operand.grad", "one_share_of_two"),
    "equal taken for same": (PAIRS.replace("id(value)", "value"), "    def order(self):\n", EQUAL[1:], "equal_taken_for_same"),
    "minus lost": (PAIRS, "(other, -1.0)", "(other, 1.0)", "minus_lost"),
    "minus lost at neg": (PAIRS, "[(self, -1.0)]", "[(self, 1.0)]", "minus_lost"),
    "minus lost at quotients": (PAIRS, "-x / y**2", "x / y**2", "minus_lost"),
    "minus on both": (PAIRS, "[(self, 1.0), (other, -1.0)]", "[(self, -1.0), (other, -1.0)]", "minus_both"),
    "square lost": (PAIRS, "-x / y**2", "-x / y", "square_lost"),
    "numerator lost": (PAIRS, "-x / y**2", "-1 / y**2", "numerator_lost"),
    "rsub is sub": (PAIRS, "        return Value(other) - self", "        return self - other", "number_on_wrong_side"),
    "rtruediv is truediv": (PAIRS, "        return Value(other) / self", "        return self / other", "number_on_wrong_side"),
    "no radd": (PAIRS, "__radd__, __rmul__ = __add__, __mul__", "__rmul__ = __mul__", "left_missing"),
    "no rmul": (PAIRS, "__radd__, __rmul__ = __add__, __mul__", "__radd__ = __add__", "left_missing"),
    "piles up": (PAIRS, GRADS, "", "piles_up"),
    "inputs pile up": (PAIRS, GRADS, "        for value in order:\n            if value.pairs:\n                value.grad = 0.0\n", "piles_up"),
    "stays visited": (PAIRS.replace("id(value) not in seen", "not hasattr(value, 'seen')"), "seen.add(id(value))", "value.seen = True", "stays_visited"),
    "every path": (PAIRS, BACKWARD, BACK_ON_PATHS[1:], "every_path"),
    "recursion": (PAIRS, *walking(RECURSIVE), "recursion"),
}  # fmt: skip


def engine_of(text: str) -> Any:
    """The class that a text makes."""
    space: dict[str, Any] = {"__name__": "engines"}
    # as IPython does, so that lines are found
    linecache.cache["<engine>"] = len(text), None, text.splitlines(keepends=True), "<engine>"
    exec(compile(text, "<engine>", "exec"), space)
    return space["Value"]


def faulty(name: str) -> tuple[Any, str]:
    """A faulty engine, and the mistake that should fit."""
    text, there, instead, mistake = FAULTY[name]
    assert there in text, name
    return engine_of(text.replace(there, instead)), mistake
