"""The catalogue of words: places, plurals, and languages that are added."""

import re
from pathlib import Path

import pytest

from gradviz import words
from gradviz.words import say


@pytest.fixture
def turned(monkeypatch):
    """A made-up language, in which a few texts are turned around, and which no figure speaks."""
    monkeypatch.setattr(words, "_hearing", [])
    words.add("turned", {"ordinal": {"ordinal": {"one": "ts{n}", "other": "ht{n}"}}})
    words.set_language("turned")
    yield
    words.set_language("en")


def test_ordinals():
    shown = [say("ordinal", n=n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 113)]
    assert shown == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "113th"]


@pytest.mark.usefixtures("turned")
def test_another_language_and_what_it_lacks():
    words.add("turned", {"page.a": "b"})
    assert words.for_the_page()["texts"]["page.a"] == "b"
    assert say("ordinal", n=2) == "2nd"  # what is not there is said in English


def test_no_such_language_or_place_or_text():
    with pytest.raises(ValueError, match=r"no words in 'xx'; there are: en"):
        words.set_language("xx")
    assert words.language() == "en"
    with pytest.raises(KeyError):
        say("ordinal")
    with pytest.raises(KeyError):
        say("no.such.text")


def test_no_id_stands_twice():
    texts = [path.read_text("utf-8") for path in Path(words.FOLDER, "en").glob("*.json")]
    ids = [key for text in texts for key in re.findall(r'^  "([\w.]+)": ', text, re.MULTILINE)]
    assert len(ids) == len(set(ids)) == len(words.catalogue("en").texts)
