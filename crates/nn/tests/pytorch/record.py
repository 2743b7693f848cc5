"""Records what PyTorch computes, for tests/pytorch.rs to compare with.

    python record.py > recorded.json

Inputs come from a seeded generator, rounded to float32 so that both precisions see the same numbers; everything is
computed in float64 and printed so that it reads back exactly. Parameters are flat, weight then bias, with a weight
stored n_in x n_out (a torch Linear stores n_out x n_in).
"""

import json
import platform

import numpy as np
import torch
from torch.nn import functional
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
generator = np.random.Generator(np.random.PCG64(2026))


def tensor(array):
    return torch.tensor(np.asarray(array, dtype=np.float32).astype(np.float64))


def normal(*shape):
    return tensor(generator.normal(size=shape))


def unit(*shape):
    return tensor(generator.uniform(size=shape))


def flat(*tensors):
    return [x for tensor in tensors for x in tensor.detach().flatten().tolist()]


# Layers.

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": functional.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


def passes(config, function, x, parameters=()):
    """Forward, and backward under a random upstream gradient."""
    for leaf in (x, *parameters):
        leaf.requires_grad_(True)
    y = function(x)
    dy = normal(*y.shape)
    y.backward(dy)
    return {
        "config": config,
        "batch": x.shape[0],
        "x": flat(x),
        "parameters": flat(*parameters),
        "y": flat(y),
        "dy": flat(dy),
        "dx": flat(x.grad),
        "dparameters": flat(*(parameter.grad for parameter in parameters)),
    }


def dense(name, function, batch=5, n_in=7, n_out=4):
    weight, bias = normal(n_in, n_out), normal(n_out)
    activation = {"leaky_relu": 0.1} if name == "leaky_relu" else name
    config = {"kind": "dense", "units": n_out, "activation": activation}
    run = lambda x: function(functional.linear(x, weight.T, bias))
    return passes(config, run, normal(batch, n_in), (weight, bias))


def activation(name, function):
    config = {"kind": name, "slope": 0.1} if name == "leaky_relu" else {"kind": name}
    # A kink, and tails where a careless formula overflows or loses all digits.
    x = torch.cat([normal(3, 6), tensor([[0.0, 1e-3, -1e-3, 12.0, -12.0, -30.0]])])
    return passes(config, function, x)


def layers():
    cases = [dense(name, function) for name, function in ACTIVATIONS.items()]
    # Large enough for packed products and for several threads.
    cases.append(dense("tanh", torch.tanh, batch=33, n_in=19, n_out=21))
    cases += [activation(name, function) for name, function in ACTIVATIONS.items()]
    x = torch.cat([normal(3, 6), tensor([[50.0, -50.0, 0.0, 49.0, 1.0, -1.0]])])
    cases.append(passes({"kind": "softmax"}, lambda x: functional.softmax(x, dim=1), x))
    return cases


# Losses.


def loss(name, config, function, prediction, target, torch_target=None):
    prediction.requires_grad_(True)
    value = function(prediction, target if torch_target is None else torch_target)
    value.backward()
    return {
        "name": name,
        "config": config,
        "batch": prediction.shape[0],
        "prediction": flat(prediction),
        "target": flat(target),
        "value": value.item(),
        "gradient": flat(prediction.grad),
    }


