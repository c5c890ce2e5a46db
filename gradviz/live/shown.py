"""What a cell shows of something live. Run again, the cell shows something new: then the old is
closed, or notebook and page would grow with each run. And where a page cannot show the live figure,
a still one stands in its place.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from html import escape
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from IPython.core.getipython import get_ipython
from ipywidgets.widgets.widget import _instances  # all that are open

from gradviz import words

STILL = "gradviz-still"
MISSING = ".jupyter-widgets-error-widget"  # what ipywidgets puts where a page can't show a widget
INSTEAD = f"""<style>
.{STILL} {{ display: none !important; }}
:has(> * > {MISSING}) > .{STILL} {{ display: block !important; height: auto; }}
:has(> .{STILL}) > :has(> {MISSING}) {{ display: none !important; }}
</style>
"""
INSTALL = "pip install anywidget"

Bundle = tuple[dict[str, Any], Any] | dict[str, Any] | None  # data by MIME type, and of the data


class Shown(widgets.VBox):
    """What a cell shows: widgets, one below the other.

    When the cell is run again and does not show it any more, it is closed with all its parts, as
    soon as no page shows any of them; if it is then shown once more, all of it opens again. `lent`
    are widgets that are not its own, and stay open; `counted` are parts that may be shown alone.
    """

    def __init__(
        self,
        children: Iterable[widgets.DOMWidget],
        *,
        counted: Iterable[Any] = (),
        lent: Collection[Any] = (),
        **options: Any,
    ) -> None:
        self._cells: set[str] = set()  # those whose last run showed it
        self._lent = lent
        self._counted = [self, *(part for part in counted if part not in lent)]
        super().__init__([*children], **options)

    @property
    def model_id(self) -> str:
        """Asked for by whatever is to show it: so it opens, if it was closed."""
        if self.comm is None:
            self.wake()
        return super().model_id

    @property
    def parts(self) -> list[widgets.Widget]:
        """The widgets that it is made of: each comes after those that a page needs for it."""
        found: dict[widgets.Widget, None] = {}

        def add(part: widgets.Widget) -> None:
            if part not in found and part not in self._lent:
                for member in _members(part):
                    add(member)
                found[part] = None
                for kept in _widgets_in(vars(part).values()):
                    add(kept)

        add(self)
        return list(found)

    @property
    def unseen(self) -> bool:
        """Whether neither a cell nor a page shows any of it now."""
        in_cells = any(part._cells for part in self.parts if isinstance(part, Shown))
        return not in_cells and not any(part._view_count for part in self._counted)

    def wake(self) -> None:
        """Open what is closed."""
        for part in self.parts:
            part.open()

    def put_away(self) -> None:
        """Close all of it, for now."""
        for part in reversed(self.parts):
            part.close()
            vars(part).pop("_repr_mimebundle_", None)  # in the way of showing it again

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self.wake()
        for part in self._counted:
            if part._view_count is None:
                part._view_count = 0  # from now on pages tell how often they show it
                part.observe(_tidy, "_view_count")
        _remember(self)
        return super()._repr_mimebundle_(**options)


class Framed(Shown):
    """A live widget, what stands above it, and below it the still figure for pages that cannot show
    the live one. If they move its sliders, the still figure follows.
    """

    def __init__(
        self,
        live: "Live",
        above: Iterable[widgets.DOMWidget] = (),
        *,
        counted: Iterable[Any] = (),
        **options: Any,
    ) -> None:
        self._live = live
        self._still = widgets.HTML()
        self._still.add_class(STILL)
        super().__init__([*above, live, self._still], counted=[live, *counted], **options)
        self._is_old = False
        live.observe(self._outdate, ("numbers", "step"))
        self.observe(self._redraw, "_view_count")

    def _outdate(self, change: object) -> None:
        self._is_old = True
        self._redraw()

    def _redraw(self, change: object = None) -> None:
        """Draw the still figure anew, if a page shows it."""
        if self._is_old and self._view_count and not self._live.painted:
            self._draw(self._live.figure.html)

    def _draw(self, html: str) -> None:
        why = escape(words.say("live.still", command=INSTALL)).replace(
            INSTALL, f"<code>{INSTALL}</code>"
        )
        note = f'<p role="note" style="margin: 0; line-height: 1.5">{why}</p>\n'
        self._still.value = INSTEAD + note + html
        self._is_old = False

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], Any]:
        picture = self._live.figure._repr_mimebundle_()
        self._draw(picture["text/html"])
        return with_picture(super()._repr_mimebundle_(**options), picture)


class Live(anywidget.AnyWidget):
    """A live figure, and `figure`, the still one."""

    figure: Any
    # what the page says by itself, in the language that was set when this was made
    words: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # from the page: that it can show it
    painted: "traitlets.Bool[bool, bool | int]" = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        return words.for_the_page()

    @cached_property
    def _frame(self) -> Framed:
        """In which it is shown where nothing else is around it."""
        return Framed(self)

    @property
    def model_id(self) -> str:
        if self.comm is None:
            self._frame.wake()
        return super().model_id

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], Any]:
        return self._frame._repr_mimebundle_(**options)


def with_picture(bundle: Bundle, picture: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """A widget's MIME bundle with a static picture beside it, for readers without a kernel."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {**(data or {}), **picture}, metadata


