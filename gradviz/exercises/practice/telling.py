"""What a live figure is told of a quiz, and what a page needs to judge answers without Python."""

import base64
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from gradviz import words as words_
from gradviz.exercises.practice import picture
from gradviz.exercises.practice.blanks import Blank
from gradviz.exercises.practice.fits import Key
from gradviz.exercises.practice.hints import Said
from gradviz.exercises.practice.result import Record
from gradviz.export.svg import paint
from gradviz.figure.page.packing import packed
from gradviz.figure.page.structure import structure
from gradviz.graph import Edge, Run
from gradviz.scene.layout import Layout

Mood = Literal["right", "wrong", "unread", "hint", "shown", "done"]


class Reply(NamedTuple):
    """What was said of a blank, with `LINE` where its worked line is to stand; and the wire on
    which the mistake is made that was named.
    """

    mood: Mood
    says: str
    wire: Edge | None = None


def words() -> dict[str, Any]:
    """What the page says by itself."""
    return words_.for_the_page("practice")


def place(blank: Blank) -> dict[str, Any]:
    """Where in the graph a blank is."""
    return {"kind": blank.kind, "edge" if blank.kind == "local" else "node": blank.of.index}


def given(run: Run, layout: Layout, blanks: Sequence[Blank]) -> dict[str, Any]:
    """The picture without a number that is asked for, and of each blank where on it it is, how many
    numbers it has, what it is called, and its worked line, whole and as a hint.
    """
    said = Said(run)
    scene = picture.scene(run, layout, blanks, live=True)
    told = structure(run, None, {}, paint(scene))
    return {
        # what a page does not need in which nothing moves
        "structure": told | {"program": None, "steps": [], "forward": None},
        "blanks": [
            {
                "kind": blank.kind,
                "at": blank.of.index,
                "count": len(blank.right(run)),
                "field": picture.field(scene, blank),
                "words": blank.said(run),
                "line": said.formula(blank),
                "hint": said.hinted(blank),
            }
            for blank in blanks
        ],
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
        "words": blank.said(said.run),
        "question": said.question(blank),
        "again": said.again(blank),
        "sign": said.sign(blank),
        "rule": said.rule(blank),
        "line": said.formula(blank),
    }


def numbers(run: Run, hidden: Collection[Blank]) -> bytes:
    """The numbers of a run as a live figure is sent them: nan in place of what is hidden."""
    return packed(picture.covered(run, hidden, lambda number: number and np.multiply(number, np.nan)))


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
