"""What is left of English where Chinese is spoken."""

import re
from html import unescape

# three words in a row, which no formula has
SENTENCE = re.compile(r"[A-Za-z][A-Za-z']+(?:[ ,;:]+[A-Za-z][A-Za-z']+){2,}")
# the user's own code, what only Python and machines say
MAY_STAY = re.compile(r"`[^`]*`|\w+Error: .*|pip install \w+|<(Figure|View|Race|Explorer|Cost)\b")


def english_in(*texts: object) -> set[str]:
    """The sentences that stand in these texts."""
    return {
        sentence for text in texts for sentence in SENTENCE.findall(MAY_STAY.sub("", str(text)))
    }


def seen(markup: str) -> str:
    """What is seen or read aloud of an SVG text or a page, without what only machines read."""
    text = re.sub(r"<(style|metadata|script)\b.*?</\1>", "", markup, flags=re.DOTALL)
    aloud = re.findall(r'\b(?:aria-label|alt|title)="([^"]*)"', text)
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", text), *aloud]))
