"""Fonts for letters that DejaVu Sans, which comes along, has not, such as Chinese ones."""

import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

# in the names of files that have Chinese letters, the best first
LIKELY = "notosanscjk", "notosanssc", "sourcehansans", "pingfang", "msyh", "wqy", "hei", "noto"
NONE = (
    "no font of this machine has {signs}: there are empty boxes in their place. Install one, such "
    "as Noto Sans CJK SC (on Debian and Ubuntu: fonts-noto-cjk), or save the picture as .svg or "
    ".html, for which whoever looks at it has the font"
)


def folder() -> Path:
    """Where the fonts are that come with matplotlib."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf")


def strange(texts: Iterable[str]) -> frozenset[str]:
    """The signs that DejaVu Sans has not.

    >>> sorted(strange(["∂f/∂x", "梯度"]))
    ['度', '梯']
    """
    signs = {sign for text in texts if not text.isascii() for sign in text if sign != "\n"}
    if not signs:
        return frozenset()
    known = _signs_of(folder() / "DejaVuSans.ttf")
    return frozenset(sign for sign in signs if ord(sign) not in known)


def font_with(signs: frozenset[str]) -> Path | None:
    """A font of this machine that has all these signs, if there is one."""
    wanted = set(map(ord, signs))
    return next((path for path in _fonts() if wanted <= _signs_of(path)), None)


def warn_of(signs: frozenset[str]) -> None:
    """Say that no font has these signs."""
    shown = "".join(sorted(signs)[:8]) + ("…" if len(signs) > 8 else "")
    warnings.warn(NONE.format(signs=shown), stacklevel=2)


@cache
def _fonts() -> list[Path]:
    """The fonts of this machine, those first that are most like to have Chinese letters."""
    from matplotlib.font_manager import findSystemFonts

    def order(path: Path) -> tuple[int, bool, str]:
        name = path.name.lower().replace("-", "").replace("_", "")
        likely = (at for at, each in enumerate(LIKELY) if each in name)
        return next(likely, len(LIKELY)), "regular" not in name, name

    return sorted(map(Path, findSystemFonts()), key=order)


@cache
def _signs_of(path: Path) -> frozenset[int]:
    """The numbers of the signs that a font has; none of a file that can't be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(str(path)).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
