"""Records what LIBSVM computes, for tests/libsvm.rs to compare with.

    pip install libsvm-official==3.37.0 scikit-learn==1.9.1 numpy==2.4.6
    python record.py latent.npy y.npy

writes data.json and cases.json beside this file. The two arrays are any latent features of MNIST digits (n x 32) and
their labels; their first 1,000 rows are kept, rounded to three decimals.

LIBSVM keeps kernel values in f32 and prints six decimals, so the objective of each binary problem is computed here
from its coefficients, with a kernel in f64. Being optimal, it moves by the square only of the rounding in them. The
coefficients of nu-SVC are divided by a margin that LIBSVM computes from its f32 kernel, so here they are divided by the
margin that they have in f64. What LIBSVM prints is recorded as well.
"""

import json
import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from libsvm.svm import gen_svm_nodearray, libsvm, svm_parameter, svm_problem
from libsvm.svmutil import svm_train
from sklearn import datasets

FOLDER = Path(__file__).parent
random = np.random.Generator(np.random.PCG64(2026))


def scaled(x):
    """Each column to 0 ... 1, in the order of operations of the test; a constant column to 0."""
    low, high = x.min(axis=0), x.max(axis=0)
    return np.where(high > low, (x - low) / np.where(high > low, high - low, 1.0), 0.0)


def load():
    sets = {}

    def add(name, x, y, scale):
        x = np.asarray(x, dtype=np.float64)
        sets[name] = (x, np.asarray(y), scale)

    for name in ("iris", "wine", "breast_cancer"):
        bunch = getattr(datasets, f"load_{name}")()
        add(name, bunch.data, bunch.target, True)
    digits = datasets.load_digits()
    add("digits", digits.data[:600], digits.target[:600], True)
    features, labels = np.load(sys.argv[1])[:1000], np.load(sys.argv[2])[:1000]
    add("latent", np.round(features.astype(np.float64), 3), labels.astype(int), False)
    # Two arcs that overlap, labels -1 and +1.
    angle, side = random.uniform(0, np.pi, 200), np.arange(200) % 2
    arcs = np.stack([np.cos(angle) + side, np.where(side == 1, -1, 1) * np.sin(angle)], axis=1)
    add("arcs", np.round(arcs + random.normal(0, 0.35, arcs.shape), 3), 2 * side - 1, False)
    # Four clouds of unequal size.
    y = np.repeat([3, 1, 7, 5], [120, 90, 60, 30])
    order = random.permutation(len(y))
    centres = random.normal(0, 1.0, (8, 6))
    add("clouds", np.round(centres[y] + random.normal(0, 1.0, (300, 6)), 3)[order], y[order], False)
    diabetes = datasets.load_diabetes(scaled=False)
    add("diabetes", diabetes.data, diabetes.target / 100, True)
    x = random.uniform(-3, 3, (250, 3))
    add("waves", np.round(x, 3), np.round(np.sin(x[:, 0]) + 0.3 * x[:, 1] + random.normal(0, 0.1, 250), 3), False)
    return sets


KERNELS = ["linear", "polynomial", "rbf", "sigmoid", "precomputed"]
FORMULATIONS = ["c_svc", "nu_svc", "one_class", "epsilon_svr", "nu_svr"]


def matrix(x, kernel):
    name, gamma, degree, coef0 = kernel["name"], kernel["gamma"], kernel["degree"], kernel["coef0"]
    if name == "linear":
        return x @ x.T
    if name == "polynomial":
        return (gamma * (x @ x.T) + coef0) ** degree
    if name == "rbf":
        return np.exp(-gamma * ((x[:, None, :] - x[None, :, :]) ** 2).sum(axis=2))
    if name == "sigmoid":
        return np.tanh(gamma * (x @ x.T) + coef0)
    return np.exp(-gamma * np.abs(x[:, None, :] - x[None, :, :]).sum(axis=2))  # precomputed: the Laplace kernel


def printed(body):
    """What the C library writes to standard output meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            result = body()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        file.seek(0)
        return result, file.read().decode()


def with_margin(beta, k, total):
    """The coefficients of a nu-SVC, whose sizes add up to `total` before they are divided by the margin, divided by that
    of the kernel k: half the distance between the mean values of both classes' support vectors between their bounds."""
    beta = beta * total / np.abs(beta).sum()
    between = np.abs(beta) < 1.0 - 1e-9
    values, first, second = k @ beta, between & (beta > 0), between & (beta < 0)
    if not (first.any() and second.any()):
        return None
    return beta / ((values[first].mean() - values[second].mean()) / 2)


