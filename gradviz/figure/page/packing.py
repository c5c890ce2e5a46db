"""The numbers of a run as a live figure is sent them: floats of 64 bits, one after another."""

import struct
from collections.abc import Callable, Sequence

import numpy as np

from gradviz.graph import Places, Run
from gradviz.numerals import Value
from gradviz.scene import heat
from gradviz.scene.numbers import magnitude


def packed(run: Run, places: Places | None = None) -> bytes:
    """The numbers of a run as a live figure reads them, as floats of 64 bits: the distinct ones of
    primals, local derivatives and adjoints, of which the figure knows the `places`, or all of them.

    Where there are arrays (`shapes`), what flows back follows. Of large arrays there are only the
    cells of their maps, or the magnitude of local derivatives and of what flows back."""
    if not run.graph.has_arrays:
        if places is None:
            return _floats(run.numbers)
        return _floats(run.distinct if run.places is places else places.compressed(run.numbers))
    of_array = [
        (run.primals, _cells),
        (run.locals, _magnitude),
        (run.adjoints, _cells),
        (run.flows, _magnitude),
    ]
    parts = (_part(number, of) for numbers, of in of_array for number in numbers.values())
    return _floats([number for part in parts for number in part])


def packed_inputs(run: Run, shown: Sequence[int | None]) -> bytes:
    """The inputs that are not shown by themselves, and those of which `packed` has but the cells of
    their maps.
    """
    inputs = ((run.primals[node], place) for node, place in zip(run.graph.inputs, shown))
    return b"".join(
        np.asarray(value, "<f8").tobytes()
        for value, place in inputs
        if place is None or (heat.is_mapped(value) and heat.grid(value).size < value.size)
    )


def _part(
    number: Value | None, of_large: Callable[[np.ndarray], Sequence[float]]
) -> Sequence[float]:
    if isinstance(number, np.ndarray):
        return of_large(number) if heat.is_mapped(number) else number.ravel().tolist()
    return () if number is None else (number,)


def _cells(array: np.ndarray) -> list[float]:
    return heat.grid(array).ravel().tolist()


def _magnitude(array: np.ndarray) -> tuple[float]:
    return (magnitude(array),)


def _floats(numbers: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)  # three times as fast as array("d", numbers)


def shapes(run: Run) -> list[list[int] | None] | None:
    """The shape of each number in `packed`: [] of a single one, None where there is none. None in
    all if all are single.
    """
    if not run.graph.has_arrays:
        return None
    return [
        None if number is None else list(np.shape(number))
        for number in (*run.numbers, *run.flows.values())
    ]
