"""Ways to tamper with what of a figure is seen, read aloud or run, and with none of its data: each
makes of the text of a file another, with a word that tells where it is.
"""

import html
import json
import re

import numpy as np

import gradviz as gv
from gradviz.document.writing import packed
from gradviz.export.svg import escape


@gv.block
def squash(t):
    s = np.tanh(t)
    return s * s


def loss(w, x, y):
    h = np.sum(w * x)
    z = squash(h) - y
    return z / x


def figure():
    """With a block, maps, marks, an array, a step that is lit, and its words."""
    graph = gv.trace(loss, w=[[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], x=0.8, y=0.3)
    return gv.draw(graph).at(12)


def swap(old, new, count=1):
    def tampered(text):
        assert old in text, f"{old!r} is not there"
        return text.replace(old, new, count)

    return tampered


def change(pattern, new):
    def tampered(text):
        text, found = re.subn(pattern, new, text, count=1, flags=re.DOTALL)
        assert found, f"{pattern!r} is not there"
        return text

    return tampered


def before(place, what):
    return swap(place, what + place)


def behind(place, what):
    return swap(place, place + what)


def both(*parts):
    def tampered(text):
        for part in parts:
            text = part(text)
        return text

    return tampered


def exchange(one, other):
    """Of two patterns, which match one after the other."""

    def tampered(text):
        a, b = (re.search(pattern, text, re.DOTALL) for pattern in (one, other))
        assert a and b and a.end() <= b.start()
        return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]

    return tampered


def card(label):
    return rf'<g class="gv-node[^>]*data-(?:name|label)="{label}"'


def inside(piece, pattern, new):
    """In the text of a piece, which ends where a line has nothing but its end."""

    def tampered(text):
        found = re.search(rf"{piece}.*?\n</g>", text, re.DOTALL)
        assert found, f"{piece!r} is not there"
        return text[: found.start()] + change(pattern, new)(found[0]) + text[found.end() :]

    return tampered


def in_card(label, pattern, new):
    return inside(card(label), pattern, new)


def in_wire(number, pattern, new):
    return inside(rf'<g class="gv-edge[^>]*id="e{number}"', pattern, new)


def in_label(number, pattern, new):
    return inside(rf'<g class="gv-label[^>]*data-edge="{number}"', pattern, new)


def styled(rule):
    return swap("</style>", rule + "\n</style>")


END = "\n</svg>"
CARDS = '<g class="gv-node'
LOSS = 'data-name="loss"'
WHOLE = r'<g class="gv-node(?:(?!\n</g>\n).)*data-{}(?:(?!\n</g>\n).)*\n</g>\n'

