"""What the Python peers share: the jobs and their options, MNIST, the recipes, timing, memory, and the JSON they print.

A peer is a class whose `start(x, recipe, seed)` makes a network, whose `train(epochs, after_epoch)` trains it and calls
`after_epoch(loss)` after every epoch (true: stop), whose `error(x)` is the mean squared error of reconstructions, and whose
`outputs(x)` runs it.
"""
import argparse
import gzip
import json
import math
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WIDTHS = [784, 256, 128, 64, 32, 64, 128, 256, 784]
LINEAR = (3, 7)  # The layers without ReLU.


@dataclass
class Recipe:
    """How the autoencoder is trained."""
    batch: int
    loss: str = "bce"  # binary cross-entropy on logits, or "mse" of the sigmoid
    rate: float = 0.1
    adam: bool = False
    beta2: float = 0.999  # of Adam
    warmup: int = 0
    steps: int = 0  # of the whole schedule; 0: the rate is constant

    def rate_at(self, step, cosine=math.cos, where=lambda c, a, b: a if c else b):
        """The learning rate of a step (from 0): a linear rise, then half a cosine down to 0."""
        if not self.steps:
            return self.rate
        u = (step - self.warmup) / max(self.steps - self.warmup, 1)
        return where(step < self.warmup, self.rate * (step + 1) / self.warmup, self.rate * 0.5 * (1 + cosine(math.pi * u)))


def arguments(jobs, variants=("plain",)):
    """The command line; limits the threads, so call it before the framework is imported."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=jobs)
    parser.add_argument("--variant", choices=variants, default=variants[0])
    parser.add_argument("--mnist", type=Path, default=Path("data/mnist"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rows", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--trainings", type=int, default=2, help="of which the last is timed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=5000, help="of xor")
    parser.add_argument("--target", type=float, default=0.008067, help="the test MSE of quality")
    parser.add_argument("--arrays", type=Path, help="the folder that `pellucid bench arrays` wrote, or the job's in it")
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--passes", type=int, default=2000)
    parser.add_argument("--fits", type=int, default=1)
    args = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(args.threads)
    if hasattr(os, "sched_setaffinity"):  # Some runtimes start a thread a core whatever they are told.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    return args


def read(folder, name, header):
    """A file of MNIST without its header."""
    with gzip.open(folder / f"{name}.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def images(folder, part, rows=None):
    """The first images of `train` or `t10k`, as numbers from 0 to 1 in f32."""
    return np.divide(read(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 784)[:rows], np.float32(255), dtype=np.float32)


def pooled(folder, arrays):
    """The training and test images of the pooled split, the same rows as ours."""
    both = np.concatenate([read(folder, f"{part}-images-idx3-ubyte", 16) for part in ("train", "t10k")]).reshape(-1, 784)
    rows = (np.load(arrays / "split" / f"{part}.npy") for part in ("train", "test"))
    return [np.divide(both[r], np.float32(255), dtype=np.float32) for r in rows]


def initial_weights(seed):
    """He normal, Xavier normal for the last layer, biases zero."""
    random = np.random.default_rng(seed)
    scales = [math.sqrt(2 / n) for n in WIDTHS[:-2]] + [math.sqrt(2 / (WIDTHS[-2] + WIDTHS[-1]))]
    shapes = zip(WIDTHS, WIDTHS[1:])
    return [(random.standard_normal(shape, np.float32) * np.float32(s), np.zeros(shape[1], np.float32))
            for shape, s in zip(shapes, scales)]


def memory(field):
    """VmHWM (peak) or VmRSS (now) of this process in MB (10^6 bytes); None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(field + ":")), None)


def emit(**figures):
    print(json.dumps({name: float(x) if isinstance(x, np.floating) else x for name, x in figures.items()}))


