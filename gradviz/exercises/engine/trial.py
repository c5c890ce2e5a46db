"""A learner's class at work: whatever it does comes back as numbers or as a sentence, never as a
traceback, and it comes back.
"""

import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from math import isclose, log
from pathlib import Path
from types import FrameType
from typing import Any

from gradviz.exercises.engine.circuits import ON_NUMBERS, OPERATIONS, Circuit, Gate
from gradviz.numerals import numeral
from gradviz.words import say

CLOSE = 1e-6  # of a number's size: engines may round
INSTRUCTIONS = 500_000  # of the learner's code: by then a sweep over a few gates has ended
E_CUT = 0.008  # from 1: the logarithm of 2.7 is so near
PACKAGE = str(Path(__file__).parents[2])
FULL = 17  # digits, by which any two numbers of a computer differ


class Finding(Exception):
    """What was found: the id of its words, what fills their places, and where it was seen."""

    def __init__(self, said: str, at: tuple[Circuit, str] | None = None, **places: object) -> None:
        super().__init__(said)
        self.said = said
        self.at = at  # a circuit, and the value in it at which the engine differs
        self.fits: list[str] = []  # mistakes that give what was found, by the ids of their words
        self.is_of_some = False  # and which do so in some circuits only, this one among them
        self.places: Mapping[str, object] = places

    def __str__(self) -> str:
        numbers = [each for each in self.places.values() if isinstance(each, float)]
        differing = (
            few for few in range(4, FULL + 1) if len({numeral(each, few) for each in numbers}) > 1
        )
        digits = next(differing, 4)  # so many that two that differ look different
        places = {
            name: numeral(place, digits) if isinstance(place, float) else place
            for name, place in self.places.items()
        }
        return say(f"engine.{self.said}", **places)


class Endless(BaseException):
    """So much was run that no end is near. No ``except Exception`` catches it."""


@contextmanager
def counted(most: int, by_lines: bool):
    """Code in here ends after so many instructions, or lines, by Endless."""
    left, before = most, sys.gettrace()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if event == "call":
            frame.f_trace_opcodes = not by_lines  # there are loops within a line
        left -= 1
        if left < 0:
            raise Endless
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def attempt(doing: str, function: Callable[[], Any], lines: int = 0) -> Any:
    """What a function of the learner's gives, within so many `lines` where that is known; `doing`
    says in Python what is done.

    Raises Finding in place of whatever it raises, but for a KeyboardInterrupt.
    """
    try:
        with counted(lines or INSTRUCTIONS, by_lines=bool(lines)):
            return function()
    except KeyboardInterrupt:
        raise
    except Endless:
        raise Finding("endless", doing=doing) from None
    except RecursionError:
        raise Finding("too_deep", doing=doing) from None
    except BaseException as error:
        raise _raised(doing, error) from None


def _raised(doing: str, error: BaseException) -> Finding:
    kind = type(error).__name__
    try:
        message = " ".join(str(error).split())
    except Exception:  # an error that can't be said
        message = ""
    said = say("engine.error", kind=kind, message=f"{message:.160}") if message else kind
    places = traceback.extract_tb(error.__traceback__)
    lines = [each.line for each in places if not each.filename.startswith(PACKAGE)]
    if lines and lines[-1]:
        return Finding("raises_in", doing=doing, error=said, line=f"{lines[-1]:.80}")
    return Finding("raises", doing=doing, error=said)


def has(value: Any, method: str) -> bool:
    """Whether a value of the learner's has a method."""
    return attempt(f"Value.{method}", lambda: callable(getattr(value, method, None)))


def number_of(value: Any, doing: str) -> float:
    """The number of a value of the learner's."""
    kind = type(value).__name__
    if value is None or type(value) in (int, float, bool, tuple, list, str):
        raise Finding("nothing_came" if value is None else "plain_number", doing=doing, kind=kind)
    held_by = f"({doing}).value" if " " in doing else f"{doing}.value"
    held = attempt(held_by, lambda: getattr(value, "value", None))
    if held is None:
        has_data = attempt(held_by, lambda: getattr(value, "data", None) is not None)
        raise Finding("value_in_data" if has_data else "no_value", doing=doing, kind=kind)
    return _plain(held, held_by)


def gradient_of(value: Any, name: str) -> float | None:
    """The gradient that a value of the learner's has, if it has one."""
    missing = object()
    held = attempt(f"{name}.grad", lambda: getattr(value, "grad", missing))
    if held is missing:
        raise Finding("no_grad", name=name)
    return None if held is None else _plain(held, f"{name}.grad")


def _plain(held: Any, doing: str) -> float:
    if callable(held):
        raise Finding("is_method", doing=doing)
    if type(held) is str:
        raise Finding("no_number", doing=doing, kind="str")
    try:
        return attempt(doing, lambda: float(held))
    except Finding:
        raise Finding("no_number", doing=doing, kind=type(held).__name__) from None


def made(kind: Callable[[float], Any], circuit: Circuit) -> dict[str, Any]:
    """The values of a circuit, by the learner's class; each has the number that it should have.

    Raises Finding at the first that has not.
    """
    right, values = circuit.values(), dict[str, Any]()
    for name, number in circuit.inputs.items():
        values[name] = attempt(f"Value({number:g})", lambda number=number: kind(number))
        _compare(number_of(values[name], f"Value({number:g})"), number, circuit, name)
    for gate in circuit.gates:
        doing = gate.expression
        values[gate.name] = attempt(doing, lambda gate=gate: gate.of(values, OPERATIONS))
        found = number_of(values[gate.name], doing)
        _compare(found, right[gate.name], circuit, gate.name)
        unchanged({each: values[each] for each in gate.sources}, circuit, doing)
    return values


def unchanged(values: Mapping[str, Any], circuit: Circuit, after: str) -> None:
    """Raises Finding at a value that has another number now."""
    right = circuit.values()
    for name, value in values.items():
        found, number = number_of(value, name), right[name]
        if not _close(found, number):
            raise Finding(
                "changed", (circuit, name), name=name, after=after, found=found, right=number
            )


def _compare(found: float, right: float, circuit: Circuit, name: str) -> None:
    if not _close(found, right):
        gate = next((each for each in circuit.gates if each.name == name), None)
        finding = Finding(
            "other_value", (circuit, name), gate=gate or name, found=found, right=right
        )
        finding.fits = _wrong_value(gate, circuit.values(), found) if gate else []
        raise finding


def _wrong_value(gate: Gate, values: Mapping[str, float], found: float) -> list[str]:
    """The mistake that gives a gate this value, if it is a known one."""
    if gate.operation == "exp":
        exponent = values[gate.sources[0]]
        is_power = found > 0 and abs(log(found) / exponent - 1) < E_CUT
        return ["e_cut_short"] if is_power else []
    if gate.operation in ("subtract", "divide") and not isinstance(gate.operands[0], str):
        swapped = gate._replace(operands=gate.operands[::-1])
        return ["number_on_wrong_side"] if _close(found, swapped.of(values, ON_NUMBERS)) else []
    return []


def _close(found: float, right: float) -> bool:
    return isclose(found, right, rel_tol=CLOSE, abs_tol=CLOSE)
