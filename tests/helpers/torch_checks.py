"""Whether a traced model of PyTorch is right: its gradients are the framework's own to the bit, the
flows add up, and the model is as it was.
"""

import copy

import numpy as np

import gradviz as gv

SEED = 5


def leaves(torch, made):
    return [
        each
        for each in torch.utils._pytree.tree_leaves(made)
        if each.is_floating_point() and each.requires_grad
    ]


def own_gradients(torch, model, inputs, loss=None):
    """By the framework: of parameters, then of inputs; None where it gives none."""
    model = copy.deepcopy(model)
    inputs = [
        each.clone().requires_grad_() if each.is_floating_point() else each for each in inputs
    ]
    given = [each * 1.0 if each.is_floating_point() else each for each in inputs]
    torch.manual_seed(SEED)
    made = model(*given)
    total = loss(made) if loss else sum(each.sum() for each in leaves(torch, made))
    total.backward()
    return (
        float(total.detach()),
        {name: each.grad for name, each in model.named_parameters()},
        [each.grad for each in inputs],
    )


def state_of(torch, model):
    """All that a trace must leave as it is."""
    return {
        "state": {name: each.clone() for name, each in model.state_dict().items()},
        "gradients": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "hooks": [
            (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks), m.training)
            for m in model.modules()
        ],
        "attributes": [sorted(m.__dict__) for m in model.modules()],
        "asks": [p.requires_grad for p in model.parameters()],
        "random": torch.get_rng_state(),
        "global hooks": len(torch.nn.modules.module._global_forward_hooks)
        + len(torch.nn.modules.module._global_forward_pre_hooks),
    }


def are_same(torch, one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(are_same(torch, one[k], other[k]) for k in one)
    if isinstance(one, list):
        return all(are_same(torch, a, b) for a, b in zip(one, other, strict=True))
    return one == other


def assert_right(torch, model, inputs, loss=None, **options):
    """Every gradient is the framework's own, the flows add up, the model is as it was."""
    value, parameters, expected = own_gradients(torch, model, inputs, loss)
    before = state_of(torch, model)
    torch.manual_seed(SEED)
    random = torch.get_rng_state()
    graph = gv.trace_torch(model, *inputs, loss=loss, **options)
    assert torch.equal(torch.get_rng_state(), random)
    torch.set_rng_state(before["random"])
    assert are_same(torch, state_of(torch, model), before)
    run = graph.example
    assert run.value == value
    for name, gradient in parameters.items():
        if name in run.grads:
            assert_equal(run.grads[name], gradient, name)
        else:
            assert gradient is None, name
    for name, gradient in zip(graph.input_names, expected):
        assert_equal(run.grads[name], gradient, name)
    assert_flows_add_up(graph)
    return graph


def assert_equal(found, expected, name):
    expected = np.zeros(np.shape(found)) if expected is None else expected.numpy()
    assert np.array_equal(found, expected), name


def assert_flows_add_up(graph):
    run = graph.example
    for node in graph.nodes:
        flows = [run.flows[edge] for edge in graph.edges if edge.source is node]
        adjoint = run.adjoints[node]
        if flows:
            most = max(float(np.max(np.abs(flow))) for flow in flows)
            assert np.allclose(sum(flows[1:], flows[0]), adjoint, 1e-5, 1e-6 * (1 + most)), node
        else:
            assert node is graph.output or not np.any(adjoint)