_runs: dict[str, tuple[str, list[Shown]]] = {}  # of each cell: its last run, and what that showed
_shown: set[Shown] = set()  # and not yet put away


def _remember(shown: Shown) -> None:
    """That the cell that runs now, if one does, shows this."""
    cell, run, _ = _here()
    if cell is None:
        return
    if cell not in _runs or _runs[cell][0] != run:
        _forget(cell)
        _runs[cell] = run, []
    _runs[cell][1].append(shown)
    shown._cells.add(cell)
    _shown.add(shown)
    events = get_ipython().events  # pyright: ignore[reportOptionalMemberAccess]
    if _ran not in events.callbacks["post_run_cell"]:
        events.register("post_run_cell", _ran)


def _forget(cell: str) -> None:
    """What a cell showed."""
    for shown in _runs.pop(cell, ("", []))[1]:
        shown._cells.discard(cell)


def _here() -> tuple[str | None, str, Collection[str]]:
    """The cell that runs, which run of it this is, and the cells that were deleted; where pages say
    so.
    """
    request = getattr(get_ipython(), "get_parent", dict)()
    said = request.get("metadata", {})
    return said.get("cellId"), request.get("header", {}).get("msg_id"), said.get("deletedCells", ())


def _ran(result: object = None) -> None:
    """A cell was run: what it showed before, and no more, is to be closed."""
    cell, run, deleted = _here()
    for each in deleted:
        _forget(each)
    if cell in _runs and _runs[cell][0] != run:
        _forget(cell)
    _tidy()


def _tidy(change: object = None) -> None:
    """Close what is unseen, unless another widget that stays open holds a part of it."""
    unseen = {shown for shown in _shown if shown.unseen}
    while unseen:
        parts = {part for shown in unseen for part in shown.parts}
        held = {
            member
            for other in list(_instances.values())
            if other not in parts
            for member in _members(other)
        }
        kept = {shown for shown in unseen if not held.isdisjoint(shown.parts)}
        if not kept:
            break
        unseen -= kept
    _shown.difference_update(unseen)
    for shown in unseen:
        shown.put_away()


def _members(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """What a page needs for a widget: its children, its layout and the like."""
    return _widgets_in(getattr(widget, name) for name in widget.keys)


def _widgets_in(values: Iterable[object]) -> Iterator[widgets.Widget]:
    for value in values:
        if isinstance(value, dict):
            value = tuple(value.values())
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, widgets.Widget):
                yield each