TAMPERINGS = {
    # ── what lies over it ──
    "a sheet over all": (before(END, '<rect width="100%" height="100%" fill="#fff"/>'), "rect"),
    "another number over one": (
        before(END, '<text x="790" y="198" class="gv-value">0.9</text>'),
        "text",
    ),
    "a patch in a card": (in_card("loss", r"(<title>)", r'<rect width="60" height="9"/>\1'), "loss"),
    "a circle": (before(END, '<circle cx="99" cy="99" r="50"/>'), "circle"),
    "an ellipse": (before(CARDS, '<ellipse rx="9" ry="9"/>'), "ellipse"),
    "a line": (before(CARDS, '<line x2="99" y2="9" stroke="red"/>'), "line"),
    "a polygon": (before(CARDS, '<polygon points="0,0 9,9 0,9"/>'), "polygon"),
    "a polyline": (before(CARDS, '<polyline points="0,0 9,9 0,9"/>'), "polyline"),
    "a path": (before(CARDS, '<path class="gv-wire" d="M0,0 L99,99"/>'), "path"),
    "a second wire": (in_wire(8, r'(<path class="gv-tip")', r'<path class="gv-wire" d="M0,0 L9,9"/>\1'), "z → loss"),
    "a second value": (in_card("loss", r"(<text class=\"gv-value\")", r'<text class="gv-value" x="31.5" y="35.0">9</text>\1'), "loss"),
    "a second legend": (before(END, '<g class="gv-legend"><text>adjoint</text></g>'), "g class='gv-legend'"),
    "a second figure": (before(END, "<svg><rect/></svg>"), "svg"),
    "an image": (before(END, '<image href="data:image/png;base64,AA=="/>'), "image"),
    "an image from elsewhere": (before(END, '<image href="https://example.org/a.png"/>'), "image"),
    "an element used again": (before(END, '<use href="#n8" x="50"/>'), "use"),
    "a page inside": (
        before(END, '<foreignObject width="99" height="99"><p xmlns="http://www.w3.org/1999/xhtml">9</p></foreignObject>'),
        "foreignObject",
    ),
    "a switch": (both(before(CARDS, "<switch>"), swap("\n</g>\n<text class=\"gv-caption\"", "</switch>\n</g>\n<text class=\"gv-caption\"")), "missing"),
    "a link around a card": (both(change(card("loss"), r'<a href="https://example.org">\g<0>'), change(r"(\n</g>)(\n</g>\n<text class=\"gv-caption)", r"\1</a>\2")), "loss"),
    "words between elements": (behind('height="100%"/>', "9.9"), "9.9"),
    "a card once more": (change(WHOLE.format('name="y"'), r"\g<0>\g<0>"), "gv-node gv-input"),
    "an empty group": (before(END, "<g/>"), "g"),
    # ── what is exchanged ──
    "two cards, by place": (exchange(*(rf'(?<={end}" )transform="[^"]*"' for end in (r"h\) - y", "z / x"))), "z: "),
    "two cards, by order": (exchange(WHOLE.format('name="x"'), WHOLE.format('name="y"')), "painted before"),
    "two wires, by order": (exchange(r'<g class="gv-edge" id="e2".*?\n</g>\n', r'<g class="gv-edge" id="e3".*?\n</g>\n'), "painted before"),
    "two values": (exchange(r">0\.6293<", r">0\.7867<"), "z: its value"),
    "a value and its adjoint": (in_card("s", r'(0\.964)(</text>[^/]*>)(1\.205)', r"\3\2\1"), "s: its value"),
    "two names": (exchange(">z<", ">loss<"), "z: its name"),
    "two labels": (exchange('data-edge="6"', 'data-edge="7"'), "v6 → z"),
    "two labels, by order": (exchange(r'<g class="gv-label" data-edge="6">.*?\n</g>\n', r'<g class="gv-label" data-edge="7">.*?\n</g>\n'), "painted before"),
    "two ids": (exchange('id="n7"', 'id="n8"'), "z: "),
    "roles in a card": (in_card("loss", r"gv-value(.*)gv-adjoint", r"gv-adjoint\1gv-value"), "loss"),
    "the legend's colours": (exchange('tspan class="gv-value"', 'tspan class="gv-adjoint"'), "its adjoint"),
    "the order in the legend": (exchange("<tspan class=\"gv-value\">value</tspan>", '<tspan class="gv-adjoint" dx="16">gradient of loss</tspan>'), "the figure"),
    "wires over cards": (exchange(r'<g class="gv-edge" id="e0".*?\n</g>\n', WHOLE.format('name="w"')), "painted before"),
    # ── what is written ──
    "a digit of a value": (swap(">0.7867<", ">0.7868<"), "loss: its value"),
    "a digit of an adjoint": (swap(">−0.9834<", ">−0.9835<"), "x: its adjoint"),
    "a digit of a local derivative": (in_label(8, r"∂ 1\.25(</text>\n<text class=\"gv-back)", r"∂ 1.26\1"), "z → loss: its local derivative"),
    "a digit of a flow": (in_label(7, r"◂ −1\.25(</text>\n</g>)", r"◂ −1.26\1"), "y → z: its flow"),
    "a gap": (in_label(7, 'width="48.1"', 'width="481"'), "y → z: its gap has width"),
    "a sign": (swap(">−0.9834<", ">0.9834<"), "x: its adjoint"),
    "a hyphen for a sign": (swap(">−0.9834<", ">-0.9834<"), "x: its adjoint"),
    "an O for a zero": (swap(">0.7867<", ">O.7867<"), "loss: its value"),
    "a Cyrillic O for a zero": (swap(">0.7867<", ">О.7867<"), "CYRILLIC CAPITAL LETTER O"),
    "a full-width digit": (swap(">0.7867<", ">0.786７<"), "FULLWIDTH DIGIT SEVEN"),
    "an Arabic digit": (swap(">0.7867<", ">٠.7867<"), "ARABIC-INDIC DIGIT ZERO"),
    "a mathematical digit": (swap(">0.7867<", ">0.78𝟨7<"), "MATHEMATICAL"),
    "a superscript": (swap(">0.7867<", ">0.786⁷<"), "SUPERSCRIPT SEVEN"),
    "a comma for the point": (swap(">0.7867<", ">0,7867<"), "loss: its value"),
    "a one dot leader for the point": (swap(">0.7867<", ">0․7867<"), "ONE DOT LEADER"),
    "a zero-width space": (swap(">0.7867<", ">0.\u200b7867<"), "ZERO WIDTH SPACE"),
    "a zero-width joiner": (swap(">0.7867<", ">0.78\u200d67<"), "ZERO WIDTH JOINER"),
    "a word joiner at the end": (swap(">0.7867<", ">0.7867\u2060<"), "loss: its value"),
    "a soft hyphen": (swap(">0.7867<", ">0.78\u00ad67<"), "SOFT HYPHEN"),
    "digits from right to left": (swap(">0.7867<", ">\u202e0.7867<"), "RIGHT-TO-LEFT OVERRIDE"),
    "an isolate": (swap(">0.7867<", ">\u2067 0.7867<"), "loss: its value"),
    "a combining stroke": (swap(">0.7867<", ">0.7867\u0338<"), "loss: its value"),
    "a variation selector": (swap(">0.7867<", ">0.7867\ufe0f<"), "loss: its value"),
    "a no-break space": (swap(">0.7867<", ">\u00a00.7867<"), "NO-BREAK SPACE"),
    "a space before": (swap(">0.7867<", "> 0.7867<"), "loss: its value"),
    "a line break in a number": (swap(">0.7867<", ">0.78\n67<"), "loss: its value"),
    "nothing": (swap(">0.7867<", "><"), "loss: its value"),
    "a Greek letter in a name": (swap(">loss<", ">lοss<"), "GREEK SMALL LETTER OMICRON"),
    "an operation": (swap(">tanh<", ">sin<"), "s: its operation"),
    "a mark": (in_label(9, r"÷(</text>\n<text class=\"gv-local)", r"×\1"), "x → loss: its mark"),
    "the name of a block": (swap(">squash</text>", ">sigmoid</text>"), "text"),
    "the words of a step": (swap("so far 1.205", "so far 1.305"), "step"),
    "words in the legend": (swap(">∂ local derivative<", ">∂ derivative<"), "local derivative"),
    "words of the scale": (swap("the strongest shade is", "the weakest shade is"), "shade"),
    "a part of a number in another element": (swap(">0.7867<", "><tspan>0.9</tspan>0.7867<"), "loss"),
    "words behind a part": (swap("value</tspan>", "value</tspan>s"), "the figure"),
    # ── what is read aloud ──
    "the title": (swap("<title>loss = 0.7867", "<title>loss = 0.8867"), "its title"),
    "no title": (change("<title>loss = 0.7867.*?</title>", ""), "title is missing"),
    "another title first": (before("<title>loss = 0.7867", "<title>loss = 1</title>"), "title"),
    "a number in the table": (swap("h     sum(v3)         2", "h     sum(v3)         3"), "table of nodes"),
    "no table": (change("<desc>.*?</desc>", ""), "table of nodes is missing"),
    "a card's title": (swap("z = v6 − y = 0.629349", "z = v6 + y = 0.629349"), "z: its title"),
    "a wire's title": (swap("∂z/∂y = −1\n", "∂z/∂y = 1\n"), "y → z: its title"),
    "a block's title": (swap("<title>squash</title>", "<title>relu</title>"), "title"),
    "a label for screen readers": (swap('class="gradviz"', 'class="gradviz" aria-label="loss = 1"'), "aria-label"),
    "a label for a card": (swap(LOSS, LOSS + ' aria-label="loss = 1"'), "loss: its g has aria-label"),
    "a description by another": (swap(LOSS, LOSS + ' aria-describedby="n1"'), "aria-describedby"),
    "hidden from screen readers": (swap(LOSS, LOSS + ' aria-hidden="true"'), "aria-hidden"),
    "another role": (swap('role="img"', 'role="presentation"'), "role"),
    "a role description": (swap(LOSS, LOSS + ' aria-roledescription="0.9"'), "aria-roledescription"),
    "another language": (swap('role="img"', 'role="img" xml:lang="he"'), "lang"),
    "a description in a card": (in_card("loss", r"(</title>)", r"\1<desc>wrong</desc>"), "loss"),
    # ── colours, signs and what hides ──
    "a colour": (swap("#0b5f8a", "#b0400a"), "style sheet"),
    "a colour for the dark": (swap("#6cc4f5", "#ff9b62"), "style sheet"),
    "no colour": (change(r"(\.gv-adjoint \{ fill: )#b0400a", r"\1none"), "style sheet"),
    "a rule that hides": (styled(".gv-adjoint { display: none; }"), "style sheet"),
    "a rule that adds": (styled(".gv-name::after { content: '9'; }"), "style sheet"),
    "a rule for print": (styled("@media print { .gv-value { opacity: 0; } }"), "style sheet"),
    "a rule that moves": (styled("#n8 { transform: translate(9px, 9px); }"), "style sheet"),
    "a rule for the page around": (styled("body { visibility: hidden; }"), "style sheet"),
    "a sheet from elsewhere": (swap("<style>", "<style>@import url(https://example.org/a.css);"), "style sheet"),
    "a font from elsewhere": (styled("@font-face { font-family: 'Noto Sans'; src: url(a.woff); }"), "style sheet"),
    "no rule": (change(r"\.gradviz \.gv-minus [^\n]*\n", ""), "style sheet"),
    "a comment in the sheet": (styled("/* */"), "style sheet"),
    "no sheet": (change("<style>.*?</style>", ""), "style sheet is missing"),
    "a second sheet": (before(END, "<style>.gv-value { fill: red; }</style>"), "style"),
    "a sheet for some": (swap("<style>", '<style media="print">'), "media"),
    "a style of its own": (swap('class="gv-value"', 'class="gv-value" style="fill:red"'), "w: its value has style"),
    "a fill": (in_card("loss", 'class="gv-value"', 'class="gv-value" fill="#fff"'), "loss: its value has fill"),
    "a stroke": (in_wire(8, 'class="gv-wire"', 'class="gv-wire" stroke="#fff"'), "z → loss: its wire has stroke"),
    "a dash": (in_wire(8, 'class="gv-wire"', 'class="gv-wire" stroke-dasharray="1 99"'), "stroke-dasharray"),
    "opacity": (in_card("loss", 'class="gv-adjoint"', 'class="gv-adjoint" opacity="0"'), "loss: its adjoint has opacity"),
    "opacity of a shade": (swap('opacity="0.33"', 'opacity="0.93"'), "w: its map"),
    "visibility": (in_card("loss", 'class="gv-adjoint"', 'class="gv-adjoint" visibility="hidden"'), "visibility"),
    "display": (swap(LOSS, LOSS + ' display="none"'), "loss: its g has display"),
    "a clip": (both(before(CARDS, '<clipPath id="c"><rect width="9" height="9"/></clipPath>'), swap(LOSS, LOSS + ' clip-path="url(#c)"')), "loss: its g has clip-path"),
    "a mask": (both(before(CARDS, '<mask id="m"/>'), swap(LOSS, LOSS + ' mask="url(#m)"')), "mask"),
    "a filter": (both(before(CARDS, '<filter id="b"><feGaussianBlur stdDeviation="9"/></filter>'), swap(LOSS, LOSS + ' filter="url(#b)"')), "filter"),
    "a gradient": (both(before(CARDS, '<linearGradient id="l"/>'), in_card("loss", 'class="gv-card"', 'class="gv-card" fill="url(#l)"')), "fill"),
    "a pattern": (before(CARDS, '<pattern id="p" width="9" height="9"/>'), "pattern"),
    "a marker": (in_wire(8, 'class="gv-wire"', 'class="gv-wire" marker-end="url(#m)"'), "marker-end"),
    "a font": (in_card("loss", 'class="gv-value"', 'class="gv-value" font-family="Wingdings"'), "font-family"),
    "a size of a font": (in_card("loss", 'class="gv-value"', 'class="gv-value" font-size="0.1"'), "font-size"),
    "letters over each other": (in_card("loss", 'class="gv-value"', 'class="gv-value" letter-spacing="-9"'), "letter-spacing"),
    "a turned digit": (in_card("loss", 'class="gv-value"', 'class="gv-value" rotate="180"'), "rotate"),
    "a direction": (in_card("loss", 'class="gv-value"', 'class="gv-value" direction="rtl" unicode-bidi="bidi-override"'), "direction"),
    "pointer events": (swap(LOSS, LOSS + ' pointer-events="none"'), "pointer-events"),
    "an input's colour": (swap('gv-node gv-input" id="n1"', 'gv-node" id="n1"'), "x: its g has class"),
    "no output": (swap("gv-node gv-output", "gv-node"), "loss: its g has class"),
    "no light": (swap("gv-edge gv-lit", "gv-edge"), "s → v6: its g has class"),
    "another light": (swap('"gv-edge" id="e0"', '"gv-edge gv-lit" id="e0"'), "w → v3: its g has class"),
    "a wrong gate": (swap("gv-node gv-output", "gv-node gv-output gv-wrong"), "loss: its g has class"),
    "a badge": (in_card("loss", r"(\n</g>)", r'<g class="gv-badge"><circle r="8"/><text y="4">≠</text></g>\1'), "loss"),
    "another class": (in_card("loss", 'class="gv-value"', 'class="gv-adjoint"'), "loss: its value"),
    "a hidden card": (both(change(card("loss"), r"<defs>\g<0>"), change(r"(\n</g>)(\n</g>\n<text class=\"gv-caption)", r"\1</defs>\2")), "loss: its g is missing"),
    "a card in a comment": (both(change(card("loss"), r"<!--\g<0>"), change(r"(\n</g>)(\n</g>\n<text class=\"gv-caption)", r"\1-->\2")), "loss: its g is missing"),
    "no card": (change(WHOLE.format('name="loss"'), ""), "loss: its g is missing"),
    "no wire": (change(r'<g class="gv-edge" id="e2".*?\n</g>\n', ""), "v3 → h: its g is missing"),
    "no label": (change(r'<g class="gv-label" data-edge="2".*?\n</g>\n', ""), "v3 → h: its label is missing"),
    "no minus in a map": (change(r'<path class="gv-minus"[^>]*/>', ""), "w: its map is missing"),
    "no legend": (change(r'<g class="gv-legend">.*</g>(?=\n</svg>)', ""), "legend is missing"),
    "no scale": (change(r'<text y="9">−</text>', ""), "text"),
    "no step": (change(r'<text class="gv-caption".*?</text>', ""), "step is missing"),
    "no paper": (change(r'<rect class="gv-paper"[^>]*/>', ""), "paper is missing"),
    "no block": (change(r'<g class="gv-block".*?</g>', ""), "g is missing"),
    # ── places and widths ──
    "a cropped view": (change('viewBox="0 0 [0-9]+', 'viewBox="0 0 700'), "viewBox"),
    "a moved view": (swap('viewBox="0 0', 'viewBox="90 0'), "viewBox"),
    "no view": (change(' viewBox="[^"]*"', ""), "no viewBox"),
    "a width": (change('width="[0-9]+"', 'width="85"'), "width"),
    "a height": (change('height="[0-9]+"', 'height="215"'), "height"),
    "a stretched view": (swap('role="img"', 'role="img" preserveAspectRatio="none"'), "preserveAspectRatio"),
    "an overflow": (swap('role="img"', 'role="img" overflow="visible"'), "overflow"),
    "a mirror": (swap('"translate(12,12)"', '"translate(12,12) scale(-1,1)"'), "transform"),
    "a moved card": (change(r"(z / x\" transform=)\"[^\"]*", r'\1"translate(772.4,951.5)'), "loss: its g has transform"),
    "a moved text": (in_card("loss", 'y="35.0"', 'y="51.0"'), "loss: its value has y"),
    "a text with dx": (in_card("loss", 'class="gv-value"', 'class="gv-value" dx="900"'), "dx"),
    "a squeezed text": (swap('textLength="45"', 'textLength="1"'), "textLength"),
    "a moved label": (in_label(8, '(gv-local" )x="[^"]*"', r'\1x="83.6"'), "z → loss: its local derivative has x"),
    "an arrow the other way": (in_wire(8, "l-8,-3.6", "l8,-3.6"), "z → loss: its arrow has d"),
    "no arrow": (in_wire(8, r'<path class="gv-tip"[^>]*/>', ""), "z → loss: its arrow is missing"),
    "a wire to another card": (in_wire(8, r'(class="gv-wire" d="[^"]*) L[^ "]*"', r'\1 L518.4,85.0"'), "z → loss: its wire has d"),
    "a width of a flow": (in_wire(4, "8.84", "1.84"), "s → v6: its width of what flows back has stroke-width"),
    "a flow's way": (in_wire(4, 'd="M503', 'd="M153'), "s → v6"),
    "a moved cell": (swap('d="M10,0h10', 'd="M20,0h10'), "w: its map has d"),
    "cells of another sign": (swap('class="gv-below"', 'class="gv-above"'), "w: its map"),
    "a moved map": (swap('translate(21.6,41.0)', 'translate(21.6,81.0)'), "w: its map has transform"),
    "a map of something else": (swap('data-of="value"', 'data-of="adjoint"'), "w: "),
    "a large card": (in_card("loss", 'width="60.0"', 'width="600"'), "loss: its card has width"),
    "a large paper": (swap('height="100%"', 'height="50%"'), "paper has height"),
    "a number in another notation": (in_card("loss", 'x="30.0"', 'x="3.0e1"'), "loss: its value has x"),
    # ── what runs ──
    "a script": (before(END, "<script>alert(1)</script>"), "script"),
    "a script from elsewhere": (before(END, '<script href="https://example.org/a.js"/>'), "script"),
    "a script in a card": (in_card("loss", "(<title>)", r"<script/>\1"), "loss"),
    "onload": (swap('role="img"', 'role="img" onload="alert(1)"'), "onload"),
    "onclick": (swap(LOSS, LOSS + ' onclick="alert(1)"'), "loss: its g has onclick"),
    "onmouseover": (in_card("loss", 'class="gv-card"', 'class="gv-card" onmouseover="alert(1)"'), "onmouseover"),
    "onbegin": (before(END, '<animate attributeName="x" onbegin="alert(1)"/>'), "animate"),
    "an animation": (in_card("loss", "(0.7867)", r'\1<animate attributeName="opacity" to="0" dur="1s" fill="freeze"/>'), "loss"),
    "a set": (in_card("loss", "(0.7867)", r'\1<set attributeName="visibility" to="hidden" begin="5s"/>'), "loss"),
    "a motion": (in_card("loss", "(0.7867)", r'\1<animateMotion path="M0,0 L99,99" dur="1s"/>'), "loss"),
    "an animated transform": (before(END, '<animateTransform attributeName="transform" type="scale" to="2"/>'), "animateTransform"),
    "a link": (in_card("loss", "(0.7867)", r'<a href="javascript:alert(1)">\1</a>'), "loss"),
    "a handler": (before(END, '<handler xmlns="http://www.w3.org/2001/xml-events" event="load"/>'), "handler"),
    "a discarded card": (before(END, '<discard href="#n8" begin="1s"/>'), "discard"),
    "a tab stop": (swap(LOSS, LOSS + ' tabindex="1"'), "tabindex"),
    # ── how it is written ──
    "a sheet by an instruction": (lambda svg: '<?xml-stylesheet href="a.css"?>' + svg, "instruction"),
    "an instruction inside": (before(CARDS, "<?php echo 9 ?>"), "instruction"),
    "an instruction behind": (lambda svg: svg + "<?xml-stylesheet href='a.css'?>", "instruction"),
    "a comment": (before(CARDS, "<!-- 9 -->"), "comment"),
    "a comment in a number": (swap(">0.7867<", ">0.78<!-- -->67<"), "comment"),
    "a comment behind": (lambda svg: svg + "<!-- 9 -->", "comment"),
    "a document type": (lambda svg: "<!DOCTYPE svg>" + svg, "document type"),
    "an entity": (lambda svg: "<!DOCTYPE svg [<!ENTITY v '9'>]>" + svg.replace(">0.7867<", ">&v;<"), "document type"),
    "a default by a document type": (lambda svg: '<!DOCTYPE svg [<!ATTLIST text opacity CDATA "0">]>' + svg, "document type"),
    "other characters": (lambda svg: '<?xml version="1.0" encoding="iso-8859-5"?>' + svg, "iso-8859-5"),
    "no namespace": (swap(' xmlns="http://www.w3.org/2000/svg"', ""), "svg"),
    "another namespace": (swap("2000/svg", "1999/xhtml"), "svg"),
    "a card of another namespace": (change(card("loss"), r'\g<0> xmlns="urn:none"'), "loss: its g is missing"),
    "a card of no namespace": (change(card("loss"), r'\g<0> xmlns=""'), "loss: its g is missing"),
    "a foreign namespace": (swap(' class="gradviz"', ' class="gradviz" xmlns:x="urn:x"'), "namespace"),
    "a foreign attribute": (swap(' class="gradviz"', ' class="gradviz" xmlns:x="urn:x" x:y="1"'), "urn:x"),
    "a link of old": (both(swap(' class="gradviz"', ' class="gradviz" xmlns:l="http://www.w3.org/1999/xlink"'), before(END, '<use l:href="#n8"/>')), "use"),
    "a base": (swap(' class="gradviz"', ' class="gradviz" xml:base="https://example.org"'), "base"),
    "space that is kept": (swap(' class="gradviz"', ' class="gradviz" xml:space="preserve"'), "space"),
    "another class of the whole": (swap('class="gradviz"', 'class="gradviz dark"'), "class"),
    "an id twice": (in_card("loss", 'class="gv-card"', 'class="gv-card" id="n1"'), "loss: its card has id"),
    "an element of another name": (change(r'<text (class="gv-value"[^\n]*)</text>', r"<Text \1</Text>"), "Text"),
    "another root": (lambda svg: svg.replace("<svg", "<g", 1).replace(END, "\n</g>"), "g"),
    "unknown data": (swap(LOSS, LOSS + ' data-note="9"'), "data-note"),
    "the source line": (in_card("loss", r"(line \d+: return z) / x</title>", r"\1 * x</title>"), "loss: its title"),
}  # fmt: skip

