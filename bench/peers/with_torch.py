"""PyTorch: eager, or with torch.compile."""
import numpy as np

import common
from common import LINEAR, WIDTHS

ARGS = common.arguments(["autoencoder", "small", "xor", "quality", "inference"], ["eager", "compile"])
import torch  # noqa: E402 (after the threads are limited)

torch.set_num_threads(ARGS.threads)


class Torch:
    def __init__(self, variant):
        self.compile = variant == "compile"
        self.wrap = torch.compile if self.compile else lambda f: f
        self.net = None

    def start(self, x, recipe, seed):
        torch.manual_seed(seed)
        self.x, self.recipe = torch.from_numpy(x), recipe
        if self.net is None:  # A second training goes on with what was compiled.
            layers = []
            for i in range(8):
                layers.append(torch.nn.Linear(WIDTHS[i], WIDTHS[i + 1]))
                if i not in LINEAR:
                    layers.append(torch.nn.ReLU())
            self.net = torch.nn.Sequential(*layers)
            bce, mse = torch.nn.BCEWithLogitsLoss(), torch.nn.MSELoss()
            loss = bce if recipe.loss == "bce" else lambda h, x: mse(torch.sigmoid(h), x)
            self.loss = self.wrap(lambda x: loss(self.net(x), x))
            self.forward = self.wrap(self.net)
        linear = [layer for layer in self.net if isinstance(layer, torch.nn.Linear)]
        with torch.no_grad():
            for layer, (w, b) in zip(linear, common.initial_weights(seed)):
                layer.weight.copy_(torch.from_numpy(w.T))
                layer.bias.copy_(torch.from_numpy(b))
        parameters = self.net.parameters()
        self.optimizer = (torch.optim.Adam(parameters, recipe.rate, (0.9, recipe.beta2), fused=True) if recipe.adam
                          else torch.optim.SGD(parameters, recipe.rate, fused=True))

    def train(self, epochs, after_epoch):
        n, batch, step = len(self.x), self.recipe.batch, 0
        for _ in range(epochs):
            order, total = torch.randperm(n), 0.0
            for i in range(0, n, batch):
                rows = order[i:i + batch]
                if self.recipe.steps:
                    self.optimizer.param_groups[0]["lr"] = self.recipe.rate_at(step)
                self.optimizer.zero_grad(set_to_none=True)
                loss = self.loss(self.x[rows])
                loss.backward()
                self.optimizer.step()
                total += loss.detach() * len(rows)
                step += 1
            if after_epoch(float(total) / n):
                return

    def error(self, x):
        with torch.inference_mode():
            x = torch.from_numpy(x)
            return torch.nn.functional.mse_loss(torch.sigmoid(self.forward(x)), x)

    def outputs(self, x):
        with torch.inference_mode():
            return self.forward(torch.from_numpy(x)).numpy()

    def xor(self, steps, x, targets, weights):
        x, targets = torch.from_numpy(x), torch.from_numpy(targets)
        parameters = [torch.from_numpy(w).requires_grad_() for w in weights]
        optimizer, mse = torch.optim.SGD(parameters, 0.5, fused=True), torch.nn.MSELoss()
        if not hasattr(self, "loss"):
            self.loss = self.wrap(lambda a, b, c, d: mse(torch.sigmoid(torch.tanh(x @ a + b) @ c + d), targets))
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = self.loss(*parameters)
            loss.backward()
            optimizer.step()
        return loss.item()


common.run(Torch(ARGS.variant), ARGS)
