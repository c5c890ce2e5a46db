"""The machine check of live pages: all that their scripts are told follows from their documents."""

import re

import pytest
from circuit import INPUTS, circuit
from gallery import nested, with_a_wrong_gate

import gradviz as gv
from gradviz.audit import audit


def decided(x, y):
    return x * y if x > y else x + y * y


@pytest.fixture
def text_of(tmp_path):
    return lambda saved, **options: saved.save(tmp_path / "x.html", **options).read_text(
        encoding="utf-8"
    )


@pytest.mark.long
def test_pages_as_they_are_saved_agree(text_of):
    saved = [
        gv.explore(circuit, INPUTS, step=3, code=True),
        gv.draw(gv.trace(nested, w0=1.0, w1=-2.0, x=0.5, b=0.1), collapse=["sigmoid"]),
        gv.explore(decided, x=(-2, 2), y=(-1, 3)),
        gv.draw(gv.trace(circuit, INPUTS), detail="cards"),
        gv.race(circuit, INPUTS),
    ]
    for each in saved:
        assert str(audit(text_of(each))).endswith("all of it agrees")
    assert str(audit(text_of(saved[0], theme="dark"))).endswith("all of it agrees")
    assert str(audit(text_of(saved[0], live=False))).endswith("all of it agrees")


TAMPERINGS = {
    "a script": (r"Math\.exp\(x\)", "Math.expm1(x)", "numbers right; picture not compared"),
    "another script": (r"<script>", "<script>alert(1)</script><script>", "its scripts are not"),
    "the policy": (r"default-src 'none'", "default-src *", "its meta has content="),
    "the still picture": (r">−0\.1966<", ">−0.1967<", "its adjoint says"),
    "the live picture": (r'(gv-card\\" width=\\")\d', r"\g<1>9", "told otherwise of the figure"),
    "a formula": (r'\["value",5\],"', '["value",6],"', "told otherwise of the figure"),
    "the program": (r'\["multiply",5,0,1\]', '["multiply",5,0,2]', "told otherwise"),
    "the numbers": (r'"numbers":"AAAA', '"numbers":"AAAB', "told other numbers"),
    "a word": (r'"page\.reasons\.gradient":"gradient"', '"page.reasons.gradient":"value"', "words"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_changed_is_named(text_of, name):
    found, instead, named = TAMPERINGS[name]
    text = text_of(gv.explore(circuit, INPUTS))
    changed, count = re.subn(found, instead, text, count=1)
    assert count == 1
    assert named in str(audit(changed))


def test_of_a_gate_of_ones_own_the_still_picture_is_compared(text_of):
    text = text_of(gv.draw(gv.trace(with_a_wrong_gate, x=2.0, y=3.0)))
    report = audit(text)
    assert report.failures == ()
    assert any("what the script of its page is told" in each for each in report.remarks)
    assert "its adjoint says" in str(audit(text.replace(">24<", ">25<", 1)))
