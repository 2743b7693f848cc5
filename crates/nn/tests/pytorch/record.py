"""Records what PyTorch computes, for tests/pytorch.rs to compare with.

    python record.py            records every case anew
    python record.py NAME ...   records the cases of these names, or of names that begin with NAME and a slash

A case is one line of recorded.json. Its inputs come from a generator that is seeded by its name, rounded to float32 so that
both precisions see the same numbers; so recording one case leaves the others as they are. Everything is computed in float64 and
printed so that it reads back exactly. Other versions of PyTorch, or another processor, may differ in the last digits.

Weights are stored n_in x n_out (a torch Linear stores n_out x n_in). A layer that draws random numbers cannot be recorded while
it does: record it for evaluation, and test what it draws by itself.
"""

import hashlib
import json
import pathlib
import platform
import sys

import numpy as np
import torch
from torch.nn import functional
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

FILE = pathlib.Path(__file__).with_name("recorded.json")

# The cases: name -> function of a Draw that gives a dictionary.
CASES = {}


class Draw:
    """The random inputs of one case."""

    def __init__(self, name):
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        self.generator = np.random.Generator(np.random.PCG64(seed))

    def normal(self, *shape):
        return tensor(self.generator.normal(size=shape))

    def unit(self, *shape):
        return tensor(self.generator.uniform(size=shape))


def tensor(array):
    return torch.tensor(np.asarray(array, dtype=np.float32).astype(np.float64))


def flat(*tensors):
    return [x for tensor in tensors for x in tensor.detach().flatten().tolist()]


# Layers and operations: forward, and backward under a random upstream gradient.


def layer(name, config, function, x, parameters=lambda draw: (), adds=()):
    """A layer of one input: `function(x, *parameters)`; `x` and `parameters` are drawn by functions of a Draw.

    `adds` names the tensors whose elements are sums that may cancel ("y", "dx", "dparameters"): they are compared to the
    rounding of the largest. All others are compared digit by digit, but that dx may be off by the rounding of its dy.
    """
    operation(name, config, function, lambda draw: [x(draw)], parameters, adds)


def operation(name, config, function, inputs, parameters=lambda draw: (), adds=()):
    """An operation of several inputs; indices are inputs of integers, smaller than the first parameter has rows."""

    def case(draw):
        values, weights = inputs(draw), parameters(draw)
        leaves = [value for value in values if value.is_floating_point()]
        for leaf in (*leaves, *weights):
            leaf.requires_grad_(True)
        y = function(*values, *weights)
        dy = draw.normal(*y.shape)
        y.backward(dy)
        return {
            "config": config,
            "batch": values[0].shape[0],
            "adds": list(adds),
            "inputs": [
                {
                    "shape": list(value.shape[1:]),
                    "values": flat(value),
                    "below": None if value.is_floating_point() else weights[0].shape[0],
                }
                for value in values
            ],
            "parameters": [flat(weight) for weight in weights],
            "y": flat(y),
            "dy": flat(dy),
            "dx": [flat(value.grad) if value.is_floating_point() else [] for value in values],
            "dparameters": [flat(weight.grad) for weight in weights],
        }

    CASES[f"layer/{name}"] = case


def activation(name, function, **settings):
    """An activation: as a layer, and behind the sum of a dense layer."""
    value = next(iter(settings.values())) if settings else None
    config = {"kind": "dense", "units": 4, "activation": {name: value} if settings else name}
    dense = lambda x, weight, bias: function(functional.linear(x, weight.T, bias))
    weights = lambda n_in, n_out: lambda draw: (draw.normal(n_in, n_out), draw.normal(n_out))
    sums = ("y", "dx", "dparameters")
    layer(f"dense, {name}", config, dense, lambda draw: draw.normal(5, 7), weights(7, 4), sums)
    if name == "tanh":
        # Large enough for packed products and for several threads.
        layer("large dense", config | {"units": 21}, dense, lambda draw: draw.normal(33, 19), weights(19, 21), sums)
    # A kink, and tails where a careless formula overflows or loses all digits.
    tails = tensor([[0.0, 1e-3, -1e-3, 12.0, -12.0, -30.0]])
    layer(name, {"kind": name} | settings, function, lambda draw: torch.cat([draw.normal(3, 6), tails]))


