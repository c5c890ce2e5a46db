"""What an engine has to do, step by step: the first thing that it does not is what is found."""

import sys
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from gradviz.exercises.engine.circuits import (
    FURTHER,
    NUMBERED,
    OPERATIONS,
    WHOLE,
    Circuit,
    circuits,
    shaped,
)
from gradviz.exercises.engine.mistakes import agree, fitting, often_fitting, shut_gate
from gradviz.exercises.engine.trial import (
    Finding,
    attempt,
    gradient_of,
    has,
    made,
    number_of,
    unchanged,
)

NEEDED = {"__add__": "missing_add", "__mul__": "missing_mul", "exp": "missing_exp"}
ON_THE_LEFT = {"__radd__": "2.0 + a", "__rmul__": "3.0 * a"}
RAISES = "raises", "raises_in"
DOUBLINGS = 30
CHAIN = 3_000  # gates: deeper than Python calls functions within functions, unless it is told to,
DEEPEST = 5_500  # and then as deep as this
LINES_OF_A_CHAIN = 3_000_000

Engine = Callable[[float], Any]


class Tally(NamedTuple):
    """What was compared."""

    circuits: int
    gradients: int
    chain: int


def examine(engine: Engine, random_state: int) -> Tally:
    """Try an engine.

    Raises Finding at what it does not do as it should.
    """
    sample, all_circuits = _sample(engine), circuits(random_state)
    for (method, said), circuit in zip(NEEDED.items(), all_circuits):
        if not has(sample, method):
            raise Finding(said)
        made(engine, circuit)  # one of that gate alone: it is tried before the next is asked for
    for circuit in all_circuits:
        made(engine, circuit)
    _numbers(engine)
    random = Random(random_state)
    numbered = [shaped(shape, random) for shape in (*NUMBERED, *WHOLE)]
    for circuit in numbered:
        _made_with_numbers(engine, circuit)
    if not has(sample, "backward"):
        raise Finding("missing_backward")
    _gradients(engine, all_circuits)
    _gradients(engine, numbered, all_circuits)
    further = [
        shaped(shape, random)
        for method, shapes in FURTHER.items()
        if has(sample, method)
        for shape in shapes
    ]
    for circuit in further:
        _made_with_numbers(engine, circuit)
    _gradients(engine, further, all_circuits)
    _again(engine, all_circuits[-1])
    _doubled(engine)
    chain = min(max(CHAIN, sys.getrecursionlimit() + 500), DEEPEST)
    _chained(engine, chain)
    tried = [*all_circuits, *numbered, *further]
    count = sum(len(each.from_the_right) for each in tried)
    return Tally(len(tried), count, chain)


def _sample(engine: Engine) -> Any:
    """A value, which has the number that it was made of."""
    if not callable(engine):
        raise Finding("no_class", kind=type(engine).__name__)
    value = attempt("Value(2.0)", lambda: engine(2.0))
    found = number_of(value, "Value(2.0)")
    if found != 2.0:
        raise Finding("other_number", doing="Value(2.0).value", found=found, right=2.0)
    return value


def _gradients(engine: Engine, given: Sequence[Circuit], known: Sequence[Circuit] = ()) -> None:
    """Raises Finding at the first gradient that is wrong, with the mistakes that fit all that the
    engine gave; it is right on those circuits that are `known`.
    """
    all_found = [(circuit, _swept(engine, circuit)) for circuit in given]
    failed = [each for each in all_found if not agree(each[1], each[0].gradients())]
    if not failed:
        return
    all_found += [(circuit, circuit.gradients()) for circuit in known]
    fits, alone = fitting(all_found), None
    if not fits and (alone := _shut_in(*failed[0])):
        fits = [alone]
    elif not fits and (alone := often_fitting(failed)):
        fits, failed = [alone], [each for each in failed if alone in fitting([each])]
    circuit, found = failed[0]
    right = circuit.gradients()
    name = _first_that_differs(circuit, found)
    at = {"circuit": circuit, "name": name, "found": found[name], "right": right[name]}
    if name == circuit.output:
        finding = Finding("gradient_of_output", (circuit, name), **at)
    else:
        before = circuit.from_the_right[circuit.from_the_right.index(name) - 1]
        finding = Finding("gradient", (circuit, name), before=before, **at)
    finding.fits, finding.is_of_some = fits, alone is not None
    raise finding


def _first_that_differs(circuit: Circuit, found: Mapping[str, float]) -> str:
    right = circuit.gradients()
    return next(
        each
        for each in circuit.from_the_right
        if each in found and not agree({each: found[each]}, right)
    )


def _shut_in(circuit: Circuit, found: Mapping[str, float]) -> str | None:
    return shut_gate(circuit, found, _first_that_differs(circuit, found))


