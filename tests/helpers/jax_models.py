"""Functions of JAX, each with arrays to call it with."""

import jax
import jax.numpy as jnp
from jax import lax

KEY = jax.random.key(3)


def normal(*shape, at=0):
    return jax.random.normal(jax.random.fold_in(KEY, at), shape)


def case(name):
    return CASES[name]()


@jax.jit
def layer(parameters, x):
    h = x @ parameters["w"] + parameters["b"]
    return jax.nn.relu(h)


def mlp():
    def model(params, x):
        for each in params:
            x = layer(each, x)
        error = (x - 1.0) ** 2
        loss = error.sum()
        return loss

    sizes = [(3, 5), (5, 2)]
    params = [{"w": normal(*size, at=size[0]), "b": jnp.zeros(size[1])} for size in sizes]
    return model, (params, normal(4, 3))


def shared():
    def model(w, x):
        return jnp.tanh(jnp.tanh(x @ w) @ w) @ w.T

    return model, (normal(3, 3), normal(2, 3, at=1))


def conv():
    def model(kernel, bias, x):
        y = lax.conv_general_dilated(x, kernel, (1, 1), "SAME") + bias[:, None, None]
        y = lax.reduce_window(
            jax.nn.relu(y), -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID"
        )
        return jnp.mean(y, (2, 3))

    return model, (normal(4, 3, 3, 3), normal(4, at=1), normal(2, 3, 6, 6, at=2))


def scan():
    def model(w, xs):
        def step(h, x):
            h = jnp.tanh(w @ h + x)
            return h, h.sum()

        last, sums = lax.scan(step, jnp.zeros(3), xs)
        return last.sum() + (sums**2).sum()

    return model, (normal(3, 3), normal(5, 3, at=1))


def fori():
    def model(x):
        return lax.fori_loop(0, 4, lambda i, y: jnp.sin(y) + x * i, x)

    return model, (normal(3),)


def only_forward():
    def model(x):
        root = lax.while_loop(lambda y: jnp.abs(y * y - 2.0) > 1e-3, lambda y: (y + 2.0 / y) / 2, x)
        return x * lax.stop_gradient(root)

    return model, (jnp.asarray(3.0),)


def cond():
    def model(x):
        return lax.cond(x.sum() > 0, jnp.sin, lambda y: y * y, x)

    return model, (normal(3),)


def attention():
    def model(weights, x):
        q, k, v = (jnp.einsum("bti,ij->btj", x, weights[name]) for name in "qkv")
        scores = jnp.einsum("bti,bsi->bts", q, k) / 2.0
        mask = jnp.tril(jnp.ones((3, 3), bool))
        return jax.nn.softmax(jnp.where(mask, scores, -jnp.inf)) @ v

    return model, ({name: normal(4, 4, at=ord(name)) for name in "qkv"}, normal(2, 3, 4))


def embedding():
    def model(table, tokens):
        return jnp.tanh(table[tokens]).sum(0)

    return model, (normal(5, 3), jnp.array([1, 4, 1]))


def branches():
    def model(x, y):
        return jnp.where(x > y, x * y, x - y), jnp.maximum(x, 0.0), jnp.clip(y, -0.5, 0.5)

    return model, (normal(4), normal(4, at=1))


def checkpoint():
    def model(x):
        return jax.checkpoint(lambda y: jnp.sin(jnp.sin(y)) * y)(x)

    return model, (normal(3),)


@jax.custom_jvp
def bent(x):
    return jnp.maximum(x, 0.0)


bent.defjvp(lambda primals, tangents: (bent(*primals), 0.5 * tangents[0]))


@jax.custom_vjp
def twice(x, y):
    return x * y


twice.defvjp(
    lambda x, y: (x * y, (x, y)), lambda held, back: (2 * back * held[1], 3 * back * held[0])
)


def own_derivatives():
    def model(x):
        return bent(x) + twice(x, jnp.cos(x)) + jax.nn.relu(x * 0.0)

    return model, (normal(3),)


def stopped():
    def model(x):
        return x * lax.stop_gradient(jnp.sqrt(x * 0.0)) + x

    return model, (normal(3),)


def square():
    def model(x):
        return x * x + x**3 - 2.0**x / (1 + jnp.exp(-x))

    return model, (normal(3),)


def dropout():
    def model(x, key):
        kept = jax.random.bernoulli(key, 0.5, x.shape)
        return jnp.where(kept, x / 0.5, 0.0) * x

    return model, (normal(8), jax.random.PRNGKey(1))


def many_results():
    def model(x):
        first, second = jnp.split(x, 2)
        values, _ = lax.top_k(x, 2)
        return {"product": first * second, "most": values, "count": jnp.argmax(x)}

    return model, (normal(4),)


def half():
    def model(x, w):
        return (x.astype(jnp.bfloat16) @ w).astype(jnp.float32)

    return model, (normal(2, 3), normal(3, 2, at=1).astype(jnp.bfloat16))


def batched():
    def model(w, x):
        return jax.vmap(lambda each: jnp.tanh(w @ each))(x)

    return model, (normal(2, 3), normal(4, 3, at=1))


def held():
    weights = normal(3, 2)

    def model(x):
        return jnp.tanh(x @ weights) + jnp.arange(2.0) * jax.random.normal(KEY, (2,))

    return model, (normal(4, 3, at=1),)


def special():
    def model(x):
        a = x @ x.T + 3.0 * jnp.eye(3)
        return jnp.linalg.slogdet(a)[1] + jnp.linalg.inv(a).sum() + jax.nn.logsumexp(x)

    return model, (normal(3, 3),)


CASES = {
    "mlp": mlp, "shared": shared, "conv": conv, "scan": scan, "fori": fori,
    "while": only_forward, "cond": cond, "attention": attention, "embedding": embedding,
    "branches": branches, "checkpoint": checkpoint, "own derivatives": own_derivatives,
    "stopped": stopped, "square": square, "dropout": dropout, "many results": many_results,
    "half": half, "batched": batched, "held": held, "special": special,
}  # fmt: skip
