"""The blocks of a graph, the calls of functions that a user marked: which there are, what each is
called from outside, and which are named when some are to be closed or opened.
"""

from collections.abc import Collection

import numpy as np

from gradviz.graph import Block, Graph, Node

# a block's path: names, and which of those of that name in the block around it
Key = tuple[tuple[str, int], ...]


def blocks_of(graph: Graph) -> list[Block]:
    """The blocks that hold a node of the graph, or a block that does; each after the one around
    it.
    """
    return list(
        dict.fromkeys(block for node in graph.nodes if node.block for block in node.block.path)
    )


def keys(graph: Graph) -> dict[Block, Key]:
    """What each block is called from outside, the same in every trace of the same function."""
    found: dict[Block, Key] = {}
    counts: dict[tuple[Key, str], int] = {}
    for block in blocks_of(graph):
        around = found[block.parent] if block.parent else ()
        number = counts[around, block.name] = counts.get((around, block.name), -1) + 1
        found[block] = (*around, (block.name, number))
    return found


def counterparts(graph: Graph, blocks: Collection[Block], other: Graph) -> list[Block]:
    """These blocks of a graph in another graph of the same function, as far as it has them."""
    wanted = {key for block, key in keys(graph).items() if block in blocks}
    return [block for block, key in keys(other).items() if key in wanted]


def chosen(
    graph: Graph, collapse: Collection[str] | bool, expand: Collection[str] | bool
) -> set[Block]:
    """The blocks to close: those with a name in `collapse` (True for all), but for those with a
    name in `expand`.

    Raises ValueError, with the names that there are, for a name that no block has.
    """
    blocks = blocks_of(graph)
    wanted, kept = names(collapse, "collapse"), names(expand, "expand")
    for name in [*(wanted or ()), *(kept or ())]:
        if all(block.name != name for block in blocks):
            there = (
                ", ".join(dict.fromkeys(block.name for block in blocks))
                or "none; decorate a function with @gv.block to make one"
            )
            raise ValueError(f"{graph.name} has no block called {name!r}; there are {there}")
    return {
        block
        for block in blocks
        if (wanted is None or block.name in wanted) and not (kept is None or block.name in kept)
    }


def arrays_named(graph: Graph, wanted: Collection[str] | bool) -> list[str]:
    """Of some names those of arrays, which can be opened like blocks."""
    blocks = {block.name for block in blocks_of(graph)}
    example = graph.example.primals
    arrays = {
        node.label
        for node in graph.operations
        if any(
            isinstance(operand, Node) and np.shape(example[operand])
            for operand in (node, *node.operands)
        )
    }
    named = names(wanted, "expand") or ()
    return [name for name in named if name in arrays and name not in blocks]


def names(given: Collection[str] | bool, what: str) -> list[str] | None:
    """Names of blocks; None for all.

    Raises TypeError, naming the argument as `what`, if they are none.
    """
    if isinstance(given, bool):
        return None if given else []
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, Collection) or not all(isinstance(name, str) for name in given):
        raise TypeError(
            f"{what} takes names of blocks, as in {what}=['sigmoid'], or True for all of them, not "
            f"{given!r:.40}"
        )
    return list(given)
