"""Every word that a person reads in a figure, a page, a plot, a table or an exercise.

Each text has an id and stands in one catalogue for each language: the JSON files of a folder here,
``en`` for English. ``say`` looks it up in the language that is set and fills its places::

    "figure.operands": {"one": "{n} operand", "other": "{n} operands"}      by the number n
    "figure.nth": {"ordinal": {"one": "{n}st", "two": "{n}nd", "few": "{n}rd", "other": "{n}th"}}

The forms go by the plural categories of Unicode CLDR. The texts under ``page.`` go along to the
page, where ``say`` of ``words.js`` does the same. Errors are not here: they stay in English, in
the code that raises them.
"""

import json
import os
import re
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

FOLDER = os.path.dirname(__file__)
SOURCE = "en"  # what another language lacks is said in this one
VARIABLE = "GRADVIZ_LANGUAGE"  # of the environment: the language that is set at first


class Plurals(NamedTuple):
    """The plural category of a whole number, for counting and for order."""

    cardinal: Callable[[int], str]
    ordinal: Callable[[int], str]


def _english_ordinal(n: int) -> str:
    if n % 100 in (11, 12, 13):
        return "other"
    return {1: "one", 2: "two", 3: "few"}.get(n % 10, "other")


# Unicode CLDR, Language Plural Rules
PLURALS = {
    "en": Plurals(lambda n: "one" if n == 1 else "other", _english_ordinal),
    "zh": Plurals(lambda n: "other", lambda n: "other"),
}


class Catalogue(NamedTuple):
    """The texts of a language by their ids, and the language whose plural rules they go by."""

    texts: Mapping[str, Any]
    plurals: str


Parts = tuple[str, ...]  # a text taken apart: words, and between them the names of places

_spoken = SOURCE
_added: dict[str, Catalogue] = {}
_additions = 0
# texts of the language that is set, taken apart when first said; by the number where it decides
_ready: dict[str, Parts | Callable[[Any], Parts]] = {}
_hearing: "list[weakref.WeakMethod[Callable[[], object]]]" = []  # to be told of another language


def languages() -> list[str]:
    """The languages that there are texts in.

    >>> "en" in languages()
    True
    """
    return sorted({*_added, *(each for each in os.listdir(FOLDER) if each in PLURALS)})


def language() -> str:
    """The language that is set."""
    return _spoken


def set_language(language: str) -> None:
    """Say the words of figures, panels, plots, tables and exercises in this language from now on:
    English, ``"en"``, or Chinese, ``"zh"``. Live figures that stand in a notebook change with it.

    At first it is the language that the environment variable GRADVIZ_LANGUAGE names, or else
    English. Raises ValueError for a language that there are no texts in.

    >>> set_language("zh")
    >>> print(say("figure.step", step=1, last=3))
    第 1 步，共 3 步
    >>> set_language("en")
    """
    is_other = language != _spoken
    _speak(language)
    if is_other:
        for method in [*_hearing]:
            if changed := method():
                changed()


def hear(changed: Callable[[], object]) -> None:
    """Call this method whenever another language is set, as long as there is its object."""
    _hearing[:] = [each for each in _hearing if each() is not None]
    _hearing.append(weakref.WeakMethod(changed))


def _speak(language: str) -> None:
    global _spoken, _ready  # noqa: PLW0603 (set for all figures at once)
    if language not in languages():
        raise ValueError(f"there are no words in {language!r}; there are: {', '.join(languages())}")
    _spoken = language
    _ready = {}  # another one: a thread that says something now may still fill the old


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while, of which live figures hear nothing."""
    before = _spoken
    _speak(language)
    try:
        yield
    finally:
        _speak(before)


def add(language: str, texts: Mapping[str, Any], plurals: str = SOURCE) -> None:
    """Bring texts of another language, or other texts, with the plural rules of a known one."""
    global _additions, _ready  # noqa: PLW0603
    _added[language] = Catalogue(texts, plurals)
    _additions += 1
    _ready = {}


def edition() -> tuple[str, int]:
    """What changes when other texts are to be said: whoever keeps one asks for it again then."""
    return _spoken, _additions


def catalogue(language: str) -> Catalogue:
    """The texts of a language: those that were added, or else those of its folder."""
    return _added.get(language) or _stored(language)


def say(text_id: str, **places: object) -> str:
    """A text in the language that is set, with its places filled.

    >>> say("ordinal", n=3), say("ordinal", n=11)
    ('3rd', '11th')
    """
    return _filled(parts(text_id, places), places)


def parts(text_id: str, places: Mapping[str, object] = {}) -> Parts:
    """The same text taken apart, for whoever fills its places with more than words.

    >>> parts("figure.step", {})
    ('step ', 'step', ' of ', 'last', '')
    """
    ready = _ready
    found = ready.get(text_id)
    if found is None:
        found = ready[text_id] = _taken_apart(text_id)
    return found if isinstance(found, tuple) else found(places["n"])


def listed(items: Iterable[str]) -> str:
    """Some things of a kind, one after another.

    >>> listed(["x = 1", "y = 2"])
    'x = 1, y = 2'
    """
    return say("list.between").join(items)


def fill(text: str, places: Mapping[str, object]) -> str:
    """A text in which each ``{name}`` gave way to what stands there.

    >>> fill("{a} and {a}", {"a": "{b}"})
    '{b} and {b}'
    """
    return _filled(_split(text), places)


def for_the_page(*rooms: str) -> dict[str, Any]:
    """What the page says by itself: its texts, or those of some rooms of the catalogue, such as
    ``page.practice`` and ``practice``; and the language of their plural rules.
    """
    said = tuple(f"{room}." for room in rooms or ("page",))
    source, spoken = catalogue(SOURCE), catalogue(_spoken)
    texts = {**source.texts, **spoken.texts}
    return {
        "language": spoken.plurals,
        "texts": {each: text for each, text in texts.items() if each.startswith(said)},
    }


def _filled(parts: Parts, places: Mapping[str, object]) -> str:
    if len(parts) == 1:
        return parts[0]
    return "".join([str(places[part]) if place % 2 else part for place, part in enumerate(parts)])


def _split(text: str) -> Parts:
    return tuple(re.split(r"\{(\w+)\}", text))


def _taken_apart(text_id: str) -> Parts | Callable[[Any], Parts]:
    spoken = catalogue(_spoken)
    if text_id not in spoken.texts:
        spoken = catalogue(SOURCE)
    text, plurals = spoken.texts[text_id], PLURALS[spoken.plurals]
    if isinstance(text, str):
        return _split(text)
    category = plurals.ordinal if "ordinal" in text else plurals.cardinal
    forms = {name: _split(form) for name, form in text.get("ordinal", text).items()}
    return lambda n: forms[category(n)]


@cache
def _stored(language: str) -> Catalogue:
    texts: dict[str, Any] = {}
    folder = os.path.join(FOLDER, language)
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            texts |= json.load(file)
    return Catalogue(texts, language)


def _begin(language: str | None) -> None:
    """Speak the language that the environment asks for, if it asks for one."""
    try:
        _speak(language or SOURCE)
    except ValueError as error:
        warnings.warn(f"{VARIABLE}: {error}. English is spoken.", stacklevel=3)


_begin(os.environ.get(VARIABLE))
