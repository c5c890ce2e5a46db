"""A made-up language: every text of the English catalogue turned around, its places kept."""

import re
from contextlib import contextmanager

from gradviz import words

LETTERS = re.compile("[A-Za-z]{2,}")


def turned(text):
    """Turned around, but for the names of places."""
    if isinstance(text, dict):
        return {form: turned(each) for form, each in text.items()}
    return "".join(
        part if part.startswith("{") else part[::-1]
        for part in reversed(re.split(r"(\{\w+\})", text))
    )


@contextmanager
def speaking_turned():
    """The made-up language for a while."""
    english = words.catalogue("en").texts
    words.add("turned", {each: turned(text) for each, text in english.items()})
    with words.speaking("turned"):
        yield


def runs_of_letters(*texts):
    """All runs of two letters or more."""
    return {run for text in texts for run in LETTERS.findall(text)}


def words_of(text):
    """Those of a text of the catalogue, in all its forms, without its places."""
    if isinstance(text, dict):
        return set().union(*map(words_of, text.values()))
    return runs_of_letters(*re.split(r"\{\w+\}", text))
