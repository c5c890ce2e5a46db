"""An engine of one's own: a class of values that record what is done to them and hand gradients
back, tried on circuits that it has not seen.
"""

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from gradviz.words import say

if TYPE_CHECKING:
    from gradviz.exercises.engine.trial import Finding
    from gradviz.figure import Figure

__all__ = ["Verdict", "check_engine"]


class Verdict:
    """What there is to say of an engine: whether it `is_right`, the ids of known mistakes that it
    `fits`, and a `figure` of the circuit in which it differs, if there is one.
    """

    def __init__(
        self, text: str, *, is_right: bool = False, fits: tuple[str, ...] = (),
        figure: "Figure | None" = None,
    ) -> None:  # fmt: skip
        self.text: str = text
        self.is_right: bool = is_right
        self.fits: tuple[str, ...] = fits
        self.figure: Figure | None = figure

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only kernels ask

        html = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(self.text, quote=False))
        lines = "".join(f'<p style="max-width: 42rem">{line}</p>' for line in html.splitlines())
        display({"text/plain": self.text, "text/html": lines}, raw=True)
        if self.figure is not None:
            display(self.figure)


def check_engine(engine: Callable[[float], Any] | None, random_state: int = 0) -> Verdict:
    """Try a class of values on circuits that it has not seen, and say what is missing, or where it
    first differs and which mistake fits; in a notebook, with a figure of that circuit.

    ``Value(2.0)`` makes a value, and ``.value`` is its number; there are ``a + b``, ``a * b`` and
    ``a.exp()``, with plain numbers on either side, too; ``backward()`` of an output sets ``.grad``
    of all that it was made of. Nothing else is read of a value. Of ``-a``, ``a - b`` and
    ``a / b``, what there is is tried. Another `random_state` draws other circuits. Whatever the
    class does, nothing is raised.

    >>> class Value:
    ...     def __init__(self, value):
    ...         self.value = value
    >>> check_engine(Value)
    Not yet. Values cannot be added: `a + b` needs a method `__add__(self, other)`, which makes a \
new Value of the sum.
    >>> check_engine(Value).is_right
    False
    """
    from gradviz.exercises.engine.examination import examine
    from gradviz.exercises.engine.trial import Finding

    if engine is None:
        return Verdict(say("exercise.unanswered"))
    try:
        tally = examine(engine, random_state)
    except Finding as finding:
        return _verdict(finding)
    return Verdict(say("engine.right", **tally._asdict()), is_right=True)


def _verdict(finding: "Finding") -> Verdict:
    from gradviz.figure import draw

    said, figure = [say("engine.not_yet", what=str(finding))], None
    if finding.at is not None:
        circuit, name = finding.at
        is_handed_to = finding.said == "gradient" or name in circuit.inputs
        marked = {gate.name for gate in circuit.users(name)} if is_handed_to else {name}
        figure = draw(circuit.graph(tuple(marked)))
        said.append(say("engine.figure"))
    fits = [say(f"engine.fits.{each}") for each in finding.fits]
    if len(fits) == 1:
        one = "engine.fits.one_at_times" if finding.is_of_some else "engine.fits.one"
        said.append(say(one, mistake=fits[0]))
    elif fits:
        said += [say("engine.fits.several"), *(say("engine.fits.each", mistake=m) for m in fits)]
    elif finding.said == "gradient" and figure and finding.at:
        name = finding.at[1]
        rule = figure.explain(name)
        tells = set(re.findall(r"[\d.]+", rule.partition(" = ")[2])) > {"1"}  # not 1 = 1 · 1 = 1
        said.append(
            say("engine.fits.none", rule=rule) if tells else say("engine.fits.unknown", name=name)
        )
    return Verdict("\n".join(said), fits=tuple(finding.fits), figure=figure)
