"""The tape: what was computed, in the order of the work, on pages.

Entry number i of a page is a plain tuple of six, with the parts of an :class:`Entry`:

- of an operation on single numbers: its code, the number of the entry that is its operand, the
  local derivative by it; the same two for its second operand, or None and the constant that it is;
  and the value. So a reverse sweep has nothing to do but multiply and add, and there is nothing in
  the tuple that the garbage collector would have to follow.
- of any other: the Operation, a tuple of its operands (numbers of entries, or constants as they
  are), None, None, i, the value.
- of what is no operation: LEAF or FOREIGN, what it stands for, None, None, i, the value.

Nothing recurses. A page is freed when no Variable stands on it any more, and no later page uses one
that does."""

import itertools
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter, length_hint
from typing import Any, NamedTuple

from gradviz.graph import Block, Source

LENGTHS = [
    2**power for power in range(6, 14)
]  # of pages: each is longer than the one before, until backward() begins anew
NUMBERS = {
    length: tuple(range(length)) for length in LENGTHS
}  # of entries, made once: an int takes 28 bytes
LEAF, FOREIGN = -1, -2
OPERATIONS: list[Any] = []  # by code, filled by `primitive`: the operations on single numbers
UNREACHED = float(
    "-0.0"
)  # known by identity: an adjoint to which nothing was handed back; adding it changes no bit
_serials = itertools.count()


class Entry(NamedTuple):
    """An entry of the tape as it is read: with its Operation in place of a code."""

    operation: Any  # or LEAF, or FOREIGN
    first: Any
    by_first: float | None
    second: int | None
    last: Any
    value: Any

    @property
    def operands(self) -> tuple[Any, ...]:
        """The operands of an operation: numbers of entries where variable, else constants."""
        return self.operation.operands(self)


VALUE = Entry._fields.index("value")


class Leaf:
    """What pages know of an input: its name, and its gradient once backward() came there."""

    __slots__ = ("grad", "name")

    def __init__(self, name: str | None = None) -> None:
        self.name: str | None = name
        self.grad: Any = None


GAP = (
    LEAF,
    Leaf(None),
    None,
    None,
    0,
    0.0,
)  # stands where nothing was entered, for one, because the user interrupted it


class Few(dict[int, Any]):
    """The adjoints of a few entries of a long page, by number; those of all others are UNREACHED,
    as they are in the list that holds the adjoints of many.
    """

    def __missing__(self, index: int) -> Any:
        return UNREACHED


def reached(adjoints: Any) -> Iterator[tuple[int, Any]]:
    """The entries that a sweep came to, with their adjoints."""
    numbered = adjoints.items() if type(adjoints) is Few else enumerate(adjoints)
    return ((index, adjoint) for index, adjoint in numbered if adjoint is not UNREACHED)


def adjoint_at(adjoints: Any, index: int) -> Any:
    """The adjoint of an entry; None if the sweep never came there."""
    within = type(adjoints) is Few or index < len(adjoints)
    adjoint = adjoints[index] if within else UNREACHED
    return None if adjoint is UNREACHED else adjoint


