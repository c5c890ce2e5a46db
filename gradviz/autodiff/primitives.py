"""THE TABLE: every primitive once, with its value and its local derivatives.

It is meant to be read like the table at the back of a calculus book. A row says: the name (NumPy's), how it is written, its
value as Python code, and for each operand the local derivative as a plain function of the operands x, y and the result z. Those
functions are read three ways: with floats, with Variables (so a gradient has a gradient) and with Symbols (so that the same
row gives a formula for the figure and a line of the compiled program). No derivative is written twice.

>>> import gradviz as gv
>>> gv.grad(np.tanh)(0.0)
1.0
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np

from gradviz.autodiff import symbols, variable
from gradviz.autodiff.symbols import Symbol
from gradviz.autodiff.variable import Variable

NAMESPACE: dict[str, Any] = {"math": math}  # what generated code may use
OPERANDS = ("x", "y")


class Primitive:
    """A row of the table. Called with numbers, Variables or Symbols it gives a number, a Variable or a Symbol."""

    def __init__(self, name: str, written: str, code: str, *local_derivatives: Callable) -> None:
        self.name = name
        self.written = written
        self.code = code
        self.local_derivatives = local_derivatives
        self.ufunc = getattr(np, name, None)
        operands = ", ".join(OPERANDS[: self.arity])
        plain = code.removesuffix(f"({operands})")
        self.value = eval(plain if plain != code else f"lambda {operands}: {code}", NAMESPACE)
        self.ieee = self.ufunc or eval(f"lambda {operands}: {code}", {"math": np})

    @property
    def arity(self) -> int:
        """How many operands it takes."""
        return len(self.local_derivatives)

    def __call__(self, *operands: Any) -> Any:
        for operand in operands:
            if type(operand) is Variable:
                return variable.record(self, operands)
            if type(operand) is Symbol:
                return symbols.apply(self, operands)
        result = self.number(*operands)
        return np.float64(result) if np.float64 in map(type, operands) else result  # stays in IEEE's arithmetic

    def number(self, *operands: float) -> float:
        """The value by IEEE's rules, where Python's own would raise: 1/0 is inf, log(−1) is nan."""
        try:
            return self.value(*operands)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(self.ieee(*map(np.float64, operands)))

    def local(self, position: int, operands: Sequence[float], result: float) -> float:
        """The local derivative with respect to the operand at `position`, as a number, by IEEE's rules."""
        try:
            return _compiled_local(self, position)(*operands, result)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(self.local_derivatives[position](*map(np.float64, (*operands, result))))

    @cached_property
    def pulls(self) -> "Pulls":
        """How an adjoint is handed back, compiled: see :class:`Pulls`."""
        return Pulls(self)

    def local_symbol(self, position: int, operands: Sequence[str | float], result: str) -> "Symbol | float":
        """The local derivative in symbols; operands that are floats are constants."""
        return self.local_derivatives[position](*_named(operands), Symbol.named(result))

    # ── how it is written: gradviz.graph.Operation ──

    def python(self, *operands: str) -> str:
        """Its value as Python code."""
        return _substituted(self.code, operands)

    @property
    def is_call(self) -> bool:
        """Whether the code is a call, so that its operands need no brackets."""
        return re.fullmatch(r"[\w.]+\(x(, y)?\)", self.code) is not None

    def notation(self, *operands: str) -> str:
        """Its value on paper."""
        return _substituted(self.written, operands)

    def expression(self, operands: Sequence[str | float]) -> str:
        return symbols.formula(Symbol(self, tuple(_named(operands))))[0]

    def local_expression(self, position: int, operands: Sequence[str | float], result: str) -> str:
        return symbols.formula(self.local_symbol(position, operands, result))[0]

    @property
    def is_infix(self) -> bool:
        return self.written.startswith("x ")

    @property
    def commutes(self) -> bool:
        return self.name in ("add", "multiply", "maximum", "minimum", "hypot")

    def sign(self, constants: Sequence[str | None]) -> str:
        if self.name == "negative":
            return "×−1"  # "−·" would read as a subtraction
        if self.arity == 1:
            return self.notation("·").removesuffix("(·)") if constants == (None,) else constants[0]
        if not self.is_infix:
            return self.written.removesuffix("(x, y)") if constants == (None, None) else self.notation(*(c or "·" for c in constants))
        glyph = self.written[2:-2]
        left, right = constants
        if left is not None and not self.commutes:
            return f"{f'({left})' if left.startswith('−') else left}{glyph}·".replace("÷", "/")
        constant = left or right or ""
        return f"{glyph}({constant})" if constant.startswith("−") and glyph in "+−" else f"{glyph}{constant}"

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        if constants != (None, None) or self.commutes:
            return ("",) * self.arity
        return ("", self.written[2:-2]) if self.is_infix else ("1st", "2nd")

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str:
        return self.name


