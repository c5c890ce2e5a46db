"""A function of arrays and its arguments as a graph; and performed again at other numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.tree_util import keystr, tree_flatten_with_path

from gradviz.graph import Graph, printable
from gradviz.interop.jax.equations import Equations, Value
from gradviz.interop.jax.making import Form
from gradviz.interop.jax.places import LIBRARY, line_of
from gradviz.interop.jax.sweep import first_failing, sweep
from gradviz.interop.jax.written import name_of
from gradviz.interop.making import Labels, Made, graph_of
from gradviz.interop.performing import Performer, Untraceable, beginning, bound, title_of


class Model(Performer):
    """A function and its arguments."""

    kind = "JAX function"

    def __init__(
        self,
        function: Callable[..., Any],
        given: Sequence[Any],
        options: Mapping[str, Any],
        loss: Callable[[Any], Any] | None,
    ) -> None:
        self.function: Callable[..., Any] = function
        self.loss: Callable[[Any], Any] | None = loss
        self.title: str = title_of(function)
        leaves, spec = jax.tree.flatten((function, tuple(given), dict(options)))
        self.spec: Any = spec
        if any(isinstance(each, Tracer) for each in leaves):
            raise Untraceable("trace_jax takes arrays of numbers, not what JAX is tracing")
        self.leaves: list[Any] = [
            jnp.array(each) if isinstance(each, np.ndarray | np.generic) else each
            for each in leaves
        ]
        # Python's whole numbers, strings and functions are no arrays, and stay as they are
        self.moving: list[int] = [
            place for place, each in enumerate(self.leaves) if isinstance(each, jax.Array | float)
        ]
        self.names: dict[int, tuple[str, bool]] = self._names()
        self.traces: dict[Any, Trace] = {}  # by shapes

    def _names(self) -> dict[int, tuple[str, bool]]:
        """The name of each leaf, by its place, and whether it is a parameter: part of a tree."""
        function, given, options = jax.tree.unflatten(self.spec, range(len(self.leaves)))
        labels, names = Labels(), dict[int, tuple[str, bool]]()
        for name, tree in bound(self.function, given, options).items():
            for path, place in tree_flatten_with_path(tree)[0]:
                names[place] = labels.new(printable(name + keystr(path))), bool(path)
        for path, place in tree_flatten_with_path(function)[0]:
            names[place] = labels.new(printable(keystr(path).removeprefix("."))), True
        return names

    def graph(self, values: Mapping[str, Any] | None = None) -> Graph:
        leaves = [*self.leaves]
        for place in self.moving:
            name, _ = self.names[place]
            if values and name in values:
                leaves[place] = _like(values[name], leaves[place])
        moving = [leaves[place] for place in self.moving]
        shapes = tuple(map(np.shape, moving))
        if shapes not in self.traces:
            self.traces[shapes] = Trace(self, moving)
        trace = self.traces[shapes]
        made = trace.made(moving)
        source = beginning(_called(self.function), LIBRARY)
        graph, _ = graph_of(self.title, [*made.values()], made[trace.output], self, source)
        return graph


class Trace:
    """A function at arguments of certain shapes: its equations, and their sweep."""

    def __init__(self, model: Model, moving: Sequence[Any]) -> None:
        self.model = model
        inputs = [Value(np.shape(each), jax.dtypes.result_type(each)) for each in moving]
        self.equations: Equations = Equations(inputs)
        closed, shape = self._traced(self._call, moving)
        found = self.equations.add(closed, inputs)
        own = len(self.equations.all)
        self.shape: Any = jax.tree.structure(shape)
        closed, _ = self._traced(self._ended, [*map(_shaped, found)])
        (output,) = self.equations.add(closed, found)
        if not isinstance(output, Value):
            raise Untraceable(f"what {model.title} returns depends on none of its arrays")
        if any(jnp.issubdtype(value.dtype, np.complexfloating) for value in self.equations.values):
            raise Untraceable(
                f"a value of {model.title} is complex, and only real numbers can be drawn"
            )
        self.output = output
        names = (model.names[place] for place in model.moving)
        self.form: Form = Form(self.equations, dict(zip(inputs, names)), own)
        self.sweep = sweep(self.equations, output)

    def _call(self, *moving: Any) -> Any:
        leaves = [*self.model.leaves]
        for place, each in zip(self.model.moving, moving):
            leaves[place] = each
        function, given, options = jax.tree.unflatten(self.model.spec, leaves)
        return function(*given, **options)

    def _ended(self, *made: Any) -> Any:
        """The number that the sweep begins at."""
        model, tree = self.model, jax.tree.unflatten(self.shape, made)
        found = [
            each
            for each in jax.tree.leaves(tree if model.loss is None else model.loss(tree))
            if jnp.issubdtype(jax.dtypes.result_type(each), np.floating)
        ]
        if not found or (model.loss is not None and (len(found) > 1 or np.size(found[0]) != 1)):
            what = "" if model.loss is None else "the loss of "
            one = "an array of floating point" if model.loss is None else "one single number"
            raise Untraceable(f"{what}{model.title} must give {one}")
        total, *others = (jnp.sum(each) if np.shape(each) else each for each in found)
        for each in others:
            total = total + each
        return total

    def _traced(self, function: Callable[..., Any], given: Sequence[Any]) -> tuple[Any, Any]:
        try:
            return jax.make_jaxpr(function, return_shape=True)(*given)
        except (jax.errors.JAXTypeError, jax.errors.JAXIndexError) as error:
            raise Untraceable(
                f"trace_jax stops at {line_of(error) or self.model.title}: this asks for the "
                "numbers of an array, and JAX traces without them; jnp.where and lax.cond choose "
                "by numbers"
            ) from error

    def made(self, moving: Sequence[Any]) -> dict[Value, Made]:
        try:
            return self.form.made(self.sweep(moving))
        except Exception as error:
            count = first_failing(self.equations)
            if count is None:
                raise
            name = name_of(self.equations.all[count].told)
            place, _ = self.form.places[count]
            where = (place and place.source) or self.model.title
            raise Untraceable(
                f"trace_jax stops at {where}: JAX can't go back through {name}"
            ) from error


def _called(function: Any) -> Callable[..., Any]:
    """It, or what an object does when it is called."""
    return function if hasattr(function, "__name__") else type(function).__call__


def _shaped(found: Any) -> Any:
    return jax.ShapeDtypeStruct(found.shape, found.dtype) if isinstance(found, Value) else found


def _like(value: Any, leaf: Any) -> Any:
    """A number or an array as a leaf of the same kind."""
    if isinstance(leaf, float):
        return float(value)
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        numbers = jnp.asarray(np.array(value), np.uint32)
        return jax.random.wrap_key_data(numbers, impl=jax.random.key_impl(leaf))
    return jnp.asarray(np.array(value), leaf.dtype)
