"""Records what scikit-learn computes, for tests/scikit_learn.rs to compare with.

    python record.py > recorded.json

Another processor changes last digits: for a new list, take only its lines.

Inputs come from a seeded generator; numbers are printed so that they read back exactly, NaN as null. Classes are
numbered from 0 and always stated (`labels=range(classes)`), so that classes that occur nowhere count.
"""

import json
import math
import platform
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.filterwarnings("ignore")  # about the very cases that are recorded on purpose
generator = np.random.Generator(np.random.PCG64(2026))


def plain(value):
    """Python's numbers, lists and null."""
    if isinstance(value, np.ndarray):
        return [plain(x) for x in value.ravel()]
    if isinstance(value, (float, np.floating)):
        return None if math.isnan(value) else float(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    return value


# Classes.


def decisions(name, actual, predicted, classes):
    actual, predicted = np.asarray(actual), np.asarray(predicted)
    labels = list(range(classes))
    names = ["a class with a long name" if c == 1 and classes == 3 else f"class {c}" for c in labels]
    scores = []
    for zero in (0.0, 1.0, np.nan):
        arguments = {"labels": labels, "zero_division": zero}
        p, r, f, s = metrics.precision_recall_fscore_support(actual, predicted, **arguments)
        case = {"zero_division": zero, "precision": p, "recall": r, "f1": f, "support": s}
        for average in ("micro", "macro", "weighted"):
            mean = metrics.precision_recall_fscore_support(actual, predicted, average=average, **arguments)
            case[average] = [plain(x) for x in mean[:3]]
        # Where nothing is right, scikit-learn prints the supports as 1.0 by mistake.
        if np.any(actual == predicted):
            case["text"] = metrics.classification_report(actual, predicted, target_names=names, **arguments)
            case["text_4"] = metrics.classification_report(actual, predicted, digits=4, **arguments)
        scores.append({key: plain(value) for key, value in case.items()})
    return {
        "name": name,
        "classes": classes,
        "actual": plain(actual),
        "predicted": plain(predicted),
        "accuracy": metrics.accuracy_score(actual, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
        "confusion": plain(metrics.confusion_matrix(actual, predicted, labels=labels)),
        "names": names,
        "scores": scores,
    }


def noisy(rows, classes, right):
    """Unequal classes, of which the share `right` and some more by luck is recognised."""
    weights = np.arange(1, classes + 1)
    actual = generator.choice(classes, size=rows, p=weights / weights.sum())
    predicted = np.where(generator.uniform(size=rows) < right, actual, generator.integers(classes, size=rows))
    return actual, predicted, classes


def all_decisions():
    digits = generator.integers(10, size=200)
    return [
        decisions("perfect", [0, 1, 2, 2], [0, 1, 2, 2], 3),
        decisions("all wrong", [0, 1, 2, 2], [1, 2, 0, 0], 3),
        decisions("never predicted", [0, 1, 2, 2, 1], [0, 0, 2, 2, 0], 3),
        decisions("absent in truth", [0, 0, 2, 2, 0], [0, 1, 2, 1, 0], 3),
        decisions("absent everywhere", [0, 0, 2, 2], [0, 2, 2, 2], 4),
        decisions("never predicted and absent in truth", [0, 0, 2, 2], [1, 1, 2, 2], 4),
        decisions("what is defined weighs nothing", [0, 0, 0], [1, 1, 1], 3),
        decisions("constant", [0, 1, 2, 1], [1, 1, 1, 1], 3),
        decisions("one class", [1, 1, 1], [1, 1, 1], 2),
        decisions("one sample", [0], [1], 2),
        # Eighths: where the second digit is rounded from a tie.
        decisions("eighths", [0] * 8 + [1] * 8, [0] * 1 + [1] * 7 + [1] * 3 + [0] * 5, 2),
        decisions("two classes", *noisy(300, 2, 0.7)),
        decisions("five classes", *noisy(500, 5, 0.5)),
        decisions("ten classes", digits, np.where(generator.uniform(size=200) < 0.9, digits, 3), 10),
        decisions("forty classes, many of them rare", *noisy(400, 40, 0.6)),
    ]


# Probabilities and rankings.


def two(name, actual, p):
    actual, p = np.asarray(actual), np.asarray(p, dtype=float)
    return {
        "name": name,
        "actual": [bool(y) for y in actual],
        "probabilities": plain(p),
        "log_loss": metrics.log_loss(actual, p, labels=[0, 1]),
        "brier_score": metrics.brier_score_loss(actual, p, pos_label=1),
        "roc_auc": plain(metrics.roc_auc_score(actual, p)),
    }


def all_two():
    y = generator.integers(2, size=400)
    good = 1 / (1 + np.exp(-generator.normal(size=400) - 2 * y + 1))
    return [
        two("perfect", [0, 1, 1, 0], [0.0, 1.0, 1.0, 0.0]),
        two("sure and wrong", [0, 1, 1, 0], [1.0, 0.0, 1.0, 0.0]),
        two("upside down", [0, 0, 1, 1], [0.9, 0.8, 0.3, 0.1]),
        two("constant", [0, 1, 1, 0, 1], [0.3] * 5),
        two("ties", [0, 1, 1, 0, 1, 0, 0], [0.5, 0.5, 0.7, 0.7, 0.7, 0.2, 0.2]),
        two("one class", [1, 1, 1], [0.2, 0.5, 0.9]),
        two("near the ends", [0, 1, 0, 1], [1e-17, 1 - 1e-16, 1 - 1e-12, 1e-300]),
        two("random", y, good),
        two("random, many ties", y, np.round(good, 1)),
        two("rare", np.arange(400) % 80 == 0, generator.uniform(size=400)),
    ]


def several(name, actual, p):
    actual, p = np.asarray(actual), np.asarray(p, dtype=float)
    labels = list(range(p.shape[1]))
    areas = {
        average: plain(metrics.roc_auc_score(actual, p, multi_class="ovr", average=average, labels=labels))
        for average in ("micro", "macro", "weighted")
    } if p.shape[1] > 2 else None
    return {
        "name": name,
        "classes": p.shape[1],
        "actual": plain(actual),
        "probabilities": plain(p),
        "log_loss": metrics.log_loss(actual, p, labels=labels),
        "brier_score": metrics.brier_score_loss(actual, p, labels=labels),
        "roc_auc": areas,
    }


def softmax(rows, classes, strength, actual=None):
    actual = np.arange(rows) ** 2 % classes if actual is None else actual
    logits = generator.normal(size=(rows, classes)) + strength * np.eye(classes)[actual]
    p = np.exp(logits)
    return actual, p / p.sum(axis=1, keepdims=True)


def all_several():
    y3, y10 = generator.integers(3, size=150), generator.integers(10, size=300)
    y3[:3] = [0, 1, 2]
    y10[:10] = range(10)
    coarse = generator.multinomial(8, [0.5, 0.3, 0.2], size=150) / 8
    return [
        several("two classes", *softmax(60, 2, 1.5)),
        several("perfect", [0, 1, 2, 1], np.eye(3)[[0, 1, 2, 1]]),
        several("all wrong", [0, 1, 2, 1], np.eye(3)[[1, 2, 0, 0]]),
        several("constant", [0, 1, 2, 1], [[0.5, 0.25, 0.25]] * 4),
        several("ties", y3, coarse),
        several("three classes", *softmax(150, 3, 1.0, y3)),
        several("ten classes", *softmax(300, 10, 2.0, y10)),
        several("a class absent in truth", [0, 1, 1, 0], [[0.2, 0.5, 0.3], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4], [1, 0, 0]]),
    ]


# Numbers.


def numbers(name, actual, predicted):
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    return {
        "name": name,
        "actual": plain(actual),
        "predicted": plain(predicted),
        "r2": metrics.r2_score(actual, predicted),
        "mean_absolute_error": metrics.mean_absolute_error(actual, predicted),
        "mean_squared_error": metrics.mean_squared_error(actual, predicted),
        "root_mean_squared_error": metrics.root_mean_squared_error(actual, predicted),
    }


def all_numbers():
    y = generator.normal(size=500)
    return [
        numbers("perfect", [1.5, -2.0, 3.0], [1.5, -2.0, 3.0]),
        numbers("constant targets, perfect", [-2.0, -2.0, -2.0], [-2.0, -2.0, -2.0]),
        numbers("constant targets, nearly perfect", [-2.0, -2.0, -2.0], [-2.0, -2.0, -2.0 + 1e-8]),
        numbers("constant predictions", [1.0, 2.0, 6.0], [3.0, 3.0, 3.0]),
        numbers("worse than the mean", [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]),
        numbers("two", [1.0, 2.0], [1.25, 2.5]),
        numbers("random", y, y + 0.3 * generator.normal(size=500)),
        numbers("far from zero", 1000 + y, 1000 + y + 0.3 * generator.normal(size=500)),
        numbers("of all sizes", y * 10.0 ** (np.arange(500) % 12 - 6), y),
    ]


# Weighted samples. A generator of their own leaves the lists above as they are.


def weighted(name, rows, classes, weights, draw):
    actual = draw.integers(classes, size=rows)
    actual[:classes] = range(classes)
    predicted = np.where(draw.uniform(size=rows) < 0.6, actual, draw.integers(classes, size=rows))
    logits = np.round(draw.normal(size=(rows, classes)) + np.eye(classes)[actual], 1)  # with ties
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = draw.normal(size=rows) + 10
    guess = y + 0.5 * draw.normal(size=rows)
    labels, w = list(range(classes)), {"sample_weight": weights}
    scores = metrics.precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0.0, **w)
    report = {"labels": labels, "zero_division": 0.0, "digits": 4, **w}
    return {
        "name": name,
        "classes": classes,
        "weights": plain(weights),
        "actual": plain(actual),
        "predicted": plain(predicted),
        "probabilities": plain(p),
        "y": plain(y),
        "guess": plain(guess),
        "accuracy": metrics.accuracy_score(actual, predicted, **w),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted, **w),
        "confusion": plain(metrics.confusion_matrix(actual, predicted, labels=labels, **w)),
        "scores": [plain(x) for x in scores],
        "f2": plain(metrics.fbeta_score(actual, predicted, beta=2, average="weighted", labels=labels, **w)),
        "text": metrics.classification_report(actual, predicted, **report),
        "log_loss": metrics.log_loss(actual == 0, p[:, 0], labels=[0, 1], **w),
        "brier_score": metrics.brier_score_loss(actual == 0, p[:, 0], pos_label=1, **w),
        "roc_auc": plain(metrics.roc_auc_score(actual == 0, p[:, 0], **w)),
        "multiclass_log_loss": metrics.log_loss(actual, p, labels=labels, **w),
        "multiclass_brier_score": metrics.brier_score_loss(actual, p, labels=labels, **w),
        "roc_auc_one_vs_rest": {
            average: plain(metrics.roc_auc_score(actual, p, multi_class="ovr", average=average, **w))
            for average in ("micro", "macro", "weighted")
        } if classes > 2 else None,
        "r2": metrics.r2_score(y, guess, **w),
        "mean_absolute_error": metrics.mean_absolute_error(y, guess, **w),
        "mean_squared_error": metrics.mean_squared_error(y, guess, **w),
        "root_mean_squared_error": metrics.root_mean_squared_error(y, guess, **w),
    }


def all_weighted():
    draw = np.random.Generator(np.random.PCG64(13))
    halves = np.arange(40) % 5 / 2.0  # some of them 0, and their sums exact
    return [
        weighted("ones", 30, 3, np.ones(30), draw),
        weighted("halves", 40, 3, halves, draw),
        weighted("two classes", 50, 2, draw.uniform(size=50), draw),
        weighted("any", 120, 4, draw.exponential(size=120), draw),
        weighted("of all sizes", 120, 4, 10.0 ** draw.uniform(-6, 6, size=120), draw),
        weighted("large", 60, 5, 1e100 * draw.uniform(size=60), draw),
    ]


def main():
    recorded = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "decisions": all_decisions(),
        "two_classes": all_two(),
        "several_classes": all_several(),
        "numbers": all_numbers(),
        "weighted": all_weighted(),
    }
    print("{")
    for i, (key, value) in enumerate(recorded.items()):
        last = "" if i == len(recorded) - 1 else ","
        if isinstance(value, dict):
            print(f"{json.dumps(key)}: {json.dumps(value)}{last}")
            continue
        print(f"{json.dumps(key)}: [")
        print(",\n".join(json.dumps(case, allow_nan=False) for case in value))
        print(f"]{last}")
    print("}")


main()
