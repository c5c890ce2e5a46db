"""What is written of PyTorch's tensors, and calls of which one of several results is used: the same
gradients to the bit.
"""

import pytest
from torch_checks import assert_right

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("torch"),
    pytest.mark.filterwarnings("ignore:The tensor attributes:UserWarning"),  # of LSTM, by export
]
WRITTEN = [
    "x**2", "x**3.0", "2**x", "x**x", "1 / x", "1 - x", "x % 0.4", "-x", "abs(x)", "x @ x.T",
    "x * (x > 1)", "x[0] * x[:, 1]", "sum(k * row for k, row in enumerate(x))", "x.norm()",
]  # fmt: skip
ONE_OF_SEVERAL = [
    "torch.split(x, 1)[0] ** 2", "torch.unbind(x)[1]", "x.chunk(3, 1)[2]", "x.max(1)[0]",
    "torch.linalg.svd(x)[1]", "torch.linalg.qr(x)[1]", "torch.linalg.slogdet(x)[1]",
    "torch.std_mean(x)[0]", "torch.aminmax(x)[1]", "sum(torch.var_mean(x))",
]  # fmt: skip
LAYERS = [
    pytest.param(layer, loss, id=f"{layer}-{name}")
    for layer, name, loss in (
        ("LSTM", "out", lambda made: made[0].sum()),
        ("LSTM", "h", lambda made: made[1][0].sum()),
        ("LSTM", "c", lambda made: (made[1][1] ** 2).sum()),
        ("GRU", "h", lambda made: made[1].sum()),
    )
]
of_each_detail = pytest.mark.parametrize("detail", ["functions", "operations"])


def applied(torch, function):
    """A module that does what a function does."""

    class Applied(torch.nn.Module):
        def forward(self, x):
            return function(x)

    return Applied()


@pytest.fixture
def x(torch):
    torch.manual_seed(2)
    return torch.rand(3, 3, dtype=torch.float64) + 0.5


@of_each_detail
@pytest.mark.parametrize("text", [*WRITTEN, *ONE_OF_SEVERAL])
def test_functions_of_a_tensor(torch, x, text, detail):
    function = eval(f"lambda x: {text}", {"torch": torch})
    assert_right(torch, applied(torch, function), (x,), detail=detail)


@of_each_detail
@pytest.mark.parametrize(("layer", "loss"), LAYERS)
def test_a_loss_of_one_of_several_results(torch, layer, loss, detail):
    torch.manual_seed(1)
    model = getattr(torch.nn, layer)(3, 4).double()
    x = torch.rand(2, 5, 3, dtype=torch.float64)
    assert_right(torch, model, (x,), loss, detail=detail)


@of_each_detail
def test_a_loss_of_what_stands_in_a_dictionary(torch, x, detail):
    model = applied(torch, lambda x: {"one": x.exp(), "more": (x.sin(), [x.cos()])})
    assert_right(torch, model, (x,), lambda made: made["more"][1][0].sum(), detail=detail)