def run(name, x, y, formulation, kernel, c=1.0, nu=0.5, epsilon=0.1, weights=()):
    k = matrix(x, kernel)
    precomputed = kernel["name"] == "precomputed"
    rows = np.hstack([np.arange(1, len(x) + 1)[:, None], k]) if precomputed else x
    flags = f"-s {FORMULATIONS.index(formulation)} -t {KERNELS.index(kernel['name'])} -d {kernel['degree']}"
    flags += f" -g {kernel['gamma']!r} -r {kernel['coef0']!r} -c {c!r} -n {nu!r} -p {epsilon!r} -e 1e-6 -m 400 -h 1"
    flags += "".join(f" -w{label} {weight!r}" for label, weight in weights)
    targets = np.ones(len(x)) if formulation == "one_class" else y.astype(float)
    problem = svm_problem(targets, rows, isKernel=True) if precomputed else svm_problem(targets, rows)
    model, text = printed(lambda: svm_train(problem, svm_parameter(flags)))
    # Not svm_predict of svmutil, which gives a nu-SVC of several classes room for one decision value.
    predicted = [libsvm.svm_predict(model, gen_svm_nodearray(row, isKernel=precomputed)[0]) for row in rows]
    at = np.array(model.get_sv_indices()) - 1
    coefficients = np.array(model.get_sv_coef())  # support vectors x (classes - 1)
    objectives, margins = [], []
    if formulation in ("c_svc", "nu_svc"):
        classes = len(model.get_labels())
        sizes = [model.nSV[i] for i in range(classes)]
        starts = np.cumsum([0] + sizes)
        for i in range(classes):
            for j in range(i + 1, classes):
                first, second = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
                beta = np.concatenate([coefficients[first, j - 1], coefficients[second, i]])
                ids = np.concatenate([at[first], at[second]])
                both = np.isin(y, [model.get_labels()[i], model.get_labels()[j]]).sum()
                if formulation == "nu_svc":
                    exact = with_margin(beta, k[np.ix_(ids, ids)], nu * both)
                    beta = beta if exact is None else exact
                quadratic = 0.5 * beta @ k[np.ix_(ids, ids)] @ beta
                linear = np.abs(beta).sum() if formulation == "c_svc" else 0.0
                objectives.append(quadratic - linear)
                margins.append(nu * both / np.abs(beta).sum())
    else:
        beta = coefficients[:, 0]
        linear = 0.0
        if formulation == "epsilon_svr":
            linear = epsilon * np.abs(beta).sum() - targets[at] @ beta
        elif formulation == "nu_svr":
            linear = -targets[at] @ beta
        objectives.append(0.5 * beta @ k[np.ix_(at, at)] @ beta + linear)
    pairs = len(objectives)
    said = [float(value) for value in re.findall(r"obj = (\S+), rho", text)]
    assert len(said) == pairs, text
    if formulation == "nu_svc" and min(margins) < max(0.5, 0.1 * np.abs(np.diag(k)).mean()):
        return None  # the relative error of the objective is up to twice the tolerance over the margin
    if formulation == "one_class" and objectives[0] < 1e-6 * np.diag(k).mean():
        return None  # the origin lies among the samples, and LIBSVM does not converge
    whole = formulation in ("c_svc", "nu_svc", "one_class")
    case = {
        "data": name, "formulation": formulation, "kernel": kernel, "c": c, "nu": nu, "epsilon": epsilon,
        "weights": [[int(label), weight] for label, weight in weights],
        "objectives": objectives, "printed": said, "rho": [model.rho[i] for i in range(pairs)],
        "support_vectors": int(model.l),
        "predicted": [int(value) for value in predicted] if whole else [float(f"{value:.7g}") for value in predicted],
    }
    print(f"{name} {formulation} {kernel['name']} nu {nu} SV {model.l}", file=sys.stderr)
    return case


def main():
    sets, cases = load(), []
    for name, (x, y, scale) in sets.items():
        x = scaled(x) if scale else x
        d, variance = x.shape[1], x.var()
        kernels = [
            {"name": "linear", "gamma": 0.0, "degree": 3, "coef0": 0.0},
            {"name": "polynomial", "gamma": 1.0 / d, "degree": 3, "coef0": 1.0},
            {"name": "rbf", "gamma": round(float(1.0 / (d * variance)), 6), "degree": 3, "coef0": 0.0},
            # Positive semidefinite it never is; with these it nearly is.
            {"name": "sigmoid", "gamma": round(float(0.05 / (d * x.var() + d * x.mean() ** 2)), 6), "degree": 3, "coef0": 0.0},
            {"name": "precomputed", "gamma": 1.0 / d, "degree": 3, "coef0": 0.0},
        ]
        if name == "latent":
            kernels.pop()  # the table alone would be as large as all else
        for kernel in kernels:
            if y.dtype.kind == "i":
                cases.append(run(name, x, y, "c_svc", kernel, c=2.0))
                _, counts = np.unique(y, return_counts=True)
                most = 2 * counts.min() / (counts.min() + counts.max())
                # With a whole number nu n / 2 all coefficients can be at bounds; then the margin is not unique.
                for nu in (0.113, 0.213, 0.313, 0.413, 0.513, 0.613, 0.713, 0.813, 0.913):
                    case = run(name, x, y, "nu_svc", kernel, nu=nu) if nu < most else None
                    if case:
                        cases.append(case)
                        break
                case = run(name, x, y, "one_class", kernel, nu=0.25)
                cases += [case] if case else []
                if name in ("clouds", "arcs") and kernel["name"] in ("linear", "rbf"):
                    weights = [(label, 1.0 + 0.5 * at) for at, label in enumerate(np.unique(y))]
                    cases.append(run(name, x, y, "c_svc", kernel, c=0.5, weights=weights))
            else:
                cases.append(run(name, x, y, "epsilon_svr", kernel, c=2.0, epsilon=0.1))
                cases.append(run(name, x, y, "nu_svr", kernel, c=2.0, nu=0.43))

    def plain(x):
        return [int(v) if v == int(v) else float(v) for v in x.ravel()]

    data = {
        name: {"columns": x.shape[1], "scale": scale, "values": plain(x), "targets": plain(y)}
        for name, (x, y, scale) in sets.items()
    }
    versions = {name: version(name) for name in ("libsvm-official", "scikit-learn", "numpy")}
    versions["python"] = platform.python_version()
    for file, content in (("data.json", data), ("cases.json", {"versions": versions, "cases": cases})):
        (FOLDER / file).write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(len(cases), "cases", file=sys.stderr)


main()