HEAD, BODY_END = "<h1>", "\n</html>"

PAGES = {
    "a script": (before(HEAD, "<script>alert(1)</script>"), "script"),
    "a script with signs": (before(HEAD, "<script>if (1 < 2) alert(1)</script>"), "script"),
    "a script from elsewhere": (before(HEAD, '<script src="https://example.org"></script>'), "script"),
    "a script in the picture": (before("</svg>", "<script>alert(1)</script>"), "script"),
    "a handler": (swap("<h1", '<h1 onclick="alert(1)"'), "onclick"),
    "a handler without quotes": (swap("<h1", "<h1 onclick=alert(1)"), "h1"),
    "a refresh": (before("<style>", '<meta http-equiv="refresh" content="0; url=https://example.org">'), "meta"),
    "a base": (before("<style>", '<base href="https://example.org">'), "base"),
    "a sheet from elsewhere": (before("<style>", '<link rel="stylesheet" href="a.css">'), "link"),
    "no policy": (change("<meta http-equiv[^\n]*", ""), "meta is missing"),
    "another policy": (swap("default-src 'none'", "default-src *"), "content"),
    "other characters": (swap('charset="utf-8"', 'charset="utf-7"'), "charset"),
    "another view": (swap("width=device-width", "width=100"), "content"),
    "another scheme": (swap('content="light dark"', 'content="dark"'), "content"),
    "another language": (swap('lang="en"', 'lang="zh"'), "lang"),
    "no type": (change("<!doctype html>\n", ""), "doctype"),
    "a type behind": (both(change("<!doctype html>\n", ""), behind('<html lang="en">', "<!doctype html>")), "doctype"),
    "the title": (swap("<title>loss = 0.7867", "<title>loss = 0.8867"), "title"),
    "the heading": (swap("<h1>loss = 0.7867", "<h1>loss = 0.8867"), "heading"),
    "a label": (swap('aria-label="figure, step 12', 'aria-label="figure, step 13'), "aria-label"),
    "the page's sheet": (swap("h1 {", "h1 { display: none;"), "style sheet"),
    "a style": (swap("<table>", '<table style="display: none">'), "table has style"),
    "hidden": (swap("<table>", '<table hidden="">'), "hidden"),
    "hidden in short": (swap("<table>", "<table hidden>"), "hidden"),
    "the picture's width": (change("--width: [0-9]+px", "--width: 85px"), "style"),
    "a number in the table": (swap(">0.6293</data>", ">0.6294</data>"), "z: its data"),
    "a full number in the table": (change(r'<data value="0\.62934', '<data value="0.62935'), "value='0.62935"),
    "an operation in the table": (swap("<td>v6 − y</td>", "<td>v6 + y</td>"), "z: its td"),
    "a name in the table": (swap('<th scope="row">z</th>', '<th scope="row">q</th>'), "z: its th"),
    "the head of the table": (swap(">gradient</th>", ">value</th>"), "th"),
    "the table's words": (swap("Every value and its gradient", "Some values"), "caption"),
    "a row more": (before("</tbody>", "<tr><td>9</td></tr>"), "tr"),
    "no row": (change(r'<tr><th scope="row">z</th>.*?</tr>', ""), "missing"),
    "rows in another order": (exchange(r'<tr><th scope="row">x</th>.*?</tr>', r'<tr><th scope="row">y</th>.*?</tr>'), "x: its"),
    "columns in another order": (change(r'(<td><data value="0\.629.*?</td>)(<td>.*?</td>)', r"\2\1"), "z: its data"),
    "no table": (change('<div class="table".*</div>', ""), "div is missing"),
    "no figure": (change("<figure.*</figure>", ""), "no figure of gradviz"),
    "a picture over it": (before("</figure>", '<img src="data:image/png;base64,AA==">'), "img"),
    "a frame": (before("</figure>", '<iframe srcdoc="x"></iframe>'), "iframe"),
    "a paragraph": (before(BODY_END, "<p>loss = 1</p>"), "p 'loss = 1'"),
    "words at the end": (before(BODY_END, "loss = 1"), "loss = 1"),
    "words behind the end": (lambda page: page + "loss = 1", "loss = 1"),
    "a comment": (before(HEAD, "<!-- 9 -->"), "<!--"),
    "a comment that ends early": (before(HEAD, "<!--> <p>9</p> -->"), "<!--"),
    "a card in a comment": (both(change(card("loss"), r"<!--\g<0>"), change(r"(\n</g>)(\n</g>\n<text class=\"gv-caption)", r"\1-->\2")), "<!--"),
    "a section of characters": (before(CARDS, "<![CDATA[9]]>"), "CDATA"),
    "an instruction": (before(HEAD, "<?xml-stylesheet href='a.css'?>"), "xml-stylesheet"),
    "an attribute twice": (swap('<figure tabindex="0"', '<figure tabindex="0" tabindex="0"'), "twice"),
    "a tag in capitals": (swap("<svg xmlns", "<SVG xmlns"), "svg that is not open"),
    "an end that is not open": (before(HEAD, "</figure>"), "not open"),
    "an end too few": (swap("</h1>", ""), "not open"),
    "no end": (lambda page: page[: page.index("<tbody>")], "not closed"),
    "an element closed in its beginning": (change(r"<caption>([^<]*)</caption>", r"<caption/>\1"), "caption"),
    "a reference in the sheet": (swap("figure svg {", "figure &#115;vg {"), "style sheet"),
    "a character that is none": (swap("loss = 0.7867", "loss\0 = 0.7867"), "not written"),
    "a wire's title": (swap("∂z/∂y = −1\n", "∂z/∂y = 1\n"), "y → z: its title"),
    "a digit of a value": (change(r"(<text class=\"gv-value\"[^>]*)>0\.7867<", r"\1>0.7868<"), "loss: its value"),
    "a colour": (swap("#0b5f8a", "#b0400a", 99), "style sheet"),
    "a form": (before(BODY_END, '<form action="https://example.org"><input></form>'), "form"),
    "an object": (before(BODY_END, '<object data="a.svg"></object>'), "object"),
    "a template": (both(swap("<table>", "<template><table>"), swap("</table>", "</table></template>")), "table is missing"),
    "a body": (both(behind("</style>\n", '<body onload="alert(1)">'), before(BODY_END, "</body>")), "body"),
    "a link": (swap("<h1>", '<a href="https://example.org"></a><h1>'), "a href"),
    "a download": (before(HEAD, '<a download="x" ping="https://example.org"></a>'), "a download"),
}  # fmt: skip