def losses():
    mse, huber = {"kind": "mse"}, {"kind": "huber", "delta": 0.7}
    bce, cross_entropy = {"kind": "bce_with_logits"}, {"kind": "cross_entropy_with_logits"}
    bce_loss = functional.binary_cross_entropy_with_logits
    huber_loss = lambda p, t: functional.huber_loss(p, t, delta=0.7)
    # Wide enough for whole vectors and a rest.
    batch, width = 4, 19
    classes = torch.tensor(generator.integers(width, size=batch))
    one_hot = functional.one_hot(classes, width).to(torch.float64)
    # In 64ths, so that every row adds up to 1 exactly.
    soft = tensor(generator.multinomial(64, np.full(width, 1 / width), size=batch) / 64)
    extreme = tensor([[50.0, -50.0, 50.0, -50.0, 0.0, 50.0]])
    shares = tensor([[1.0, 0.0, 0.0, 1.0, 0.5, 0.25]])
    peaks = tensor([[50.0, -50.0, 0.0], [-50.0, 50.0, 49.0], [-50.0, -50.0, -50.0]])
    wrong = torch.tensor([1, 0, 2])
    wrong_one_hot = functional.one_hot(wrong, 3).to(torch.float64)
    shared = tensor([[0.5, 0.25, 0.25]] * 3)
    return [
        loss("mse", mse, functional.mse_loss, normal(batch, width), normal(batch, width)),
        loss("huber", huber, huber_loss, normal(batch, width), normal(batch, width)),
        loss("huber far away", huber, huber_loss, extreme.clone(), shares),
        loss("bce", bce, bce_loss, normal(batch, width), unit(batch, width)),
        loss("bce of extreme logits", bce, bce_loss, extreme.clone(), shares),
        loss("classes", cross_entropy, functional.cross_entropy, normal(batch, width), one_hot, classes),
        loss("soft labels", cross_entropy, functional.cross_entropy, normal(batch, width), soft),
        loss("classes, extreme logits", cross_entropy, functional.cross_entropy, peaks.clone(), wrong_one_hot, wrong),
        loss("soft labels, extreme logits", cross_entropy, functional.cross_entropy, peaks.clone(), shared),
    ]


# Optimisers.

SGD = {"kind": "sgd"}
MOMENTUM = {"kind": "sgd", "momentum": 0.9}
NESTEROV = {"kind": "sgd", "momentum": 0.9, "nesterov": True}
ADAM, ADAMW = {"kind": "adam"}, {"kind": "adamw", "weight_decay": 0.0}


def torch_optimizer(config, parameters, rate):
    settings = {key: value for key, value in config.items() if key not in ("kind", "beta1", "beta2", "epsilon")}
    if config["kind"] == "sgd":
        return torch.optim.SGD(parameters, lr=rate, **settings)
    settings["betas"] = (config.get("beta1", 0.9), config.get("beta2", 0.999))
    settings["eps"] = config.get("epsilon", 1e-8)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[config["kind"]](parameters, lr=rate, **settings)


START, GRADIENTS = normal(21), normal(10, 21)


def optimizer(config, rate):
    """The parameters after each step along the recorded gradients."""
    parameters = START.clone()
    rule = torch_optimizer(config, [parameters], rate)
    after = []
    for gradient in GRADIENTS:
        parameters.grad = gradient.clone()
        rule.step()
        after.append(flat(parameters))
    return {"config": config, "learning_rate": rate, "after": after}


