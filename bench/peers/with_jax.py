"""JAX: a whole epoch compiled (`scan`), or a compiled step called from Python (`steps`)."""
from functools import partial

import numpy as np

import common
from common import LINEAR

ARGS = common.arguments(["autoencoder", "small", "xor", "quality", "inference"], ["scan", "steps"])
import jax  # noqa: E402 (after the threads are limited)
import jax.numpy as jnp  # noqa: E402


def forward(parameters, x):
    for i, (w, b) in enumerate(parameters):
        x = x @ w + b
        x = x if i in LINEAR else jax.nn.relu(x)
    return x


def bce(h, x):
    return jnp.mean(jnp.maximum(h, 0) - h * x + jnp.log1p(jnp.exp(-jnp.abs(h))))


def mse(h, x):
    return jnp.mean((jax.nn.sigmoid(h) - x) ** 2)


def update(recipe, state, gradients):
    """Plain gradient descent, or Adam. The state: parameters, first and second moments, steps done."""
    parameters, m, v, step = state
    rate = recipe.rate_at(step, jnp.cos, jnp.where)
    if not recipe.adam:
        return jax.tree.map(lambda p, g: p - rate * g, parameters, gradients), m, v, step + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    beta2 = recipe.beta2
    v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradients)
    t = step + 1.0
    move = lambda p, m, v: p - rate * (m / (1 - 0.9 ** t)) / (jnp.sqrt(v / (1 - beta2 ** t)) + 1e-8)
    return jax.tree.map(move, parameters, m, v), m, v, step + 1


def step_of(recipe):
    loss = bce if recipe.loss == "bce" else mse

    def step(state, x):
        value, gradients = jax.value_and_grad(lambda p: loss(forward(p, x), x))(state[0])
        return update(recipe, state, gradients), value

    return step


class Jax:
    def __init__(self, variant):
        self.steps = variant == "steps"
        self.run, self.compiled = jax.jit(forward), {}
        self.mse = jax.jit(lambda parameters, x: mse(forward(parameters, x), x))

    def start(self, x, recipe, seed):
        self.recipe, self.key, self.random = recipe, jax.random.PRNGKey(seed), np.random.default_rng(seed)
        self.x = x if self.steps else jnp.asarray(x)
        parameters = [tuple(map(jnp.asarray, layer)) for layer in common.initial_weights(seed)]
        zeros = jax.tree.map(jnp.zeros_like, parameters) if recipe.adam else None
        self.state = (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.int32))
        # What was compiled for a recipe serves a second training.
        name = repr(recipe)
        if name not in self.compiled:
            step = step_of(recipe)
            self.compiled[name] = jax.jit(step, donate_argnums=0) if self.steps else jax.jit(partial(epoch, step, recipe.batch), donate_argnums=0)
        self.epoch = self.epoch_of_steps if self.steps else self.epoch_at_once

    def epoch_at_once(self):
        self.key, key = jax.random.split(self.key)
        self.state, loss = self.compiled[repr(self.recipe)](self.state, self.x, key)
        return float(loss)

    def epoch_of_steps(self):
        order, batch, losses = self.random.permutation(len(self.x)), self.recipe.batch, []
        for i in range(0, len(order), batch):
            rows = order[i:i + batch]
            self.state, loss = self.compiled[repr(self.recipe)](self.state, self.x[rows])
            losses.append(loss * len(rows))
        return float(jnp.stack(losses).sum()) / len(order)

    def train(self, epochs, after_epoch):
        for _ in range(epochs):
            if after_epoch(self.epoch()):
                return

    def error(self, x):
        return self.mse(self.state[0], x)

    def outputs(self, x):
        return np.asarray(self.run(self.state[0], x))

    def xor(self, steps, x, targets, weights):
        if "xor" not in self.compiled:
            def step(p, _):
                loss = lambda p: jnp.mean((jax.nn.sigmoid(jnp.tanh(x @ p[0] + p[1]) @ p[2] + p[3]) - targets) ** 2)
                value, gradients = jax.value_and_grad(loss)(p)
                return [p - 0.5 * g for p, g in zip(p, gradients)], value

            whole = lambda p: jax.lax.scan(step, p, None, length=steps)
            self.compiled["xor"] = jax.jit(lambda p: step(p, None)) if self.steps else jax.jit(whole)
        run, p = self.compiled["xor"], [jnp.asarray(w) for w in weights]
        if not self.steps:
            return float(run(p)[1][-1])
        for _ in range(steps):
            p, loss = run(p)
        return float(loss)


def epoch(step, batch, state, x, key):
    """All full batches in a loop, then the rest, which is smaller."""
    n = len(x)
    full = n // batch * batch
    order = jax.random.permutation(key, n)
    state, losses = jax.lax.scan(lambda state, rows: step(state, x[rows]), state, order[:full].reshape(-1, batch))
    total = losses.sum() * batch
    if full < n:
        state, last = step(state, x[order[full:]])
        total += last * (n - full)
    return state, total / n


common.run(Jax(ARGS.variant), ARGS)