activation("identity", lambda x: x * 1.0)
activation("relu", functional.relu)
activation("leaky_relu", lambda x: functional.leaky_relu(x, 0.1), slope=0.1)
activation("elu", lambda x: functional.elu(x, 0.8), alpha=0.8)
activation("sigmoid", torch.sigmoid)
activation("tanh", torch.tanh)

layer("dense, transposed", {"kind": "dense", "units": 4, "activation": "tanh", "transposed": True},
      lambda x, weight, bias: torch.tanh(functional.linear(x, weight, bias)), lambda draw: draw.normal(5, 7),
      lambda draw: (draw.normal(4, 7), draw.normal(4)), adds=("y", "dx", "dparameters"))

peaks = tensor([[50.0, -50.0, 0.0, 49.0, 1.0, -1.0]])
layer("softmax", {"kind": "softmax"}, lambda x: functional.softmax(x, dim=1),
      lambda draw: torch.cat([draw.normal(3, 6), peaks]), adds=("dx",))

operation("add", {"kind": "add"}, lambda a, b, c: a + b + c, lambda draw: [draw.normal(4, 3, 2) for _ in range(3)],
          adds=("y",))
operation("multiply", {"kind": "multiply"}, torch.mul, lambda draw: [draw.normal(4, 6) for _ in range(2)])
operation("concatenate", {"kind": "concatenate"}, lambda *x: torch.cat(x, dim=-1),
          lambda draw: [draw.normal(4, 3, channels) for channels in (2, 1, 4)])
operation("embedding", {"kind": "embedding", "width": 3}, functional.embedding,
          lambda draw: [torch.tensor(draw.generator.integers(5, size=(4, 6)))], lambda draw: (draw.normal(5, 3),),
          adds=("dparameters",))


# Losses. A target is numbers, or a class index a row; weights are of rows.


def loss(name, config, function, prediction, target, weights=None):
    """`function(prediction, target)` gives the terms of each row, added up, and their number in a row."""

    def case(draw):
        p, t = prediction(draw), target(draw)
        w = None if weights is None else weights(draw)
        p.requires_grad_(True)
        rows, terms = function(p, t)
        value = (rows / terms).mean() if w is None else (w * rows / terms).sum() / w.sum()
        value.backward()
        return {
            "config": config,
            "batch": p.shape[0],
            "prediction": flat(p),
            "target": flat(t) if t.is_floating_point() else None,
            "classes": None if t.is_floating_point() else t.tolist(),
            "weights": None if w is None else flat(w),
            "value": value.item(),
            "gradient": flat(p.grad),
        }

    CASES[f"loss/{name}"] = case


def elements(function, **settings):
    """A loss that is a mean over all elements."""
    return lambda p, t: (function(p, t, reduction="none", **settings).sum(1), p.shape[1])


# Wide enough for whole vectors and a rest.
normal = lambda draw: draw.normal(4, 19)
share = lambda draw: draw.unit(4, 19)
weight = lambda draw: torch.cat([draw.unit(3), torch.zeros(1)])
extreme = lambda draw: tensor([[50.0, -50.0, 50.0, -50.0, 0.0, 50.0]])
shares = lambda draw: tensor([[1.0, 0.0, 0.0, 1.0, 0.5, 0.25]])

for case, prediction, target, weights in [("", normal, normal, None), (", weighted", normal, normal, weight),
                                          (" far away", extreme, shares, None)]:
    loss(f"mae{case}", {"kind": "mae"}, elements(functional.l1_loss), prediction, target, weights)
    loss(f"mse{case}", {"kind": "mse"}, elements(functional.mse_loss), prediction, target, weights)
    huber = elements(functional.huber_loss, delta=0.7)
    loss(f"huber{case}", {"kind": "huber", "delta": 0.7}, huber, prediction, target, weights)

bce = elements(functional.binary_cross_entropy_with_logits)
loss("bce", {"kind": "bce_with_logits"}, bce, normal, share)
loss("bce, weighted", {"kind": "bce_with_logits"}, bce, normal, share, weight)
loss("bce of extreme logits", {"kind": "bce_with_logits"}, bce, extreme, shares)