def _swept(engine: Engine, circuit: Circuit) -> dict[str, float]:
    """The gradients that an engine gives: those that it has; of inputs, 0 where it has none."""
    values = made(engine, circuit)
    attempt(f"{circuit.output}.backward()", values[circuit.output].backward)
    unchanged(values, circuit, f"{circuit.output}.backward()")
    held = {name: gradient_of(value, name) for name, value in values.items()}
    of_gates = [held[gate.name] for gate in circuit.gates]
    if all(each is None for each in of_gates) and any(held[name] for name in circuit.inputs):
        held = {name: held[name] for name in circuit.inputs}  # it keeps those of inputs alone
    return {name: number or 0.0 for name, number in held.items()}


def _numbers(engine: Engine) -> None:
    """Numbers beside values, on both sides."""
    value = attempt("Value(2.0)", lambda: engine(2.0))
    for doing, operation, number in (("a + 2.0", "add", 2.0), ("a * 3.0", "multiply", 3.0)):
        try:
            attempt(doing, lambda of=OPERATIONS[operation], by=number: of(value, by))
        except Finding as finding:
            if finding.said not in RAISES:
                raise
            raise Finding("number_right", doing=doing, why=str(finding)) from None
    for method, doing in ON_THE_LEFT.items():
        if not has(value, method):
            found = Finding("number_left", doing=doing, method=method)
            found.fits = ["left_missing"]
            raise found


def _made_with_numbers(engine: Engine, circuit: Circuit) -> None:
    """Its values; where it fails at a whole number, which an engine may forget, that is said."""
    try:
        made(engine, circuit)
    except Finding as finding:
        if finding.said not in RAISES or not circuit.gates[0].is_of_whole:
            raise
        raise Finding("number_whole", why=str(finding)) from None


def _again(engine: Engine, circuit: Circuit) -> None:
    """A second call of backward, and then one at a gate inside."""
    values = made(engine, circuit)
    output = values[circuit.output]
    for _ in range(2):
        attempt(f"{circuit.output}.backward()", output.backward)
    right = circuit.gradients()
    for name in circuit.inputs:
        found = gradient_of(values[name], name) or 0.0
        if not agree({name: found}, right):
            finding = Finding(
                "second_call", (circuit, name), name=name, found=found, right=right[name]
            )
            finding.fits = ["piles_up"]
            raise finding
    inner = Circuit(circuit.inputs, circuit.gates[:1])
    attempt(f"{inner.output}.backward()", values[inner.output].backward)
    right = inner.gradients()
    for name in inner.gates[0].sources:
        found = gradient_of(values[name], name) or 0.0
        if not agree({name: found}, right):
            finding = Finding(
                "other_output", (circuit, name), output=inner.output, name=name, found=found,
                right=right[name],
            )  # fmt: skip
            finding.fits = ["stays_visited"]
            raise finding


def _doubled(engine: Engine) -> None:
    """A value doubled so often that there are too many paths to go along each."""
    start = attempt("Value(1.0)", lambda: engine(1.0))
    value = start
    for _ in range(DOUBLINGS):
        value = attempt("x + x", lambda value=value: value + value)
    try:
        attempt("x.backward()", value.backward)
    except Finding as finding:
        if finding.said != "endless":
            raise
        found = Finding("doublings", n=DOUBLINGS)
        found.fits = ["every_path"]
        raise found from None
    _expect("start", start, 2.0**DOUBLINGS, "doublings_wrong", DOUBLINGS)


def _chained(engine: Engine, gates: int) -> None:
    """A chain that is deeper than Python calls functions within functions."""
    start, value = _chain(engine, gates)
    try:
        attempt("x.backward()", value.backward, LINES_OF_A_CHAIN)
    except Finding as finding:
        if finding.said not in ("endless", "too_deep"):
            raise
        found = Finding("chain" if finding.said == "too_deep" else "chain_slow", n=gates)
        found.fits = ["recursion"] if finding.said == "too_deep" else []
        raise found from None
    _expect("start", start, 1.0, "chain_wrong", gates)


def _chain(engine: Engine, gates: int) -> tuple[Any, Any]:
    start, factor = attempt("Value(2.0)", lambda: (engine(2.0), engine(1.0)))

    def made() -> Any:
        value = start
        for _ in range(gates):
            value = value * factor
        return value

    return start, attempt("x * y", made, LINES_OF_A_CHAIN)


def _expect(name: str, value: Any, right: float, said: str, n: int) -> None:
    found = gradient_of(value, name) or 0.0
    if not agree({name: found}, {name: right}):
        raise Finding(said, n=n, found=found, right=right)