class Watch:
    """Notes seconds and losses of the epochs, and the memory after the first."""

    def __init__(self):
        self.seconds, self.losses, self.first_mb, self.clock = [], [], None, time.perf_counter()

    def __call__(self, loss):
        self.seconds.append(time.perf_counter() - self.clock)
        self.losses.append(float(loss))
        if len(self.seconds) == 1:
            self.first_mb = memory("VmRSS")
        self.clock = time.perf_counter()

    def growth(self):
        return self.first_mb and memory("VmRSS") - self.first_mb


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def autoencoder(peer, args):
    """The full size."""
    peer.start(images(args.mnist, "train", args.rows or 50400), Recipe(args.batch or 256), args.seed)
    watch = Watch()
    peer.train(args.epochs or 4, watch)
    later = watch.seconds[1:]
    emit(epoch_seconds=statistics.median(later) if later else None, first_epoch_seconds=watch.seconds[0],
         final_loss=watch.losses[-1], peak_mb=memory("VmHWM"), growth_mb=watch.growth())


def small(peer, args):
    """Table 12: 2,000 images, 15 epochs, batches of 32, MSE on a sigmoid. With one training the process itself is timed,
    and nothing tested."""
    x, growth = images(args.mnist, "train", args.rows or 2000), None
    for training in range(args.trainings):
        peer.start(x, Recipe(args.batch or 32, loss="mse"), args.seed)
        start, watch = time.perf_counter(), Watch()
        peer.train(args.epochs or 15, watch)
        seconds = time.perf_counter() - start
        growth = watch.growth() if training == 0 else growth
    emit(train_seconds=seconds, final_loss=watch.losses[-1], losses=watch.losses, growth_mb=growth,
         test_mse=float(peer.error(images(args.mnist, "t10k"))) if args.trainings > 1 else None,
         peak_mb=memory("VmHWM"))


def quality(peer, args):
    """Until the test set is reconstructed well, by the recipe of `pellucid bench quality`."""
    x, test = pooled(args.mnist, args.arrays)
    epochs, batch, reached = 6, 128, []
    recipe = Recipe(batch, rate=0.006, adam=True, beta2=0.98, warmup=400, steps=epochs * math.ceil(len(x) / batch))
    peer.start(x, recipe, args.seed)
    done = []

    def after_epoch(_):
        done.append(float(peer.error(test)))
        if done[-1] <= args.target:
            reached.append(len(done))
        return bool(reached)

    peer.train(epochs, after_epoch)
    emit(epochs=reached[0] if reached else None, test_mse=done[-1], peak_mb=memory("VmHWM"))


def time_passes(run, args):
    """Times passes over test images; the first, with compilation, is not counted."""
    x = images(args.mnist, "t10k", args.samples)
    run(x)
    seconds = []
    for _ in range(args.passes):
        start = time.perf_counter()
        run(x)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    emit(pass_seconds=median, samples_per_second=args.samples / median)


def time_xor(train, args):
    """Times `train(x, targets, weights)`, which returns the last loss."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    targets = np.array([[0], [1], [1], [0]], np.float32)
    for _ in range(args.trainings):
        random = np.random.default_rng(args.seed)
        normal = lambda a, b: random.standard_normal((a, b), np.float32) * np.float32(math.sqrt(2 / (a + b)))
        weights = [normal(2, 4), np.zeros(4, np.float32), normal(4, 1), np.zeros(1, np.float32)]
        start = time.perf_counter()
        loss = train(x, targets, weights)
        seconds = time.perf_counter() - start
    emit(seconds=seconds, final_loss=float(loss))


TRAINING = {"autoencoder": autoencoder, "small": small, "quality": quality}


def run(peer, args):
    """Runs the job of a framework that trains."""
    if args.job in TRAINING:
        TRAINING[args.job](peer, args)
    elif args.job == "xor":
        time_xor(lambda *given: peer.xor(args.steps, *given), args)
    else:
        peer.start(images(args.mnist, "t10k", 1), Recipe(1), args.seed)
        time_passes(peer.outputs, args)
