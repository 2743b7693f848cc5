"""Support vector machines of scikit-learn, plain or with Intel's extension (`intelex`)."""
import statistics
import time

import numpy as np

import common

ARGS = common.arguments(["svm"], ["plain", "intelex"])
if ARGS.variant == "intelex":
    from sklearnex import patch_sklearn
    patch_sklearn(verbose=False)
from sklearn.svm import SVC  # noqa: E402 (after the patch)

x, y, test_x, test_y = (np.load(ARGS.arrays / f"{name}.npy") for name in ("x", "y", "test_x", "test_y"))
fits, predictions = [], []
for _ in range(ARGS.fits):
    start = time.perf_counter()
    machine = SVC(C=10.0, gamma="scale", kernel="rbf", cache_size=1000).fit(x, y)
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    predicted = machine.predict(test_x)
    predictions.append(time.perf_counter() - start)
common.emit(fit_seconds=statistics.median(fits), predict_seconds=statistics.median(predictions), rows=len(x),
            features=x.shape[1], accuracy=float((predicted == test_y).mean()), support_vectors=len(machine.support_),
            peak_mb=common.memory("VmHWM"))
