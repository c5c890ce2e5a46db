"""The text of notebooks as HTML: Markdown, formulas as MathML, code with its colours."""

import re
from collections.abc import Collection
from html import escape, unescape
from itertools import chain, count
from typing import Any
from urllib.parse import quote, unquote

from math_core import LatexError, LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)  # how the address of one begins
PICTURE = re.compile(r"""(<img\b[^>]*?\bsrc\s*=\s*["'])([^"']+)(["'])""", re.IGNORECASE)
TAG = re.compile(r"<[^>]+>")
MANY, LONG = 4, 60  # cells of a row of a table, and letters in it: on a phone they stand in lines
MATHEMATICS = LatexToMathML(fancy_error=False)


def formula(tex: str, *, alone: bool) -> str:
    r"""A formula as MathML, in a paragraph of its own or within a line; what is not understood
    stands as it was written.

    >>> formula("x_1", alone=False)
    '<math><msub><mi>x</mi><mn>1</mn></msub></math>'
    >>> formula(r"\frac{1", alone=False)
    '<code>\\frac{1</code>'
    """
    try:
        mathml = MATHEMATICS.convert_with_local_state(tex, displaystyle=alone)
    except LatexError:
        mathml = f"<code>{escape(tex.strip())}</code>"
    return f'<div class="formula">{mathml}</div>' if alone else mathml


def code(source: str) -> str:
    """Python, with its parts marked for a style sheet."""
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


class Renderer(IPythonRenderer):
    """Markdown as Jupyter reads it, for a page: `pages` are the notebooks that links may lead to,
    and `headings` what was found, as level, id and text.
    """

    def __init__(self, path: str, pages: Collection[str]) -> None:
        super().__init__(escape=False, embed_images=True, path=path)
        self.pages = pages
        self.headings: list[tuple[int, str, str]] = []

    def block_math(self, body: str) -> str:
        return formula(body, alone=True)

    def inline_math(self, body: str) -> str:
        return formula(body, alone=False)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", alone=True)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = unescape(TAG.sub("", text)).strip()
        slug = words.replace(" ", "-")  # as Jupyter names it
        taken = {name for _, name, _ in self.headings}
        numbered = (f"{slug}-{number}" for number in count(2))
        name = next(name for name in chain([slug], numbered) if name not in taken)
        self.headings.append((level, name, words))
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self.led(url), title)

    def led(self, url: str) -> str:
        """Where a link leads: among the pages, to the page of a notebook."""
        if ELSEWHERE.match(url):
            return url
        path, mark, part = url.partition("#")
        if unquote(path) in self.pages:
            path = quote(unquote(path).removesuffix(".ipynb") + ".html")
        return path + mark + part

    def _html_embed_images(self, html: str) -> str:
        """HTML with its pictures inside of it. It may end within an element, and stays so."""
        return PICTURE.sub(lambda found: self._embedded(*found.groups()), html)

    def _embedded(self, before: str, address: str, after: str) -> str:
        return before + (self._src_to_base64(unescape(address)) or address) + after

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag = "th" if head and text else "td"
        style = f' style="text-align: {align}"' if align else ""
        return f"<{tag}{style}>{text}</{tag}>\n"

    def table(self, text: str) -> str:
        kind = "wide wordy" if _is_wordy(text) else "wide"
        return f'<div class="{kind}" role="group"><table>{text}</table></div>\n'


def _is_wordy(rows: str) -> bool:
    """Whether a table has more in a row than fits side by side on a phone, as a glossary has.

    >>> _is_wordy("<tr><td>n</td><td>1</td><td>2</td><td>3</td></tr>")
    False
    """
    found = [re.split(r"<t[hd]\b[^>]*>", row)[1:] for row in rows.split("<tr>")]
    lengths = [len(TAG.sub("", "".join(cells)).strip()) for cells in found if len(cells) >= MANY]
    return max(lengths, default=0) > LONG


def markdown(source: str, renderer: Renderer, attachments: Any = None) -> str:
    """A text in Markdown."""
    renderer.attachments = attachments or {}
    return MarkdownWithMath(renderer=renderer).render(source)
