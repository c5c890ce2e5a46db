"""Runners: what performs a graph, by its compiled program or node by node."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NoReturn

import numpy as np

from gradviz.autodiff.counting.cost import cost
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.programs import interpreter, program, targets
from gradviz.autodiff.tape.tape import state
from gradviz.graph import Direction, Graph, Lines, Mode, Node, Places, Run

Program = tuple[Callable[..., tuple[Any, ...]], Places]  # as `program.compiled` gives it


class Replay:
    """Replays one graph by its compiled program. Where a decision of the function comes out
    otherwise there is nothing that could trace it anew; who has the function overrides `anew`.
    """

    can_run: bool = True
    knows_decisions: bool = True

    def __init__(self) -> None:
        self.program: Program | None = None  # both at once: a thread may set them
        self.runs: int = 0  # that came before it
        self.vectorised: tuple[Callable[..., Any], Places] | None = None

    def run(self, graph: Graph, values: Sequence[Any]) -> Run:
        try:
            if state.ledger is None and (made := self.program or self._worth_compiling(graph)):
                function, places = made
                try:
                    return Run(graph, function(*values), places)
                except (ArithmeticError, ValueError):  # what floats refuse, it gives as inf or nan
                    numbers = interpreter.interpret(graph, values)
                    return Run(graph, places.compressed(numbers), places)
            return Run(graph, interpreter.interpret(graph, values))
        except AssertionError as error:
            broken = str(error)
        return self.anew(graph, values, broken)

    def anew(self, graph: Graph, values: Sequence[Any], why: str) -> Run:
        raise TypeError(
            f"{graph.name} would have to be traced anew here ({why}), and its function is not at "
            "hand; use gv.trace(f, ...)"
        )

    def prepare(self, graph: Graph) -> None:
        if self.program is None and len(graph.order) <= program.LONGEST_PREPARED:
            self._compile(graph)

    def _worth_compiling(self, graph: Graph) -> Program | None:
        """The program, if there have been as many runs as its compiling takes."""
        self.runs += 1
        waits = len(graph.order) > program.LONG and self.runs <= program.PATIENCE
        return None if waits else self._compile(graph)

    def _compile(self, graph: Graph) -> Program:
        function, places = program.compiled(graph)
        has_arrays = any(isinstance(example, np.ndarray) for example in graph.examples.values())
        self.program = np.errstate(all="ignore")(function) if has_arrays else function, places
        return self.program

    def compiled(self, graph: Graph) -> Callable[..., tuple[Any, ...]]:
        """The program: a function of the inputs that returns the numbers of a run."""
        return (self.program or self._compile(graph))[0]

    def sweep(self, graph: Graph, values: Sequence[Any], count: int) -> Run:
        operations = (operation_of(node) for node in graph.order if node.operation is not None)
        at_once = (
            state.ledger is None
            and all(operation.primitive.is_elementwise for operation in operations)
            and all(
                guard.plain.is_elementwise and not isinstance(guard.outcome, np.ndarray)
                for _, guard in graph.guards
            )
        )
        if graph.has_arrays or not at_once:
            settings = (
                [value[i] if isinstance(value, np.ndarray) else value for value in values]
                for i in range(count)
            )
            names = list(graph.example.inputs)
            runs = [graph.run(dict(zip(names, setting))) for setting in settings]
            return Run(graph, _joined(graph, runs))
        if self.vectorised is None:
            self.vectorised = program.compiled(graph, vectorised=True)
        function, places = self.vectorised
        with np.errstate(all="ignore"):
            *numbers, holds = function(*(np.asarray(value, float) for value in values))
        numbers = [np.array(np.broadcast_to(number, count)) for number in places(tuple(numbers))]
        for i in np.flatnonzero(~np.broadcast_to(holds, count)):
            run = graph.run(
                {
                    name: float(value[i]) if isinstance(value, np.ndarray) else value
                    for name, value in zip(graph.example.inputs, values)
                }
            )
            for number in numbers:
                number[i] = np.nan  # of another graph
            for place, (value, gradient) in enumerate(zip(run.inputs.values(), run.grads.values())):
                numbers[place][i] = value
                numbers[len(numbers) - len(graph.nodes) + place][i] = gradient
            numbers[graph.output.index][i] = run.value
        return Run(graph, tuple(numbers))

    def listing(self, graph: Graph, target: str, mode: Mode, wrt: Direction | None) -> Lines:
        return targets.listing(graph, target, mode, wrt)

    def cost(self, graph: Graph) -> Any:
        return cost(graph)

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return False

    def opened(self, graph: Graph, labels: Collection[str]) -> Graph:
        raise ValueError(f"{graph.name} has no arrays that can be opened here")

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        raise TypeError(f"{graph.name} can't be pickled")


class Unrunnable(Replay):
    """What there is of a graph that can be read but not run: why, a subclass says."""

    can_run = False

    def refusal(self, graph: Graph) -> TypeError:
        """What to raise where it is asked to."""
        raise NotImplementedError

    def run(self, graph: Graph, values: Sequence[Any]) -> NoReturn:
        raise self.refusal(graph)

    def anew(self, graph: Graph, values: Sequence[Any], why: str) -> NoReturn:
        raise self.refusal(graph)

    def sweep(self, graph: Graph, values: Sequence[Any], count: int) -> NoReturn:
        raise self.refusal(graph)

    def cost(self, graph: Graph) -> NoReturn:
        raise self.refusal(graph)

    def opened(self, graph: Graph, labels: Collection[str]) -> NoReturn:
        raise self.refusal(graph)

    def prepare(self, graph: Graph) -> None:
        return None


def _joined(graph: Graph, runs: Sequence[Run]) -> tuple[Any, ...]:
    """The numbers of several runs, each stacked along a new first axis; where a run has another
    graph, what only that knows is nan.
    """
    same = [run.numbers if run.graph is graph else None for run in runs]
    numbers: list[Any] = []
    for place, example in enumerate(graph.example_numbers):
        if example is None:
            numbers.append(None)
        else:
            missing = np.full(np.shape(example), np.nan)
            numbers.append(
                np.stack([missing if run is None else run[place] for run in same])
                if runs
                else missing[None][:0]
            )
    first_adjoint = len(numbers) - len(graph.nodes)
    for count, run in enumerate(runs):
        if run.graph is not graph:
            for place, (value, gradient) in enumerate(zip(run.inputs.values(), run.grads.values())):
                numbers[place][count] = value
                numbers[first_adjoint + place][count] = gradient
            numbers[graph.output.index][count] = run.value
    return tuple(numbers)
