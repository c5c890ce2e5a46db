"""What a cell shows of something live. Run again, the cell shows something new: then the old is
closed, or notebook and page would grow with each run. And where a page cannot show the live figure,
a still one stands in its place; where nobody looks while the cell runs, the still one alone.
"""

import os
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
from gradviz.export import published

STILL = "gradviz-still"
MISSING = ".jupyter-widgets-error-widget"  # what ipywidgets puts where a page can't show a widget
INSTEAD = f"""<style>
.{STILL} {{ display: none !important; }}
:has(> * > {MISSING}) > .{STILL} {{ display: block !important; height: auto; }}
:has(> .{STILL}) > :has(> {MISSING}) {{ display: none !important; }}
</style>
"""
INSTALL = "pip install anywidget"

Bundle = tuple[dict[str, Any], dict[str, Any]]  # data by MIME type, and of the data


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
        _teach_boxes()
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

    def picture(self) -> Bundle:
        """The still picture that stands for it."""
        raise NotImplementedError

    def count(self) -> None:
        """Have pages tell from now on how often they show it."""
        for part in self._counted:
            if part._view_count is None:
                part._view_count = 0
                part.observe(_tidy, "_view_count")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self.wake()
        self.count()
        _remember(self)
        return _beside(super()._repr_mimebundle_(**options), self.picture())


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
        live.observe(self._outdate, ("numbers", "step", "words"))
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

    def picture(self) -> Bundle:
        data, metadata = self._live.picture()
        self._draw(data["text/html"])
        return data, metadata


class Live(anywidget.AnyWidget):
    """A live figure, and `figure`, the still one."""

    figure: Any
    _was_closed = False
    # what the page says by itself
    words: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # from the page: that it can show it
    painted: "traitlets.Bool[bool, bool | int]" = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        words.hear(self.speak)

    def open(self) -> None:
        super().open()
        if self._was_closed:
            self._was_closed = False
            self.speak()  # meanwhile another language may have been set

    def close(self) -> None:
        super().close()
        self._was_closed = True

    def spoken(self) -> dict[str, Any]:
        """What the page says by itself, in the language that is set."""
        return words.for_the_page()

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        return self.spoken()

    def speak(self) -> None:
        """Say all of it anew: another language was set."""
        if self._was_closed:
            return
        with self.hold_sync():
            self.retell()
            self.words = self.spoken()

    def retell(self) -> None:
        """Tell the page once more what else is in words."""

    @cached_property
    def _frame(self) -> Framed:
        """In which it is shown where nothing else is around it."""
        return Framed(self)

    @property
    def model_id(self) -> str:
        if self.comm is None:
            self._frame.wake()
        return super().model_id

    def picture(self) -> Bundle:
        """The still picture that stands for it."""
        return self.figure._repr_mimebundle_() | published.handed(self.told), {}

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> Bundle:
        return self._frame._repr_mimebundle_(**options)


class Answering(Live):
    """A live figure that tells the page what of its acts was dealt with."""

    # by what name the page told something last; and the last of these that Python has dealt with
    asked: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    answered: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page tells, and tell it when that is done."""
        try:
            super().set_state(sync_data)
        finally:
            if "asked" in sync_data:
                self.answered = sync_data["asked"]


def _beside(widget: Mapping[str, Any] | None, picture: Bundle) -> Bundle:
    """A widget's MIME bundle with a still picture, for readers without a kernel. nbconvert would
    never show that beside a widget, whose state the notebook holds as soon as nbclient runs it.
    """
    data, metadata = picture
    live = {**(widget or {})} if is_looked_at() else {}
    return {**live, **data}, metadata


def _teach_boxes() -> None:
    """That the boxes of ipywidgets, too, have a still picture beside them."""
    formatter = getattr(get_ipython(), "display_formatter", None)
    if formatter is not None:
        bundles = formatter.mimebundle_formatter
        if widgets.Box not in bundles:
            bundles.for_type(widgets.Box, _box)


def _box(box: widgets.Box) -> Any:
    """A box as it shows itself, and the pictures of what is live in it."""
    bundle = box._repr_mimebundle_ and box._repr_mimebundle_()  # none, if it is closed
    pictures = [] if isinstance(box, Shown) else [*_pictures(box)]
    if not (bundle and pictures):
        return bundle
    if len(pictures) == 1:
        return _beside(bundle, pictures[0])
    between = "\n" if isinstance(box, widgets.HBox) else "<br>\n"
    data = {
        "text/html": between.join(data["text/html"] for data, _ in pictures),
        "text/plain": "\n\n".join(data["text/plain"] for data, _ in pictures),
        **published.together(data for data, _ in pictures),
    }
    return _beside(bundle, (data, {}))


def _pictures(box: widgets.Box) -> Iterator[Bundle]:
    for child in box.children:
        if isinstance(child, Shown):
            child.count()
        if isinstance(child, Shown | Live):
            yield child.picture()
        elif isinstance(child, widgets.Box):
            yield from _pictures(child)


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


def this_run() -> str | None:
    """Which run of a cell this is, of any; none outside of a kernel."""
    return _here()[1]


def is_looked_at() -> bool:
    """Whether a page shows what the cell that runs now shows. Whoever runs notebooks for nbconvert
    or papermill tells the kernel that nobody can be asked anything; and so does Voilà, which then
    shows them live.
    """
    request = getattr(get_ipython(), "get_parent", dict)()
    can_ask = request.get("content", {}).get("allow_stdin", True)
    return can_ask or _here()[0] is not None or "VOILA_BASE_URL" in os.environ


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
