"""Numbers, arrays and parameters as strict JSON, and back.

A float that JSON does not know is a string; what else it does not know is an object of one key:

>>> encoded(float("-inf")), encoded(-0.0), encoded((slice(1, None), ...))
('-Infinity', -0.0, {'tuple': [{'slice': [1, None, None]}, {'ellipsis': True}]})
>>> decoded(encoded((slice(1, None), ...)))
(slice(1, None, None), Ellipsis)
>>> encoded(np.array([[1.0, float("nan")]]))
{'shape': [1, 2], 'dtype': 'float64', 'data': [1.0, 'NaN']}
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradviz.scene import heat
from gradviz.scene.data import DTYPES
from gradviz.scene.unheld import Unheld, unheld
from gradviz.scene.words.statistics import scale_of

SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Json = Any  # what json.dumps writes and json.loads reads


def encoded(value: object, most: int | None = None, mapped: bool = False) -> Json:
    """A number, an array or a parameter as JSON has it; an array of more than `most` elements by a
    summary, with the cells of its map if it is `mapped`.

    Raises TypeError for anything else."""
    match value:
        case None | bool():
            return value
        case np.bool_():
            return bool(value)
        case float() | np.floating():
            return number(float(value))
        case int() | np.integer():
            return int(value)
        case str():
            return {"text": value}
        case list():
            return [encoded(part, most) for part in value]
        case tuple():
            return {"tuple": [encoded(part, most) for part in value]}
        case slice():
            return {"slice": [value.start, value.stop, value.step]}
        case np.ndarray():
            return _array(value, most, mapped)
        case np.dtype() | type():
            return {"dtype": np.dtype(value).name}
    if value is ...:
        return {"ellipsis": True}
    raise TypeError(f"a {type(value).__name__} has no place in a document")


def number(value: float) -> Json:
    """A float."""
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _array(array: np.ndarray, most: int | None, mapped: bool) -> Json:
    about = {"shape": [*array.shape], "dtype": array.dtype.name}
    if isinstance(array, Unheld):
        return {**about, "summary": array.summary}
    if most is None or array.size <= most:
        elements = array.ravel()
        if array.dtype == np.float32:  # in as many digits as tell them apart
            return {**about, "data": [number(float(text)) for text in elements.astype(str)]}
        return {**about, "data": [encoded(element) for element in elements.tolist()]}
    whole = array.astype(float)
    finite = whole[np.isfinite(whole)]
    cells = (
        [[number(cell) for cell in row] for row in heat.grid(whole).tolist()] if mapped else None
    )
    return {
        **about,
        "summary": {
            "least": number(float(np.min(finite, initial=math.inf))),
            "greatest": number(float(np.max(finite, initial=-math.inf))),
            "mean": number(float(np.mean(finite)) if finite.size else math.nan),
            "zeros": float(np.mean(whole == 0.0)),
            "not_finite": 1.0 - finite.size / whole.size,
            "nan": float(np.mean(np.isnan(whole))),
            "infinite": float(np.mean(np.isinf(whole))),
            "scale": number(scale_of(finite)),
            "magnitude": number(float(np.max(np.abs(whole)))),
            **({"cells": cells} if mapped else {}),
        },
    }


def decoded(held: Json) -> Any:
    """What :func:`encoded` made JSON of.

    Raises ValueError for anything else."""
    match held:
        case None | bool() | int() | float():
            return held
        case str() if held in SPECIAL:
            return SPECIAL[held]
        case list():
            return [decoded(part) for part in held]
        case {"text": str(text)}:
            return text
        case {"tuple": list(parts)}:
            return tuple(decoded(part) for part in parts)
        case {"slice": [None | int(), None | int(), None | int()]}:
            return slice(*held["slice"])
        case {"shape": list(shape), "dtype": str(dtype), **more} if dtype in DTYPES:
            return _revived(shape, dtype, more)
        case {"dtype": str(dtype)} if dtype in DTYPES:
            return np.dtype(dtype)
        case {"ellipsis": True}:
            return ...
    raise ValueError(f"{held!r:.60} is no number, no array and no parameter")


def _revived(shape: Sequence[Json], dtype: str, more: dict[str, Json]) -> np.ndarray:
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"{shape!r:.60} is no shape")
    match more:
        case {"data": list(data)}:
            if len(data) != math.prod(shape):
                raise ValueError(f"an array of shape {shape!r:.60} has {len(data)} elements")
            numbers = [decoded(each) for each in data]
            if not all(isinstance(each, bool | int | float) for each in numbers):
                raise ValueError("an array holds what is no number")
            array = np.array(numbers, dtype).reshape(shape)
            array.setflags(write=False)
            return array
        case {"summary": dict(summary)}:
            array = unheld(shape, float(decoded(summary["magnitude"])), dtype)
            array.summary = summary
            if "cells" in summary:
                rows = [[decoded(cell) for cell in row] for row in summary["cells"]]
                array.cells = np.array(rows, float)
                if array.cells.shape != heat.size(tuple(shape))[:2]:
                    raise ValueError("the map of an array has another shape than it")
            return array
    raise ValueError(f"an array of shape {shape!r:.60} has no elements")