def optimizers():
    return [
        optimizer(SGD, 0.1),
        optimizer(SGD | {"weight_decay": 0.01}, 0.1),
        optimizer(MOMENTUM, 0.05),
        optimizer(MOMENTUM | {"weight_decay": 0.01}, 0.05),
        optimizer(NESTEROV, 0.05),
        optimizer(NESTEROV | {"weight_decay": 0.01}, 0.05),
        optimizer(ADAM, 0.01),
        optimizer(ADAM | {"weight_decay": 0.1}, 0.01),
        optimizer(ADAM | {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, 0.02),
        optimizer(ADAMW, 0.01),
        optimizer(ADAMW | {"weight_decay": 0.1}, 0.01),
    ]


# Schedules: the rate of every step.


def schedule(config, scheduler, steps, steps_per_epoch, steps_per_change):
    rule = torch.optim.SGD([torch.zeros(1)], lr=config["learning_rate"])
    scheduler = scheduler(rule)
    rates = []
    for step in range(steps):
        rates.append(rule.param_groups[0]["lr"])
        rule.step()
        if (step + 1) % steps_per_change == 0:
            scheduler.step()
    return {"config": config, "steps_per_epoch": steps_per_epoch, "rates": rates}


def schedules():
    steps, warmup = 60, 7
    rise = lambda rule: lr_scheduler.LinearLR(rule, start_factor=1 / warmup, end_factor=1.0, total_iters=warmup - 1)
    fall = lambda rule: lr_scheduler.CosineAnnealingLR(rule, T_max=steps - warmup, eta_min=0.001)
    both = lambda rule: lr_scheduler.SequentialLR(rule, [rise(rule), fall(rule)], milestones=[warmup])
    return [
        schedule(
            {"learning_rate": 0.3, "decay": {"step": {"every": 3, "factor": 0.5}}},
            lambda rule: lr_scheduler.StepLR(rule, step_size=3, gamma=0.5),
            steps, 5, 5,
        ),
        schedule(
            {"learning_rate": 0.2, "decay": {"cosine": {"floor": 0.01}}},
            lambda rule: lr_scheduler.CosineAnnealingLR(rule, T_max=steps, eta_min=0.01),
            steps, 5, 1,
        ),
        schedule({"learning_rate": 0.2, "warmup_steps": warmup}, rise, steps, 5, 1),
        schedule(
            {"learning_rate": 0.2, "decay": {"cosine": {"floor": 0.001}}, "warmup_steps": warmup},
            both, steps, 5, 1,
        ),
    ]


# Whole trainings of a small autoencoder 12-8-3-8-12.

WIDTHS = [12, 8, 3, 8, 12]
SAMPLES = 16


def autoencoder():
    scale = lambda n_in, n_out: np.sqrt(2.0 / (n_in + n_out))
    pairs = list(zip(WIDTHS, WIDTHS[1:]))
    return [part for n_in, n_out in pairs
            for part in (tensor(normal(n_in, n_out).numpy() * scale(n_in, n_out)), tensor(normal(n_out).numpy() * 0.1))]


def output(parameters, x):
    for i in range(0, len(parameters), 2):
        x = functional.linear(x, parameters[i].T, parameters[i + 1])
        if i + 2 < len(parameters):
            x = torch.relu(x)
    return x


def training(config, rate, batches, cosine=False, clip_norm=None):
    """The losses and the last parameters of ten steps; batches are lists of positions."""
    parameters, data = autoencoder(), unit(SAMPLES, WIDTHS[0])
    start = flat(*parameters)
    for parameter in parameters:
        parameter.requires_grad_(True)
    rule = torch_optimizer(config, parameters, rate)
    scheduler = lr_scheduler.CosineAnnealingLR(rule, T_max=len(batches)) if cosine else None
    losses, norms = [], []
    for positions in batches:
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
        "batches": batches,
        "start": start,
        "losses": losses,
        "end": flat(*parameters),
    }


def trainings():
    everything = list(range(SAMPLES))
    mini = [generator.permutation(SAMPLES)[: 5 - step % 2].tolist() for step in range(10)]
    return [
        training(ADAM, 0.01, [everything] * 10, cosine=True),
        training(NESTEROV | {"weight_decay": 0.01}, 0.3, mini),
        # One step whose gradient is clipped, and one that is short enough.
        training(SGD, 0.5, [everything], clip_norm=0.01),
        training(SGD, 0.5, [everything], clip_norm=100.0),
    ]


def main():
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    print('{\n"versions": ' + json.dumps(versions), end="")
    print(',\n"start": ' + json.dumps(flat(START)), end="")
    print(',\n"gradients": ' + json.dumps([flat(gradient) for gradient in GRADIENTS]), end="")
    for name, cases in [("layers", layers()), ("losses", losses()), ("optimizers", optimizers()),
                        ("schedules", schedules()), ("trainings", trainings())]:
        print(f',\n"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]", end="")
    print("\n}")


if __name__ == "__main__":
    main()
