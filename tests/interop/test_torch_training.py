"""A model while it trains: the newest step is shown, seldom enough, and what was is recorded."""

import doctest
import time

import numpy as np
import pytest

import gradviz as gv
from gradviz.live import newest
from gradviz.live.explore import Explorer

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("torch")]


@pytest.fixture
def training(torch):
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(5, 9), nn.Tanh(), nn.Dropout(0.5), nn.Linear(9, 3))
    x, y = torch.randn(12, 5), torch.randint(3, (12,))
    optimizer = torch.optim.SGD(model.parameters(), 0.5)

    def loss(logits):
        return nn.functional.cross_entropy(logits, y)

    def step():
        optimizer.zero_grad()
        loss(model(x)).backward()
        optimizer.step()

    return model, gv.explore(gv.trace_torch(model, x, loss=loss)), step


def of_now(torch, model, view):
    """Whether the view shows the parameters that the model has now."""
    return all(
        np.array_equal(view.view.whole.primals[name], each.detach().numpy())
        for name, each in model.named_parameters()
    )


def test_it_shows_the_newest_step_and_changes_nothing(torch, training):
    model, view, step = training
    before = view.view.numbers
    step()
    state = {name: each.clone() for name, each in model.state_dict().items()}
    gradients = [each.grad.clone() for each in model.parameters()]
    random = torch.get_rng_state()
    structure = view.view.structure
    run = view.refresh()
    assert of_now(torch, model, view)
    assert view.view.numbers != before
    assert view.view.structure is structure  # only numbers are sent
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(each, state[name]) for name, each in model.state_dict().items())
    assert all(map(torch.equal, (each.grad for each in model.parameters()), gradients))
    assert view.recording.frames[-1].loss == run.value


def test_calls_in_between_return_at_once_and_the_last_step_is_shown(torch, training, monkeypatch):
    model, view, step = training
    monkeypatch.setattr(newest, "PAUSE", 60.0)
    shown = []
    view.view.observe(shown.append, "numbers")
    for _ in range(40):
        step()
        view.refresh(of=40)
    assert len(shown) == 2  # the first and the last
    assert of_now(torch, model, view)
    assert [frame.epoch for frame in view.recording.frames] == [1, 40]
    bar = view.children[0]
    assert (bar.value, bar.max, bar.description) == (40, 40, "step 40 of 40")


def test_it_rests_so_long_that_a_loop_is_hardly_slowed(torch, training):
    _, view, _ = training
    work = 0.0
    show = view.view.refresh

    def timed():
        nonlocal work
        start = time.perf_counter()
        found = show()
        work += time.perf_counter() - start
        return found

    view.view.refresh = timed
    view.refresh()
    rests = view._newest._free - time.monotonic()
    assert rests + 0.01 >= max(newest.PAUSE, work * 24 * 0.9)


def test_a_recording_is_a_page_and_names_layers(torch, training, tmp_path, monkeypatch):
    _, view, step = training
    monkeypatch.setattr(newest, "PAUSE", 0.0)
    monkeypatch.setattr(newest, "SHARE", 1.0)
    for _ in range(5):
        step()
        view.refresh()
    film = view.recording
    assert len(film.frames) == 5
    assert [*film.frames[0].gradients] == ["0", "3"]
    losses = [frame.loss for frame in film.frames]
    assert losses[-1] < losses[0]
    page = film.save(tmp_path / "training.html").read_text(encoding="utf-8")
    assert repr(losses[2]) in page


def test_it_follows_another_way_through_the_model(torch):
    class Way(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = torch.nn.Linear(2, 2)
            self.is_other = False

        def forward(self, x):
            return -self.a(x) if self.is_other else self.a(x)

    model = Way()
    view = gv.explore(gv.trace_torch(model, torch.ones(1, 2)))
    model.is_other = True
    view.refresh()
    assert "neg" in [node.gate.name for node in view.run.graph.operations]


def test_what_is_no_model_is_updated():
    view = gv.explore(gv.trace(lambda x: x * 2, x=1.0))
    with pytest.raises(TypeError, match="use `update`"):
        view.refresh()
    with pytest.raises(TypeError, match="has its inputs already"):
        gv.explore(gv.trace(lambda x: x * 2, x=1.0), x=(0, 1))


def test_its_example_runs():
    text = Explorer.refresh.__doc__.replace("# doctest: +SKIP", "")
    example = doctest.DocTestParser().get_doctest(text, {}, "refresh", None, None)
    assert not doctest.DocTestRunner().run(example).failed