def _named(operands: Sequence[str | float]) -> list["Symbol | float"]:
    return [operand if isinstance(operand, float) else Symbol.named(operand) for operand in operands]


def _substituted(template: str, operands: Sequence[str]) -> str:
    """`template` with the operands in place of its x and y."""
    return _format(template).format(*operands)


@cache
def _format(template: str) -> str:
    return re.sub(r"(?<![A-Za-z])[xy](?![A-Za-z])", lambda operand: "{" + str(OPERANDS.index(operand[0])) + "}", template)


@cache
def _compiled_local(primitive: Primitive, position: int) -> Callable[..., float]:
    operands = OPERANDS[: primitive.arity]
    body = symbols.python(primitive.local_symbol(position, operands, "z"))[0]
    return eval(f"lambda {', '.join(operands)}, z: {body}", NAMESPACE)


class Pulls(dict):
    """For a primitive: functions of adjoint, x, y and z that give what flows back to its operands, by IEEE's rules.

    The keys say to which: 1 to the first operand, 2 to the second, 3 to both, as a pair.
    """

    def __init__(self, primitive: Primitive) -> None:
        self.primitive = primitive

    def __missing__(self, which: int) -> Callable[..., Any]:
        primitive, arity = self.primitive, self.primitive.arity
        positions = [position for position in range(arity) if which >> position & 1]
        flows = []
        for position in positions:
            flow = symbols.apply(multiply, (Symbol.named("adjoint"), primitive.local_symbol(position, OPERANDS[:arity], "z")))
            flows.append(symbols.python(flow)[0])
        compiled = eval(f"lambda adjoint, x, y, z: {', '.join(flows) if len(flows) == 1 else '(' + ', '.join(flows) + ')'}", NAMESPACE)

        def pull(adjoint: float, x: float, y: float, z: float) -> Any:
            try:
                return compiled(adjoint, x, y, z)
            except (ArithmeticError, ValueError):
                operands = (x, y)[:arity]
                flows = tuple(adjoint * primitive.local(position, operands, z) for position in positions)
                return flows if len(flows) > 1 else flows[0]

        self[which] = pull
        return pull


def row(name: str, written: str, code: str, *local_derivatives: Callable) -> Primitive:
    primitive = Primitive(name, written, code, *local_derivatives)
    if primitive.ufunc is not None:
        variable.PRIMITIVES[primitive.ufunc] = primitive
    return primitive


# fmt: off
# ── arithmetic ──   name             written          value                                         local derivatives, one for each operand
add          = row("add",           "x + y",         "x + y",                                      lambda x, y, z: 1.0,
                                                                                                   lambda x, y, z: 1.0)
subtract     = row("subtract",      "x − y",         "x - y",                                      lambda x, y, z: 1.0,
                                                                                                   lambda x, y, z: -1.0)
multiply     = row("multiply",      "x × y",         "x * y",                                      lambda x, y, z: y,
                                                                                                   lambda x, y, z: x)