cross_entropy = lambda p, t: (functional.cross_entropy(p, t, reduction="none"), 1)
classes = lambda draw: torch.tensor(draw.generator.integers(19, size=4))
# In 64ths, so that every row adds up to 1 exactly.
soft = lambda draw: tensor(draw.generator.multinomial(64, np.full(19, 1 / 19), size=4) / 64)
sure = lambda draw: tensor([[50.0, -50.0, 0.0], [-50.0, 50.0, 49.0], [-50.0, -50.0, -50.0]])
for case, prediction, target, weights in [
    ("", normal, classes, None),
    (", weighted", normal, classes, weight),
    (", soft labels", normal, soft, None),
    (", extreme logits", sure, lambda draw: torch.tensor([1, 0, 2]), None),
    (", soft labels, extreme logits", sure, lambda draw: tensor([[0.5, 0.25, 0.25]] * 3), None),
]:
    loss(f"cross-entropy{case}", {"kind": "cross_entropy_with_logits"}, cross_entropy, prediction, target, weights)


# Optimisers: the parameters after each of ten steps.

TORCH_OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
                    "rms_prop": torch.optim.RMSprop}


def torch_optimizer(config, parameters, rate):
    names = {"epsilon": "eps"}
    settings = {names.get(key, key): value for key, value in config.items() if key not in ("kind", "beta1", "beta2")}
    if "adam" in config["kind"]:
        settings["betas"] = (config.get("beta1", 0.9), config.get("beta2", 0.999))
    return TORCH_OPTIMIZERS[config["kind"]](parameters, lr=rate, **settings)


def optimizer(name, config, rate):
    def case(draw):
        start, gradients = draw.normal(21), draw.normal(10, 21)
        parameters = start.clone()
        rule = torch_optimizer(config, [parameters], rate)
        after = []
        for gradient in gradients:
            parameters.grad = gradient.clone()
            rule.step()
            after.append(flat(parameters))
        gradients = [flat(gradient) for gradient in gradients]
        return {"config": config, "learning_rate": rate, "start": flat(start), "gradients": gradients, "after": after}

    CASES[f"optimizer/{name}"] = case


