"""Records what other implementations of calibration compute, for tests/calibration.rs to compare with.

    pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    python record.py > recorded.json

Sigmoids: scipy's minimum of the likelihood of Lin, Lin and Weng, and scikit-learn's `_sigmoid_calibration`. Coupling: the
linear system of the conditions of the optimum of Wu, Lin and Weng's second method, solved by numpy.
"""

import json
from importlib.metadata import version

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration

random = np.random.Generator(np.random.PCG64(2026))


def sigmoid(n, separation, share):
    positive = random.uniform(size=n) < share
    positive[:2] = [True, False]
    values = np.round(random.normal(0, 1, n) + separation * np.where(positive, 1, -1), 4)
    n_positive, n_negative = positive.sum(), (~positive).sum()
    target = np.where(positive, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))

    def loss(ab):
        z = ab[0] * values + ab[1]
        p = expit(-z)
        gradient = np.array([(target - p) @ values, (target - p).sum()])
        return (target * z + np.logaddexp(0, -z)).sum(), gradient

    def hessian(ab):
        p = expit(-(ab[0] * values + ab[1]))
        w = p * (1 - p)
        return np.array([[w @ values**2, w @ values], [w @ values, w.sum()]])

    start = np.array([0.0, np.log((n_negative + 1) / (n_positive + 1))])
    found = minimize(loss, start, jac=True, hess=hessian, method="trust-exact", options={"gtol": 1e-10})
    a, b = _sigmoid_calibration(values, positive.astype(int))
    return {
        "values": values.tolist(), "positive": positive.tolist(), "a": float(found.x[0]), "b": float(found.x[1]),
        "scikit_learn": [float(a), float(b)],
    }


def coupling(classes):
    r = np.zeros((classes, classes))
    pairs = []
    for a in range(classes):
        for b in range(a + 1, classes):
            r[a, b] = np.round(random.uniform(0.02, 0.98), 6)
            r[b, a] = 1 - r[a, b]
            pairs.append(float(r[a, b]))
    q = -r * r.T
    np.fill_diagonal(q, (r**2).sum(axis=0))
    system = np.block([[q, np.ones((classes, 1))], [np.ones((1, classes)), np.zeros((1, 1))]])
    p = np.linalg.solve(system, np.append(np.zeros(classes), 1.0))[:classes]
    assert p.min() > 0
    return {"pairs": pairs, "probabilities": p.tolist()}


print(json.dumps({
    "versions": {name: version(name) for name in ("scikit-learn", "scipy", "numpy")},
    "sigmoids": [sigmoid(*arguments) for arguments in [(60, 0.7, 0.5), (80, 0.2, 0.2), (50, 3.0, 0.5), (40, -0.5, 0.7)]],
    "couplings": [coupling(classes) for classes in (2, 3, 4, 7, 10)],
}, separators=(",", ":")))
