"""The Chinese catalogue: as complete as the English one, in the terms of the glossary, and set by
the rules of Chinese typesetting (中文文案排版指北).
"""

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import gradviz as gv
from gradviz import words
from gradviz.words import PLURALS, say

HAN = "\u4e00-\u9fff"
FULL = "，。：；？！、（）“”…"  # punctuation that brings its own room
CHINESE = {"way", "told"}  # places in which a Chinese name stands, so that no space is beside it
# English words, and what a Chinese text says where an English one has them
TERMS = {
    r"local (derivative|gradient)s?": "局部梯度",
    r"adjoints?": "伴随变量",
    r"tangents?": "切向量|切线|双曲正切",
    r"secants?": "割线",
    r"gates?": "门单元|这个电路",
    r"granularity": "颗粒度",
    r"chain rule": "链式法则",
    r"forward mode": "前向模式",
    r"reverse sweep": "反向传播",
    r"epochs?": "迭代周期",
    r"difference quotient": "差商",
    r"slope": "斜率",
    r"hidden": "隐藏",
    r"weights?": "权重",
    r"bias(es)?": "偏置",
    r"loss": "损失",
    r"gradients?": "梯度",
    r"saturated": "饱和",
    r"computational graph": "计算图",
    r"flows back": "回传的梯度",
    r"inputs?": "输入",
    r"outputs?": "输出",
}
# of which a text says the thing without the word
WITHOUT = {
    "engine.fits.exp_operand", "engine.fits.exp_power", "engine.fits.exp_twice",
    "engine.fits.exp_shut", "engine.fits.exp_minus",
}  # fmt: skip
# what other books say for the same
NEVER = re.compile(
    "局部导数|伴随值|门电路|轮次|小批次|粒度(?<!颗粒度)|正向传播|前向计算|倒传|时期|激励"
)


def flat(text):
    return (
        [part for each in text.values() for part in flat(each)]
        if isinstance(text, dict)
        else [text]
    )


def places(text):
    return {place for part in flat(text) for place in re.findall(r"\{(\w+)\}", part)}


def stored(language):
    return {
        path.name: json.loads(path.read_text("utf-8"))
        for path in sorted(Path(words.FOLDER, language).glob("*.json"))
    }


ENGLISH, SPOKEN = words.catalogue("en").texts, words.catalogue("zh").texts
ALL = [(each, part) for each, text in SPOKEN.items() for part in flat(text)]


def test_each_language_has_the_same_ids_in_the_same_order():
    for language in ("en", "zh"):
        files = {name: [*texts] for name, texts in stored(language).items()}
        assert files == {name: [*texts] for name, texts in stored("en").items()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_places_and_plural_forms(language):
    for each, text in words.catalogue(language).texts.items():
        assert places(text) == places(ENGLISH[each]), each
        assert isinstance(text, str) == isinstance(ENGLISH[each], str), each
        if isinstance(text, dict):
            assert ("ordinal" in text) == ("ordinal" in ENGLISH[each]), each
            plurals = PLURALS[language]
            category = plurals.ordinal if "ordinal" in text else plurals.cardinal
            assert {*text.get("ordinal", text)} == {*map(category, range(200))}, each


def test_no_english_sentence_is_left():
    sentence = re.compile(r"[A-Za-z]{2,}([ ,;]+[A-Za-z]{2,}){2}")
    assert [each for each in ALL if sentence.search(re.sub(r"`[^`]*`|\{\w+\}", "", each[1]))] == []
    same = {each for each, text in SPOKEN.items() if text == ENGLISH[each]}
    assert same == {
        "engine.error", "engine.fits.each", "page.motion.times", "page.race.total",
        "page.plot.secants.step", "page.plot.secants.rise", "plot.scales.nan",
    }  # fmt: skip


def test_spaces_stand_between_chinese_and_latin_and_nowhere_beside_its_punctuation():
    latin = r"[A-Za-z0-9`−(\[\])\u0370-\u03ff∂²′]"
    close = re.compile(f"[{HAN}]{latin}|{latin}[{HAN}]")
    apart = re.compile(f" [{FULL}]|[{FULL}] |[{HAN}] +[{HAN}]")
    beside = re.compile(rf"[{HAN}]\{{(\w+)\}}|\{{(\w+)\}}[{HAN}]")
    for each, text in ALL:
        assert not close.search(re.sub(r"\{\w+\}", "", text).replace("……", "")), (each, text)
        assert not apart.search(text), (each, text)
        tight = {name for found in beside.findall(text) for name in found if name}
        assert tight <= CHINESE, (each, text)
        assert text == text.strip(), (each, text)


def test_punctuation_is_chinese():
    half = re.compile(
        rf"[{HAN}}}`][,;:!?]|[{HAN}]\.|[,;:!?] ?[{HAN}]|\.\.\.|[{HAN}]\(|\)[{HAN}]|[\"']"
    )
    for each, text in ALL:
        if not text.isascii():
            assert not half.search(text.replace("按 ? ", "")), (each, text)


def test_a_sentence_ends_as_the_english_one():
    ends = {".": "。", "?": "？"}
    for each, text in SPOKEN.items():
        for part in flat(text):
            english = flat(ENGLISH[each])[-1].rstrip(")")
            if english[-1] in ends and not english.endswith(("}.", "`.")):
                assert part.rstrip("）")[-1] in "。？", (each, part)


def test_terms():
    for each, text in SPOKEN.items():
        said = " ".join(flat(text))
        english = re.sub(r"`[^`]*`|\{\w+\}", "", " ".join(flat(ENGLISH[each])))
        assert not NEVER.search(said), each
        if each in WITHOUT:
            continue
        for term, chinese in TERMS.items():
            if re.search(rf"\b{term}\b", english):
                assert re.search(chinese, said), (each, term, said)


# Which language is spoken


def test_it_is_set_for_all(monkeypatch):
    assert {"en", "zh"} <= {*words.languages()}
    gv.set_language("zh")
    try:
        assert say("ordinal", n=2) == "第 2 个"
        assert str(gv.trace(lambda x: x * x, x=3.0)).splitlines()[0].split() == [
            "名称", "运算", "值", "梯度",
        ]  # fmt: skip
    finally:
        gv.set_language("en")


@pytest.mark.parametrize(("asked", "spoken"), [("zh", "zh"), ("", "en"), ("xx", "en")])
def test_the_environment_says_which_is_set_at_first(asked, spoken):
    code = "import gradviz.words as w; print(w.language())"
    environment = {**os.environ, words.VARIABLE: asked}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == [spoken]
    told = "GRADVIZ_LANGUAGE: there are no words in 'xx'; there are: en, zh. English is spoken."
    assert (told in run.stderr) == (asked == "xx")


def test_who_hears_of_it_is_not_kept():
    class Hearing:
        heard = 0

        def hear(self):
            Hearing.heard += 1

    one, other = Hearing(), Hearing()
    words.hear(one.hear)
    words.hear(other.hear)
    del other
    with warnings.catch_warnings(action="error"), words.speaking("zh"):
        assert Hearing.heard == 0
    gv.set_language("zh")
    gv.set_language("zh")
    gv.set_language("en")
    assert Hearing.heard == 2
