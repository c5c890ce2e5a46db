"""PyTorch models, measured beside PyTorch alone in the same run; see README.md beside this file."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

SECONDS = 20.0  # of a training


def training():
    """A step of a training, and what shows it."""
    import torch

    import gradviz as gv

    torch.set_num_threads(1)
    torch.manual_seed(0)
    width = 256
    layers = (torch.nn.Linear(width, width), torch.nn.ReLU())
    model = torch.nn.Sequential(*(each for _ in range(3) for each in layers))
    x = torch.randn(64, width)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    view = gv.explore(gv.trace_torch(model, x, loss=lambda made: made.square().mean()))

    def step():
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    return step, view


def refreshed():
    """How long the loop is, in parts of its steps alone, and how many a second are shown."""
    step, view = training()
    view.refresh()  # the first takes longer
    alone = shown = 0.0
    while alone + shown < SECONDS:
        start = time.perf_counter()
        step()
        between = time.perf_counter()
        view.refresh()
        alone += between - start
        shown += time.perf_counter() - between
    return (alone + shown) / alone, len(view.recording.frames) / (alone + shown)


def main():
    ratio, frames = refreshed()
    print(f"a loop with refresh(): {ratio:.3f} times its steps alone, {frames:.1f} shown a second")


if __name__ == "__main__":
    main()