divide       = row("divide",        "x ÷ y",         "x / y",                                      lambda x, y, z: 1.0 / y,
                                                                                                   lambda x, y, z: -z / y)
power        = row("power",         "x ^ y",         "math.pow(x, y)",                             lambda x, y, z: y * power(x, lowered(y)),
                                                                                                   lambda x, y, z: xlogy(z, x))
negative     = row("negative",      "−x",            "-x",                                         lambda x, z: -1.0)
positive     = row("positive",      "x",             "x",                                          lambda x, z: 1.0)
absolute     = row("absolute",      "|x|",           "abs(x)",                                     lambda x, z: sign(x))
reciprocal   = row("reciprocal",    "1/x",           "1.0 / x",                                    lambda x, z: -(z * z))
square       = row("square",        "x²",            "x * x",                                      lambda x, z: 2.0 * x)

# ── exponentials, logarithms, roots ──
exp          = row("exp",           "exp(x)",        "math.exp(x)",                                lambda x, z: z)
exp2         = row("exp2",          "exp2(x)",       "math.exp2(x)",                               lambda x, z: z * math.log(2.0))
expm1        = row("expm1",         "expm1(x)",      "math.expm1(x)",                              lambda x, z: exp(x))
log          = row("log",           "log(x)",        "math.log(x)",                                lambda x, z: 1.0 / x)
log2         = row("log2",          "log2(x)",       "math.log2(x)",                               lambda x, z: 1.0 / (x * math.log(2.0)))
log10        = row("log10",         "log10(x)",      "math.log10(x)",                              lambda x, z: 1.0 / (x * math.log(10.0)))
log1p        = row("log1p",         "log1p(x)",      "math.log1p(x)",                              lambda x, z: 1.0 / (1.0 + x))
sqrt         = row("sqrt",          "√(x)",          "math.sqrt(x)",                               lambda x, z: 0.5 / z)
cbrt         = row("cbrt",          "∛(x)",          "math.cbrt(x)",                               lambda x, z: 1.0 / (3.0 * (z * z)))

# ── circular and hyperbolic functions ──
sin          = row("sin",           "sin(x)",        "math.sin(x)",                                lambda x, z: cos(x))
cos          = row("cos",           "cos(x)",        "math.cos(x)",                                lambda x, z: -sin(x))
tan          = row("tan",           "tan(x)",        "math.tan(x)",                                lambda x, z: 1.0 + z * z)
arcsin       = row("arcsin",        "arcsin(x)",     "math.asin(x)",                               lambda x, z: 1.0 / sqrt(1.0 - x * x))
arccos       = row("arccos",        "arccos(x)",     "math.acos(x)",                               lambda x, z: -1.0 / sqrt(1.0 - x * x))
arctan       = row("arctan",        "arctan(x)",     "math.atan(x)",                               lambda x, z: 1.0 / (1.0 + x * x))
arctan2      = row("arctan2",       "arctan2(x, y)", "math.atan2(x, y)",                           lambda x, y, z: y / hypot(x, y) / hypot(x, y),
                                                                                                   lambda x, y, z: -x / hypot(x, y) / hypot(x, y))
hypot        = row("hypot",         "hypot(x, y)",   "math.hypot(x, y)",                           lambda x, y, z: x / z,
                                                                                                   lambda x, y, z: y / z)
sinh         = row("sinh",          "sinh(x)",       "math.sinh(x)",                               lambda x, z: cosh(x))
cosh         = row("cosh",          "cosh(x)",       "math.cosh(x)",                               lambda x, z: sinh(x))
tanh         = row("tanh",          "tanh(x)",       "math.tanh(x)",                               lambda x, z: 1.0 - z * z)
arcsinh      = row("arcsinh",       "arcsinh(x)",    "math.asinh(x)",                              lambda x, z: 1.0 / hypot(x, 1.0))
arccosh      = row("arccosh",       "arccosh(x)",    "math.acosh(x)",                              lambda x, z: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)))
arctanh      = row("arctanh",       "arctanh(x)",    "math.atanh(x)",                              lambda x, z: 1.0 / (1.0 - x * x))

