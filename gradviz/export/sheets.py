"""The style sheets of figures and pages, for every program that may read them: colours are plain
ones first, and what only browsers understand stands where others pass over it.
"""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from gradviz.words import language

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
RULE = re.compile(r"^([^@\n{}]+) \{ ([^{}]+) \}$", re.MULTILINE)
CHINESE = '"Noto Sans CJK SC"'  # for names; where all is Chinese, there are more to choose from
FONTS = {"zh": f'{CHINESE}, "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"'}
COLOUR = re.compile(r"(?:var\(--[\w-]+, )?light-dark\((#\w+), (#\w+)\)\)?")


def style_sheet(name: str, theme: Theme | None = None) -> str:
    """The sheet of this name, without comments: in the colours of one theme; or, for browsers, in
    those that their reader prefers, and for other programs in the light ones; with the fonts of the
    language that is set.
    """
    return _sheet(name, theme, language())


@lru_cache
def _sheet(name: str, theme: Theme | None, spoken: str) -> str:
    text = files("gradviz.export").joinpath(f"{name}.css").read_text(encoding="utf-8")
    sheet = "\n".join(line for line in text.splitlines() if not line.startswith("/*"))
    if spoken in FONTS:
        sheet = sheet.replace(CHINESE, FONTS[spoken])
    if theme is None:
        return f"{plain(sheet, 'light')}\n{preferred(sheet)}"
    return themed(sheet, theme)


def themed(sheet: str, theme: Theme | None) -> str:
    """A sheet for browsers in one theme; as it is if that is None."""
    if theme is None:
        return sheet
    return plain(sheet, theme).replace("color-scheme: light dark", f"color-scheme: {theme}")


def checked(theme: object) -> Theme | None:
    """A theme; None is the reader's. Raises ValueError for any other."""
    for known in (None, *THEMES):
        if theme == known:
            return known
    raise ValueError(f"a theme is 'light' or 'dark', or None, not {theme!r:.40}")


def plain(sheet: str, theme: Theme) -> str:
    """A sheet with the colours of one theme.

    >>> plain(".a { fill: var(--gv-paper, light-dark(#fff, #111)); }", "dark")
    '.a { fill: #111; }'
    """
    return COLOUR.sub(r"\1" if theme == "light" else r"\2", sheet)


def preferred(sheet: str) -> str:
    """Those declarations of a sheet that say one thing for light and another for dark.

    >>> print(preferred(".a { fill: light-dark(#fff, #111); stroke: none; }"))
    @supports (color: light-dark(#fff, #000)) {
    .a { fill: light-dark(#fff, #111); }
    }
    """
    rules = (
        (selector, [part for part in declarations.split("; ") if COLOUR.search(part)])
        for selector, declarations in RULE.findall(sheet)
    )
    lines = (
        f"{selector} {{ {'; '.join(parts).rstrip(';')}; }}" for selector, parts in rules if parts
    )
    return "\n".join(["@supports (color: light-dark(#fff, #000)) {", *lines, "}"])
