"""What a live figure is told of a quiz, and what a page needs to judge answers without Python."""

import base64
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gradviz.exercises.practice import picture
from gradviz.exercises.practice.blanks import Blank
from gradviz.exercises.practice.fits import Key
from gradviz.exercises.practice.hints import Said
from gradviz.exercises.practice.judge import Reply
from gradviz.exercises.practice.result import Record
from gradviz.export.svg import paint
from gradviz.figure.page.packing import packed
from gradviz.figure.page.structure import structure
from gradviz.graph import Run
from gradviz.scene.layout import Layout
from gradviz.words import for_the_page

ROOMS = "page.practice", "practice"  # of the catalogue


def words_and(
    quizzes: Sequence[Mapping[str, Any]], spares: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What a page without Python is told of quizzes, one after another; for each in which
    something was missed there comes one more of its level later, of the `spares`.
    """
    words = for_the_page(*ROOMS)
    return {"kind": "practice", "words": words, "quizzes": [*quizzes], "spares": [*spares]}


def given(run: Run, layout: Layout, blanks: Sequence[Blank]) -> dict[str, Any]:
    """The picture without a number that is asked for, and of each blank where on it it is, how many
    numbers it has, what it is called, its worked line, and that as a hint if it is another.
    """
    said = Said(run)
    scene = picture.scene(run, layout, blanks, live=True)
    return {
        "structure": _still(structure(run, None, {}, paint(scene))),
        "blanks": [
            {
                "kind": blank.kind,
                "at": blank.of.index,
                "count": len(blank.right(run)),
                "field": picture.field(scene, blank),
                "words": blank.said(run),
                "line": said.formula(blank),
                "hint": None if (hint := said.hinted(blank)) == said.formula(blank) else hint,
            }
            for blank in blanks
        ],
    }


def _still(told: dict[str, Any]) -> dict[str, Any]:
    """The structure of a figure without what a page does not need in which nothing moves."""
    no_words = {"kind": "", "source": "", "adjoint": [], "input": None}
    return told | {
        "program": None,
        "steps": [],
        "forward": None,
        "nodes": [node | no_words for node in told["nodes"]],
        "edges": [edge | {"local": [], "flow": [], "soFar": None} for edge in told["edges"]],
    }


def alone(run: Run, layout: Layout, keys: Mapping[Blank, Key]) -> dict[str, Any]:
    """The same for a page without Python, which has all numbers, and what each mistake gives."""
    said = Said(run)
    return {
        "given": given(run, layout, [*keys]),
        "numbers": base64.b64encode(packed(run)).decode(),
        "keys": [key(said, blank, of) for blank, of in keys.items()],
    }


def key(said: Said, blank: Blank, of: Key) -> dict[str, Any]:
    """What answers to a blank are compared with, and what is said of it."""
    return {
        "right": [*of.right],
        "wrong": [
            {"mistake": mistake, "numbers": [*numbers], "edge": wire.index}
            for mistake, numbers, wire in of.wrong
        ],
        "question": said.question(blank),
        "again": said.again(blank),
        "sign": said.sign(blank),
        "rule": said.rule(blank),
    }


def document(run: Run, keys: Mapping[Blank, Key]) -> dict[str, Any]:
    """The graph, and all that there is to know of each blank."""
    said = Said(run)
    return {
        "graph": run.to_dict(),
        "blanks": [
            {
                "kind": blank.kind,
                "edge" if blank.kind == "local" else "node": blank.of.index,
                "words": blank.said(run),
                "line": said.formula(blank),
                **key(said, blank, of),
            }
            for blank, of in keys.items()
        ],
    }


def numbers(run: Run, hidden: Collection[Blank]) -> bytes:
    """The numbers of a run as a live figure is sent them: nan in place of what is hidden."""
    return packed(picture.covered(run, hidden, _nan))


def _nan(number: Any) -> Any:
    return None if number is None else number * math.nan


def state(record: Record, reply: Reply | None) -> dict[str, Any]:
    """What became of a blank so far."""
    return {
        "found": "right" if record.is_right else "shown" if record.is_shown else "",
        "tries": record.tries,
        "hints": record.hints,
        "mistakes": [*record.mistakes],
        "mood": reply.mood if reply else "",
        "says": reply.says if reply else "",
        "edge": reply.wire.index if reply and reply.wire else None,
    }