# ── the larger and the smaller: where both are equal, each has half of the derivative ──
maximum      = row("maximum",       "max(x, y)",     "(x if x > y or x != x else y)",              lambda x, y, z: exceeds(x, y),
                                                                                                   lambda x, y, z: exceeds(y, x))
minimum      = row("minimum",       "min(x, y)",     "(x if x < y or x != x else y)",              lambda x, y, z: exceeds(y, x),
                                                                                                   lambda x, y, z: exceeds(x, y))

# ── flat functions: their derivative is zero wherever they have one; nodes all the same, so that a replay is right ──
floor        = row("floor",         "⌊x⌋",           "math.copysign(math.floor(x), x)",                       lambda x, z: 0.0)
ceil         = row("ceil",          "⌈x⌉",           "math.copysign(math.ceil(x), x)",                        lambda x, z: 0.0)
trunc        = row("trunc",         "trunc(x)",      "math.copysign(math.trunc(x), x)",                       lambda x, z: 0.0)
rint         = row("rint",          "round(x)",      "math.copysign(round(x), x)",                            lambda x, z: 0.0)
sign         = row("sign",          "sign(x)",       "(float(x > 0.0) - (x < 0.0) if x == x else x)",lambda x, z: 0.0)
exceeds      = row("exceeds",       "[x > y]",       "((x > y) + 0.5 * (x == y))",                 lambda x, y, z: 0.0,
                                                                                                   lambda x, y, z: 0.0)

# ── an exponent lowered by one; zero stays, so that the derivative of x⁰ is 0 at x = 0 too ──
lowered      = row("lowered",       "x − 1",         "(x - (x != 0.0))",                           lambda x, z: 1.0)

# ── x log y, which is 0 for x = 0: how a power follows its exponent ──
xlogy        = row("xlogy",         "x·log(y)",      "(x * math.log(y) if x != 0.0 else 0.0)",     lambda x, y, z: log(y),
                                                                                                   lambda x, y, z: x / y)

# ── division with remainder, in Python's sense ──
floor_divide = row("floor_divide",  "⌊x ÷ y⌋",       "x // y",                                     lambda x, y, z: 0.0,
                                                                                                   lambda x, y, z: 0.0)
remainder    = row("remainder",     "mod(x, y)",     "x % y",                                      lambda x, y, z: 1.0,
                                                                                                   lambda x, y, z: -floor_divide(x, y))

# ── an output that no input reaches ──
constant     = row("constant",      "x",             "x",                                          lambda x, z: 1.0)
# fmt: on


def _install_operators() -> None:
    """Give Variable and Symbol Python's operators, from the table."""
    for name, primitive in (("neg", negative), ("abs", absolute), ("floor", floor), ("ceil", ceil), ("trunc", trunc)):
        setattr(Variable, f"__{name}__", variable.unary_operator(primitive))
        setattr(Symbol, f"__{name}__", lambda *operands, primitive=primitive: primitive(*operands))
    Variable.__pos__ = lambda self: self
    Variable.__round__ = lambda self, digits=0: rint(self * 10.0**digits) / 10.0**digits if digits else rint(self)
    Variable.__divmod__ = lambda self, other: (self // other, self % other)
    binary = {"add": add, "sub": subtract, "mul": multiply, "truediv": divide, "pow": power, "floordiv": floor_divide, "mod": remainder}
    for name, primitive in binary.items():
        operator, reflected = variable.binary_operators(primitive)
        setattr(Variable, f"__{name}__", operator)
        setattr(Variable, f"__r{name}__", reflected)
        setattr(Symbol, f"__{name}__", lambda *operands, primitive=primitive: primitive(*operands))
        setattr(Symbol, f"__r{name}__", lambda self, other, primitive=primitive: primitive(other, self))


_install_operators()