SGD, MOMENTUM = {"kind": "sgd"}, {"kind": "sgd", "momentum": 0.9}
NESTEROV, ADAM = MOMENTUM | {"nesterov": True}, {"kind": "adam"}
optimizer("sgd", SGD, 0.1)
optimizer("sgd, decay", SGD | {"weight_decay": 0.01}, 0.1)
optimizer("momentum", MOMENTUM, 0.05)
optimizer("momentum, decay", MOMENTUM | {"weight_decay": 0.01}, 0.05)
optimizer("nesterov", NESTEROV, 0.05)
optimizer("nesterov, decay", NESTEROV | {"weight_decay": 0.01}, 0.05)
optimizer("adam", ADAM, 0.01)
optimizer("adam, decay", ADAM | {"weight_decay": 0.1}, 0.01)
optimizer("adam, other moments", ADAM | {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, 0.02)
optimizer("adamw", {"kind": "adamw", "weight_decay": 0.0}, 0.01)
optimizer("adamw, decay", {"kind": "adamw", "weight_decay": 0.1}, 0.01)


optimizer("rmsprop", {"kind": "rms_prop"}, 0.01)
optimizer("rmsprop, decay", {"kind": "rms_prop", "alpha": 0.9, "epsilon": 1e-6, "weight_decay": 0.1}, 0.01)


# Schedules: the rate of every step.


def schedule(name, config, scheduler, steps_per_change, steps=60, steps_per_epoch=5):
    def case(draw):
        rule = torch.optim.SGD([torch.zeros(1)], lr=config["learning_rate"])
        changing = scheduler(rule)
        rates = []
        for step in range(steps):
            rates.append(rule.param_groups[0]["lr"])
            rule.step()
            if (step + 1) % steps_per_change == 0:
                changing.step()
        return {"config": config, "steps_per_epoch": steps_per_epoch, "rates": rates}

    CASES[f"schedule/{name}"] = case


WARMUP = 7
rise = lambda rule: lr_scheduler.LinearLR(rule, start_factor=1 / WARMUP, end_factor=1.0, total_iters=WARMUP - 1)
fall = lambda rule: lr_scheduler.CosineAnnealingLR(rule, T_max=60 - WARMUP, eta_min=0.001)
schedule("step", {"learning_rate": 0.3, "decay": {"step": {"every": 3, "factor": 0.5}}},
         lambda rule: lr_scheduler.StepLR(rule, step_size=3, gamma=0.5), 5)
schedule("cosine", {"learning_rate": 0.2, "decay": {"cosine": {"floor": 0.01}}},
         lambda rule: lr_scheduler.CosineAnnealingLR(rule, T_max=60, eta_min=0.01), 1)
schedule("warm-up", {"learning_rate": 0.2, "warmup_steps": WARMUP}, rise, 1)
schedule("warm-up, cosine", {"learning_rate": 0.2, "decay": {"cosine": {"floor": 0.001}}, "warmup_steps": WARMUP},
         lambda rule: lr_scheduler.SequentialLR(rule, [rise(rule), fall(rule)], milestones=[WARMUP]), 1)


# Whole trainings of a small autoencoder 12-8-3-8-12.

WIDTHS = [12, 8, 3, 8, 12]
SAMPLES = 16


def autoencoder(draw):
    scale = lambda n_in, n_out: np.sqrt(2.0 / (n_in + n_out))
    return [part for n_in, n_out in zip(WIDTHS, WIDTHS[1:])
            for part in (tensor(draw.normal(n_in, n_out).numpy() * scale(n_in, n_out)),
                         tensor(draw.normal(n_out).numpy() * 0.1))]


def output(parameters, x):
    for i in range(0, len(parameters), 2):
        x = functional.linear(x, parameters[i].T, parameters[i + 1])
        if i + 2 < len(parameters):
            x = torch.relu(x)
    return x


def training(name, config, rate, batches, cosine=False, clip_norm=None):
    """The losses and the last parameters; `batches(draw)` are lists of positions."""

    def case(draw):
        positions_of_steps = batches(draw)
        parameters, data = autoencoder(draw), draw.unit(SAMPLES, WIDTHS[0])
        start = flat(*parameters)
        for parameter in parameters:
            parameter.requires_grad_(True)
        rule = torch_optimizer(config, parameters, rate)
        scheduler = lr_scheduler.CosineAnnealingLR(rule, T_max=len(positions_of_steps)) if cosine else None
        losses, norms = [], []
        for positions in positions_of_steps:
            x = data[positions]
            rule.zero_grad()
            value = functional.binary_cross_entropy_with_logits(output(parameters, x), x)
            value.backward()
            if clip_norm is not None:
                norms.append(torch.nn.utils.clip_grad_norm_(parameters, clip_norm).item())
            rule.step()
            if scheduler is not None:
                scheduler.step()
            losses.append(value.item())
        return {
            "optimizer": config,
            "schedule": {"learning_rate": rate} | ({"decay": {"cosine": {}}} if cosine else {}),
            "clip_norm": clip_norm,
            "norms": norms,
            "widths": WIDTHS,
            "data": flat(data),
            "batches": positions_of_steps,
            "start": start,
            "losses": losses,
            "end": flat(*parameters),
        }

    CASES[f"training/{name}"] = case


everything = lambda steps: lambda draw: [list(range(SAMPLES))] * steps
mini = lambda draw: [draw.generator.permutation(SAMPLES)[: 5 - step % 2].tolist() for step in range(10)]
training("adam, cosine", ADAM, 0.01, everything(10), cosine=True)
training("nesterov, mini-batches", NESTEROV | {"weight_decay": 0.01}, 0.3, mini)
# One step whose gradient is clipped, and one that is short enough.
training("clipped", SGD, 0.5, everything(1), clip_norm=0.01)
training("short enough", SGD, 0.5, everything(1), clip_norm=100.0)


def main():
    wanted = sys.argv[1:]
    chosen = [name for name in CASES if not wanted or any(name == w or name.startswith(w + "/") for w in wanted)]
    unknown = [w for w in wanted if not any(name == w or name.startswith(w + "/") for name in CASES)]
    if unknown:
        sys.exit(f"no case is named {unknown}: expected some of {list(CASES)}")
    recorded = json.loads(FILE.read_text()) if wanted else {}
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    for name in chosen:
        recorded[name] = CASES[name](Draw(name)) | {"versions": versions}
    # In the order of this file; a case that it no longer has is dropped.
    lines = [f"{json.dumps(name)}: {json.dumps(recorded[name])}" for name in CASES if name in recorded]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
