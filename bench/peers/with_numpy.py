"""NumPy, layer by layer with gradients by hand in f32, as the course report's own library computes."""
import time

import common
from common import LINEAR, sigmoid

ARGS = common.arguments(["autoencoder", "small", "xor", "inference", "load"])
import numpy as np  # noqa: E402 (after the threads are limited)


class NumPy:
    def start(self, x, recipe, seed):
        self.x, self.recipe, self.random = x, recipe, np.random.default_rng(seed)
        self.layers = common.initial_weights(seed)

    def forward(self, x):
        """The input and the output of every layer."""
        values = [x]
        for i, (w, b) in enumerate(self.layers):
            h = values[-1] @ w + b
            values.append(h if i in LINEAR else np.maximum(h, 0))
        return values

    def step(self, x):
        values = self.forward(x)
        h, y = values[-1], sigmoid(values[-1])
        if self.recipe.loss == "bce":
            loss = np.mean(np.maximum(h, 0) - h * x + np.log1p(np.exp(-np.abs(h))))
            gradient = (y - x) / np.float32(x.size)
        else:
            loss = np.mean((y - x) ** 2)
            gradient = 2 * (y - x) * y * (1 - y) / np.float32(x.size)
        for i in reversed(range(8)):
            w, b = self.layers[i]
            if i not in LINEAR:
                gradient = gradient * (values[i + 1] > 0)
            dw, db = values[i].T @ gradient, gradient.sum(0)
            gradient = gradient @ w.T if i else None
            w -= np.float32(self.recipe.rate) * dw
            b -= np.float32(self.recipe.rate) * db
        return float(loss)

    def train(self, epochs, after_epoch):
        n, batch = len(self.x), self.recipe.batch
        for _ in range(epochs):
            order, total = self.random.permutation(n), 0.0
            for i in range(0, n, batch):
                rows = order[i:i + batch]
                total += self.step(self.x[rows]) * len(rows)
            if after_epoch(total / n):
                return

    def error(self, x):
        return np.mean((sigmoid(self.outputs(x)) - x) ** 2, dtype=np.float64)

    def outputs(self, x):
        return self.forward(x)[-1]

    def xor(self, steps, x, targets, weights):
        a, b, c, d = weights
        for _ in range(steps):
            h = np.tanh(x @ a + b)
            y = sigmoid(h @ c + d)
            dz = 2 * (y - targets) * y * (1 - y) / np.float32(4)
            dh = dz @ c.T * (1 - h * h)
            for w, gradient in ((a, x.T @ dh), (b, dh.sum(0)), (c, h.T @ dz), (d, dz.sum(0))):
                w -= np.float32(0.5) * gradient
        return np.mean((y - targets) ** 2)


if ARGS.job == "load":
    begin = time.perf_counter()
    for part in ("train", "t10k"):
        common.read(ARGS.mnist, f"{part}-images-idx3-ubyte", 16), common.read(ARGS.mnist, f"{part}-labels-idx1-ubyte", 8)
    common.emit(load_seconds=time.perf_counter() - begin)
else:
    common.run(NumPy(), ARGS)