# ── its document ──

HELD = re.compile("(<metadata>)([^<]*)(</metadata>)")


def forged(text, forge):
    """A file with its document changed, and nothing else."""

    def other(found):
        document = json.loads(html.unescape(found[2]))
        changed = forge(document)
        return found[1] + escape(packed(document if changed is None else changed)) + found[3]

    return HELD.sub(other, text, count=1)


def at(*way, to):
    """A part of a document made another."""
    *way, last = way

    def forge(document):
        for key in way:
            document = document[key]
        document[last] = to(document[last]) if callable(to) else to

    return forge


NODES = ("believed", "nodes")  # w, x, y, v3, h, s, v6, z, loss
FORGERIES = {
    "a number: a value": at("derived", "primals", 7, to=0.63),
    "a number: a value in the last digits": at("derived", "primals", 7, to=lambda z: z * (1 + 1e-8)),
    "a number: the output": at("derived", "primals", 8, to=1.0),
    "a number: a local derivative": at("derived", "locals", 8, to=1.0),
    "a number: an adjoint": at("derived", "adjoints", 2, to=1.25),
    "a number: no adjoint": at("derived", "adjoints", 2, to=None),
    "a number: nan": at("derived", "primals", 4, to="NaN"),
    "a number: an input": at("believed", "inputs", 2, to=0.4),
    "an input beside itself": at("derived", "primals", 2, to=0.4),
    "an array": at("derived", "primals", 0, "data", 1, to=7.0),
    "a shape": at("derived", "primals", 0, "shape", to=[3, 2]),
    "a type": at("derived", "primals", 0, "dtype", to="float32"),
    "too few numbers": at("derived", "primals", to=lambda of: of[:-1]),
    "wiring": at(*NODES, 7, "operands", to=[2, 6]),
    "wiring in a circle": at(*NODES, 4, "operands", to=[8]),
    "another operation": at(*NODES, 5, "operation", "primitive", to="sin"),
    "no operation": at(*NODES, 5, "operation", "primitive", to="nonsense"),
    "a label": at(*NODES, 7, "label", to="q"),
    "a label twice": at(*NODES, 7, "label", to="loss"),
    "a name": at(*NODES, 2, to=lambda node: {**node, "name": "bias", "label": "bias"}),
    "another output": at("believed", "output", to=7),
    "another function": at("believed", "name", to="gain"),
    "a block": at("believed", "blocks", 0, "name", to="relu"),
    "a line of the source": at("believed", "sources", 0, "text", to="return 1"),
    "another step": at("view", "step", to=3),
    "no step": at("view", "step", to=None),
    "a step that is not": at("view", "step", to=99),
    "no labels": at("view", "labels", to=False),
    "a gate that is wrong": at("view", "wrong", to=[5]),
    "no view": at("view", to=None),
    "a closed block": at("views", to=[{"closed": [[["squash", 0]]]}]),
    "a part": at("views", to=[{"part": [0]}]),
    "an opened array": at("views", to=[{"opened": ["v3"]}]),
    "another painter": at("painter", to="gradviz 0, dot"),
    "another format": at("format", to="gradviz-graph/9"),
    "more than there is": lambda document: {**document, "note": "9"},
    "nothing": lambda document: {},
}  # fmt: skip
