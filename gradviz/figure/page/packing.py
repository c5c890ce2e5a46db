"""The numbers of a run as a live figure is sent them: floats of 64 bits, one after another."""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.graph import Places, Run
from gradviz.numerals import Value
from gradviz.scene import heat
from gradviz.scene.numbers import magnitude

LEAST, MOST = 2e-38, 3e38  # of floats of 32 bits, to all their digits


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


def packed_for_a_view(run: Run, shown: Sequence[int | None]) -> tuple[bytes, bytes]:
    """The numbers of a run with arrays as a view is sent them at each move: what `packed` has, in
    its order, but the cells of maps come last, as floats of 32 bits: they are shown by a few digits
    at most. Those of the inputs, which seldom change, are apart, with 64 bits. Where another map
    has numbers that need these, it is what `packed` has.
    """
    numbers: list[bytes] = []
    cells: list[bytes] = []
    still: list[bytes] = []
    inputs = {run.graph.nodes[place] for place in shown if place is not None}
    of_nodes: list[tuple[Mapping[Any, Value | None], Collection[Any]]] = [
        (run.primals, inputs), (run.locals, ()), (run.adjoints, ()), (run.flows, ()),
    ]  # fmt: skip
    for at, (of, apart) in enumerate(of_nodes):
        for what, number in of.items():
            if number is None:
                continue
            if not heat.is_mapped(number):
                numbers.append(np.asarray(number, "<f8").tobytes())
            elif at % 2:
                numbers.append(np.asarray(magnitude(number), "<f8").tobytes())
            else:
                map_ = heat.grid(number)
                if what in apart:
                    still.append(map_.astype("<f8").tobytes())
                elif _is_in_32_bits(map_):
                    cells.append(map_.astype("<f4").tobytes())
                else:
                    return packed(run), b""
    return b"".join([*numbers, *cells]), b"".join(still)


def _is_in_32_bits(numbers: np.ndarray) -> bool:
    """Whether 32 bits hold numbers to some seven digits."""
    sizes = np.abs(numbers)
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    return not sizes.size or bool(sizes.min() >= LEAST and sizes.max() <= MOST)


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
