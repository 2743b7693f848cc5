"""What is compared: the implementations, the jobs, the processes of each job, and where their figures go."""
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"

WALL = "wall"  # The seconds of the whole process, as seen from outside.


@dataclass
class Process:
    """One process of a job: the same arguments on every side, and the figure that each quantity takes from its JSON."""
    job: str
    take: dict
    args: list = field(default_factory=list)
    quick: list = field(default_factory=list)  # Instead of `args`, for a trial.
    threads: int | None = None  # None: as many as the run has.


@dataclass
class Job:
    """Processes, whose quantities make one row for each implementation."""
    who: list
    processes: list
    headline: str  # The quantity of the table at the end.
    higher: bool = False  # Whether more is better.
    once: bool = False  # Not timed, so run in one round only.


# who: (script or kind, variant, environment)
BY_ISA = {"pellucid": {}, "pellucid_avx2": {"PELLUCID_ISA": "avx2"}, "pellucid_portable": {"PELLUCID_ISA": "portable"}}
OURS = {**BY_ISA, "pellucid_bf16": {}}
RUST = ["candle", "burn"]
PYTHON = {
    "jax": ("with_jax.py", "scan"), "jax_steps": ("with_jax.py", "steps"),
    "torch": ("with_torch.py", "eager"), "torch_compile": ("with_torch.py", "compile"),
    "tensorflow": ("with_tensorflow.py", "plain"), "tensorflow_jit": ("with_tensorflow.py", "jit"),
    "sklearn": ("with_sklearn.py", "plain"), "sklearnex": ("with_sklearn.py", "intelex"),
    "onnxruntime": ("with_onnxruntime.py", "plain"), "numpy_course": ("with_numpy.py", "plain"),
}
MODULES = {"jax": "jax", "torch": "torch", "tensorflow": "tensorflow", "sklearn": "sklearn.svm",
           "sklearnex": "sklearnex.svm", "onnxruntime": "onnxruntime", "numpy_course": "numpy"}
LINES = {
    "pellucid": "crates/pellucid/examples/small.rs", "jax": "bench/lines/jax_small.py",
    "torch": "bench/lines/torch_small.py", "tensorflow": "bench/lines/tensorflow_small.py",
    "numpy_course": "bench/lines/numpy_small.py",
}

COMPILED = ["jax", "jax_steps", "torch", "torch_compile", "tensorflow", "tensorflow_jit"]
TRAINERS = [*BY_ISA, *COMPILED, "numpy_course", *RUST]
SIZES = {500: 40, 1000: 20, 2000: 10, 3000: 10, 50400: 4}  # Rows: epochs, enough for a median.
MEMORY = {"peak_mb": "peak_mb", "growth_mb": "growth_mb"}


def svm(fits):
    take = {name: name for name in ("fit_seconds", "predict_seconds", "accuracy", "peak_mb", "rows", "features")}
    return Job(["pellucid", "sklearn", "sklearnex"], [Process("svm", take, ["--fits", str(fits)], [])], "fit_seconds")


def scaling(rows, epochs):
    take = {f"seconds.{rows}": "epoch_seconds", f"peak_mb.{rows}": "peak_mb"}
    return Process("autoencoder", take, ["--rows", str(rows), "--epochs", str(epochs)],
                   ["--rows", str(min(rows, 512)), "--epochs", "2"])