class Page:
    """A stretch of tape. `room` yields the numbers of the entries that are still free; it ends when
    the page is full, or closed.
    """

    is_trace = False
    adjoints: Any = ()  # those of the last backward() that came through here
    owns_adjoints: bool = False  # whether no sweep holds them too
    foreign: dict[int, int] | None = None  # Variables of earlier pages, by identity
    names: dict[int, str | None] | None = None
    has_arrays: bool = False
    has_flat: bool = False  # whether there are operations that hand nothing back
    released = False  # whether a derivative has freed its values already

    def __init__(self, length: int = LENGTHS[0], block: Block | None = None) -> None:
        self.serial: int = next(_serials)
        self.entries: list[Any] = [GAP] * length
        self.room: Iterator[int] = iter(NUMBERS.get(length) or range(length))
        self.blocks: list[tuple[int, Block | None]] = [
            (0, block)
        ]  # from which entry on the work was done inside which block

    def place(self, variable: Any) -> int:
        """The number under which a Variable that stands elsewhere is known on this page.

        Sweeps walk from later pages to earlier ones, so a page may only use earlier ones. Raises
        StopIteration where the Variable stands on a later one, or this page is full: then the
        operation is to be recorded again, on the next page."""
        leaf = getattr(variable, "leaf", None)
        if leaf is not None:
            page, index = variable.alias
            if page is not self:
                index = self.append(LEAF, leaf, variable._value)
                variable.alias = self, index
            return index
        if variable.page.serial > self.serial:  # of another thread, or left over from a trace
            raise StopIteration
        if self.foreign is None:
            self.foreign = {}
        index = self.foreign.get(id(variable))
        if index is None:
            index = self.foreign[id(variable)] = self.append(FOREIGN, variable, variable._value)
        return index

    def append(self, operation: Any, what: Any, value: Any) -> int:
        """Write an entry that is no operation on single numbers; its number is returned."""
        index = next(self.room)
        self.entries[index] = (operation, what, None, None, index, value)
        if type(value) is not float:
            self.has_arrays = True
        return index

    def entry(self, index: int) -> Entry:
        """An entry."""
        code, *parts = self.entries[index]
        return Entry(OPERATIONS[code] if type(code) is int and code >= 0 else code, *parts)

    def value(self, index: int) -> Any:
        """The value of an entry."""
        return self.entries[index][VALUE]

    def primals(self, entry: Entry) -> list[Any]:
        """The operands of an operation recorded here, as numbers and arrays."""
        return entry.operation.primals(entry.operands, self.entries)

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.entries) - length_hint(self.room)

    def close(self) -> None:
        """Take no more entries."""
        if len(self.entries) > LENGTHS[0]:
            self.entries = self.entries[: self.count]
        self.room = FULL

    def next(self, needed: int = 0) -> "Page":
        """A page to go on with when this one is full; if an operation needs so many entries, with
        room for it.
        """
        longer = [length for length in LENGTHS if length > len(self.entries)]
        return Page(max(longer[0] if longer else LENGTHS[-1], needed), self.blocks[-1][1])

    def decide(self, what: Any, operands: tuple[Any, ...], outcome: Any) -> None:
        """Told of every plain value that was made of Variables; only traces care."""

    def return_here(self, index: int, part: tuple[int, ...] = ()) -> None:
        """Told of every entry that a block returns; only traces care."""

    def name(self, index: int) -> str | None:
        """What the entry is called."""
        operation, what, *_ = self.entries[index]
        if operation in (LEAF, FOREIGN):
            return what.name
        return self.names.get(index) if self.names else None

    def rename(self, index: int, name: str | None) -> None:
        """Call the entry `name`."""
        if self.names is None:
            self.names = {}
        self.names[index] = name

    def source(self, index: int) -> Source | None:
        """The line of the user's code that made the entry; only traces know."""
        return None

    def returned_to(self, index: int) -> tuple[Source, ...]:
        """The lines of the user's code to which blocks returned the entry; only traces know."""
        return ()

    def block(self, index: int) -> Block | None:
        """The block inside which the entry was made."""
        return self.blocks[bisect_right(self.blocks, index, key=itemgetter(0)) - 1][1]

    def compacted(self, adjoints: Any) -> Any:
        """Complete adjoints in a quarter of the memory, if they are many floats."""
        if (
            type(adjoints) is Few
            or len(adjoints) <= LENGTHS[0]
            or self.has_arrays
            or UNREACHED in adjoints
        ):
            return adjoints
        return array("d", adjoints)

    def keep(self, adjoints: Any) -> None:
        """Remember the adjoints of a sweep; where it did not come, those of earlier ones stay."""
        before = self.adjoints
        if not before:
            self.adjoints = adjoints
            return
        if type(adjoints) is not Few and type(before) is not Few:
            both = (new if new is not UNREACHED else old for old, new in zip(before, adjoints))
            self.adjoints = [*both, *adjoints[len(before) :], *before[len(adjoints) :]]
        else:  # written over what there is, so that many sweeps cost no more than what they reach
            if not self.owns_adjoints or type(before) is not Few:
                before = self.adjoints = Few(reached(before))
            before.update(reached(adjoints))
        self.owns_adjoints = True

    def adjoint(self, index: int) -> Any:
        """What the last backward() through here made of the entry; None if it never came there."""
        return adjoint_at(self.adjoints, index)


FULL: Iterator[int] = iter(())
NOWHERE = Page()  # where a Variable stands that stands on no page
NOWHERE.close()


class _State(threading.local):
    """What each thread has of its own: the page that it records on, how many derivatives it is
    taking, one inside the other, and the innermost ledger that is open.
    """

    def __init__(self) -> None:
        self.ledger: Any = None
        self.page: Page = Page()
        self.depth: int = 0


state: _State = _State()


def turn(needed: int = 0) -> Page:
    """Begin a new page, with room for so many entries at least."""
    return record_on(state.page.next(needed))


def record_on(page: Page) -> Page:
    """Record on `page` from now on."""
    state.page = page
    if state.ledger is not None:
        state.ledger.watch(page)
    return page


@contextmanager
def recording_on(page: Page) -> Iterator[Page]:
    """Record on `page`, and those that follow it, meanwhile."""
    before = state.page
    try:
        yield record_on(page)
    finally:
        record_on(before)


class differentiating:
    """While a derivative is taken. Tells whether it is part of another one, or of a trace, and so
    must be recorded itself.
    """

    def __enter__(self) -> bool:
        state.depth += 1
        return state.depth > 1 or state.page.is_trace

    def __exit__(self, *error: object) -> None:
        state.depth -= 1
