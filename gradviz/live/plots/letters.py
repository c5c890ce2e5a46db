"""Letters of a plot that matplotlib's own font has not: drawn by a font of the machine, if one has
them.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.text import Text

from gradviz.export.fonts import font_with, strange

OURS = "DejaVu Sans"


@contextmanager
def lettered(figure: Figure) -> Iterator[frozenset[str]]:
    """While a figure is drawn: the signs in it that no font has, of which matplotlib would warn one
    by one.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()  # which are empty before somebody asks
    found = {each: strange([each.get_text()]) for each in figure.findobj(Text)}
    signs = frozenset[str]().union(*found.values())
    path = font_with(signs) if signs else None
    if path is not None:
        family = FontProperties(fname=str(path)).get_name()
        if all(each.name != family for each in fontManager.ttflist):
            fontManager.addfont(str(path))
        for text, strangers in found.items():
            if strangers:
                text.set_fontfamily([OURS, family])
    if path is not None or not signs:
        yield frozenset()
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield signs