JOBS = {
    "autoencoder": Job(TRAINERS, [Process(
        "autoencoder", {name: name for name in ("epoch_seconds", "first_epoch_seconds", "final_loss", *MEMORY)},
        ["--epochs", "4"], ["--rows", "512", "--epochs", "2"])], "epoch_seconds"),
    "small": Job(TRAINERS, [
        Process("small", {name: name for name in ("train_seconds", "final_loss", "test_mse")},
                ["--trainings", "2"], ["--trainings", "2", "--rows", "100", "--epochs", "1"]),
        Process("small", {"process_seconds": WALL, **MEMORY},
                ["--trainings", "1"], ["--trainings", "1", "--rows", "100", "--epochs", "2"]),
    ], "train_seconds"),
    "scaling": Job(["pellucid", "jax", "torch", "tensorflow", "tensorflow_jit", *RUST],
                   [scaling(rows, epochs) for rows, epochs in SIZES.items()], "seconds.3000"),
    "xor": Job([*BY_ISA, *COMPILED, "numpy_course"], [
        Process("xor", {"seconds": "seconds", "final_loss": "final_loss"}, [], ["--steps", "100"], 1),
        Process("xor", {"process_seconds": WALL}, ["--trainings", "1"], ["--trainings", "1", "--steps", "100"], 1),
    ], "seconds"),
    "convergence": Job(["pellucid", "jax", "torch", "tensorflow", "numpy_course"], [
        Process("small", {"losses": "losses"}, ["--trainings", "1", "--seed", str(seed)],
                ["--trainings", "1", "--seed", str(seed), "--rows", "100"]) for seed in range(1, 6)
    ], "losses", once=True),
    "quality": Job(["pellucid", "jax", "torch", "tensorflow_jit"], [
        Process("quality", {"seconds": WALL, "epochs": "epochs"}, [], ["--target", "1"])], "seconds"),
    "inference": Job(["pellucid", "pellucid_bf16", "onnxruntime", "jax", "torch", "torch_compile", "tensorflow", "tensorflow_jit", "numpy_course"], [
        Process("inference", {"single_seconds": "pass_seconds"}, ["--passes", "2000"], ["--passes", "5"], 1),
        Process("inference", {"batch_per_second": "samples_per_second"}, ["--samples", "10000", "--passes", "30"],
                ["--samples", "100", "--passes", "3"]),
    ], "single_seconds"),
    "svm_5000x32": svm(3), "svm_50400x32": svm(1), "svm_3000x784": svm(3), "svm_10000x784": svm(1), "svm_60000x784": svm(1),
    "start": Job(["pellucid", *MODULES], [
        Process("help", {"help_seconds": WALL}), Process("load", {"load_seconds": "load_seconds"})], "help_seconds"),
    "code": Job(list(LINES), [], "lines", once=True),
}
HEADLINES_TOO = {"inference": [("batch_per_second", True)], "small": [("process_seconds", False)]}
PLAIN = {"rows", "features", "losses"}  # Quantities that are written as they are, without median and spread.

# What differs from ours in the work.
NOTES = {
    **{job: {who: "holds the images as f32, ours as bytes; multiplies by their zeros, which ours leaves out"
             for who in [*COMPILED, "numpy_course", *RUST]}
       for job in ("autoencoder", "small", "quality")},
    "xor": {"tensorflow": "a compiled step called in a loop, not Keras fit, which takes minutes",
            "tensorflow_jit": "the whole loop compiled"},
    "inference": {"pellucid_bf16": "weights rounded to bf16, sums in f32",
                  "onnxruntime": "multiplies by zeros, which ours leaves out",
                  **{who: "makes its output anew in every pass; multiplies by zeros, which ours leaves out" for who in [*COMPILED, "numpy_course"]}},
    "start": {**{who: "the import of the framework; MNIST is read by NumPy on every Python side" for who in MODULES},
              "pellucid": "pellucid --help"},
    **{job: {"sklearn": "computes in f64 on one thread", "sklearnex": "f32, all threads"} for job in JOBS if job.startswith("svm")},
}


def command(who, process, job, options):
    """The command line of a process, or None where an implementation has no such part of a job."""
    threads = ["--threads", str(process.threads or options.threads)]
    mnist = ["--mnist", str(ROOT / "data" / "mnist")]
    args = process.quick if options.quick else process.args
    if who in OURS:
        ours = [str(options.pellucid), "bench", process.job]
        if process.job == "help":
            return [str(options.pellucid), "--help"]
        if who == "pellucid_bf16":
            ours += ["--weights", "bf16"]
        if process.job == "svm":
            return [*ours, str(options.arrays / job), *args, *threads]
        return [*ours, *args, *([] if process.job == "xor" else mnist), *([] if process.job in ("xor", "load") else threads)]
    if who in RUST:
        return [str(options.built / who / "release" / f"with-{who}"), process.job, *args, *mnist, *threads]
    if process.job == "help":
        return [str(options.python), "-c", f"import {MODULES[who]}"]
    if process.job == "load" and who != "numpy_course":
        return None
    script, variant = PYTHON[who]
    arrays = {"svm": ["--arrays", str(options.arrays / job)], "quality": ["--arrays", str(options.arrays)]}
    return [str(options.python), str(PEERS / script), process.job, "--variant", variant, *args, *mnist, *threads,
            *arrays.get(process.job, [])]


def lines(path):
    """The lines of a program that are neither blank nor comments."""
    text = (ROOT / path).read_text().splitlines()
    return sum(1 for line in text if line.strip() and not line.strip().startswith(("#", "//", '"""')))
