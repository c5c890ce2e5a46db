"""Films of trainings: what they hold is what the model gave, and they show themselves once."""

import json
import struct
from base64 import b64decode
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from lesson_code import NOTEBOOKS, played

import gradviz as gv
from gradviz.audit import NoFigure, audit
from gradviz.live import shown

training = import_module("gradviz.live.plots.training")  # whose name there is the function's


def small(count=3, **options):
    """A film of a model with one weight: it is 2 ** epoch."""
    film = gv.plot.training(np.eye(2).reshape(2, 1, 2), ["a", "b"], **options)
    for epoch in range(count):
        film.add(
            1 / 2**epoch,
            weights=np.array([[[2.0**epoch, -(2.0**epoch)]]]),
            verdicts=["a", "ab"[epoch % 2]],
            gradients={"w": [3.0 * 2**-epoch, 4.0 * 2**-epoch, 0.0, 0.0]},
        )
    return film


def test_what_it_holds_is_what_it_was_told():
    film = small()
    assert [frame.epoch for frame in film.frames] == [0, 1, 2]
    assert [frame.loss for frame in film.frames] == [1.0, 0.5, 0.25]
    assert [frame.gradients for frame in film.frames] == [{"w": 2.5 / 2**each} for each in range(3)]
    assert [frame.right(["a", "b"]) for frame in film.frames] == [1, 2, 1]
    told = film.told()
    assert [*map(float, told["numbers"][1]["numbers"])] == [1.0, 0.5, 1.25]
    assert told["given"]["layers"] == ["w"]
    shades = struct.unpack("2b", b64decode(told["numbers"][2]["weights"]))
    assert shades == (127, -127)
    assert told["numbers"][2]["most"] == 4.0
    assert str(film).splitlines()[-1].split() == ["2", "0.25", "1", "of", "2", "0.625"]


def test_weights_are_kept_as_they_were():
    film, weights = gv.plot.training(), np.ones((1, 1, 2))
    film.add(1.0, weights=weights)
    weights *= 5
    film.add(0.5, weights=weights, epoch=10)
    assert [frame.weights.tolist() for frame in film.frames] == [[[[1, 1]]], [[[5, 5]]]]
    assert film.frames[-1].epoch == 10


def test_shades_are_as_fine_as_a_byte():
    weights = np.random.default_rng(0).normal(size=(4, 5, 6))
    film = gv.plot.training()
    film.add(1.0, weights=weights)
    (frame,) = film.told()["numbers"]
    found = np.frombuffer(b64decode(frame["weights"]), np.int8).reshape(4, 5, 6)
    most = frame["most"]
    assert most == np.quantile(np.abs(weights), 0.99)
    expected = np.clip(weights, -most, most)
    np.testing.assert_allclose(found / 127 * most, expected, atol=most / 254 + 1e-12)


def test_a_training_that_diverges_is_shown_as_it_is():
    film = gv.plot.training(epochs=2)
    for loss in (1.0, float("inf"), float("nan")):
        film.add(loss, weights=[[[loss, 1.0]]], gradients={"w": loss})
    frames = film.told()["numbers"]
    assert [frame["numbers"][1] for frame in frames] == ["1.0", "inf", "nan"]
    assert struct.unpack("2b", b64decode(frames[2]["weights"])) == (-128, 127)
    json.dumps(film.told(), allow_nan=False)
    assert film.plot.svg.startswith("<svg")
    assert str(film).splitlines()[-1].split() == ["2", "nan", "nan"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"weights": [1.0]}, r"weights are an array of shape \(number, rows, columns\)"),
        ({"verdicts": ["a"]}, "1 verdicts, but 2 answers"),
        ({"weights": [[[1.0]]]}, "each epoch is to tell of the same parts"),
        ({}, "each epoch is to tell of the same parts"),
        ({"verdicts": ["a", "b"], "epoch": 0}, "epoch 0 comes after epoch 0"),
    ],
)
def test_what_does_not_fit_is_refused(told, why):
    film = gv.plot.training(answers=["a", "b"])
    film.add(1.0, verdicts=["a", "a"])
    with pytest.raises(ValueError, match=why):
        film.add(0.5, **told)
    assert len(film.frames) == 1
    with pytest.raises(ValueError, match="there are 2 pictures, but 1 answers"):
        gv.plot.training(np.ones((2, 3, 3)), [1])
    with pytest.raises(TypeError, match="the loss must be a real number"):
        film.add("0.5")


def test_long_films_have_all_numbers_and_some_pictures():
    film = gv.plot.training()
    for epoch in range(300):
        film.add(1.0, weights=np.full((1, 2, 2), float(epoch)))
    frames = film.told()["numbers"]
    assert len(frames) == 300
    pictured = [frame["weights"] is not None for frame in frames]
    assert sum(pictured) == 100
    assert pictured[0] and pictured[-1]
    assert len(str(film).splitlines()) == 10


def test_the_film_of_the_lesson(monkeypatch):
    """It is small, and its last epoch is the trained network."""
    monkeypatch.chdir(NOTEBOOKS)
    space = played(6)
    film = space["run"]
    told = film.told()
    del told["words"]
    assert len(json.dumps(told)) < 250_000
    assert [frame.epoch for frame in film.frames] == [*range(21)]
    losses = [frame.loss for frame in film.frames]
    assert losses[0] > 2 and losses[-1] < 0.1
    right = told["numbers"][-1]["right"] / told["given"]["total"]
    assert f"{right:.0%} right" == space["trained"]


# In a notebook


class Shell:
    """A kernel's, as far as a film knows it; `run` is the run of the cell that runs now."""

    def __init__(self):
        self.run, self.after = "1", []
        self.events = SimpleNamespace(
            register=lambda name, act: self.after.append(act),
            unregister=lambda name, act: self.after.remove(act),
            callbacks={"post_run_cell": [shown._ran]},
        )
        self.display_formatter = None
        self.can_ask = True

    def get_parent(self):
        return {
            "header": {"msg_id": self.run},
            "content": {"allow_stdin": self.can_ask},
            "metadata": {"cellId": "a"} if self.can_ask else {},
        }


@pytest.fixture
def shell(monkeypatch):
    shell, seen = Shell(), []
    monkeypatch.setattr(shown, "get_ipython", lambda: shell)
    monkeypatch.setattr(training, "get_ipython", lambda: shell)
    monkeypatch.setattr(training, "display", lambda film: seen.append(film._repr_mimebundle_()[0]))
    shell.seen = seen
    return shell


def formatted(film):
    """What IPython makes of it."""
    return DisplayFormatter().format(film)[0]


def test_it_shows_itself_once_in_a_run(shell):
    film = small(1, epochs=2)
    assert len(shell.seen) == 1
    assert "application/vnd.jupyter.widget-view+json" in shell.seen[0]
    assert film.is_new
    assert len(film.numbers) == 1
    film.add(0.5, weights=[[[1.0, 1.0]]], verdicts=["a", "b"], gradients={"w": 1.0})
    (after,) = shell.after
    after()
    assert shell.after == []
    assert len(film.numbers) == 2
    assert formatted(film) == {}  # at the end of the cell
    shell.run = "2"  # in another one
    assert "image/png" in formatted(film)


def test_where_nobody_looks_it_is_shown_at_the_end_as_it_is(shell):
    shell.can_ask = False
    film = gv.plot.training()
    assert formatted(film) == {}  # there is nothing yet
    assert film._repr_mimebundle_() == ({"text/plain": "training, as it was recorded"}, {})
    film.add(1.0)
    film.add(0.5)
    assert shell.seen == []
    data = formatted(film)
    assert data["text/plain"] == str(film)
    assert {"image/png", "text/html"} <= set(data)
    assert "application/vnd.jupyter.widget-view+json" not in data


def test_frames_that_come_fast_are_sent_together(shell, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(training.time, "monotonic", lambda: now[0])
    film = gv.plot.training(epochs=9)
    sent = []
    film.observe(lambda change: sent.append(len(change.new)), "numbers")
    for _ in range(10):
        now[0] += 0.1
        film.add(1.0)
    assert sent[-1] == 10  # the last at once
    assert len(sent) <= 6


def test_it_is_saved_as_a_page_or_a_picture(tmp_path):
    film = small()
    page = film.save(tmp_path / "film.html").read_text("utf-8")
    assert '"kind":"training"' in page
    with pytest.raises(NoFigure, match="it is a plot"):
        audit(page)
    assert "<script" not in film.save(tmp_path / "still.html", live=False).read_text("utf-8")
    assert film.save(tmp_path / "film.svg").read_text("utf-8").startswith("<?xml")
    assert gv.plot.training().text == "training, as it was recorded"


def test_lines_of_layers_are_told_apart():
    """By colour and by dashes, in the still picture as in the page."""
    film = gv.plot.training()
    for epoch in (1.0, 0.5):
        film.add(epoch, gradients={name: [epoch] for name in "abcd"})
    lines = film.plot.figure.axes[2].lines
    assert len({line.get_color() for line in lines}) == 4
    assert len({(line.get_linestyle(), str(line._dash_pattern)) for line in lines}) == 4
    assert {line.get_alpha() for line in lines} == {None}
    names = {text.get_text(): text.get_color() for text in film.plot.figure.axes[2].texts}
    assert [names[name] for name in "abcd"] == [line.get_color() for line in lines]
