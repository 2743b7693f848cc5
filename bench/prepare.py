"""What has to be there before anything is timed: the environment, the commands, the arrays."""
import json
import re
import subprocess
import sys
import venv
from pathlib import Path

from plan import PEERS, PYTHON, ROOT, RUST

DISTRIBUTIONS = {"jax": "jax", "torch": "torch", "tensorflow": "tensorflow-cpu", "keras": "keras", "sklearn": "scikit-learn",
                 "sklearnex": "scikit-learn-intelex", "onnxruntime": "onnxruntime", "numpy": "numpy"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def prepare(options):
    """Makes all of it; adds `python`, `pellucid` and `arrays` to the options."""
    options.python = options.venv.absolute() / "bin" / "python"
    chosen = options.peers.split(",") if options.peers else [*PYTHON, *RUST]
    if not options.no_install and any(who.split("_")[0] in {name.split("_")[0] for name in PYTHON} for who in chosen):
        if not options.python.exists():
            say(f"making {options.venv}")
            venv.create(options.venv, with_pip=True)
        say("installing the Python peers (some 4 GB the first time)")
        subprocess.run([options.python, "-m", "pip", "install", "-q", "-r", PEERS / "requirements.txt"], check=True)
    if not options.no_install:
        for name in RUST:
            if name in chosen:
                say(f"building {name} (minutes the first time)")
                line = ["cargo", "build", "--release", "--locked", "--target-dir", options.built / name]
                # Where it cannot be built, its rows say so.
                subprocess.run(line, cwd=PEERS / name, check=False)
    if options.pellucid is None:
        say("building pellucid")
        subprocess.run(["cargo", "build", "--release", "-p", "pellucid-cli"], cwd=ROOT, check=True)
        target = json.loads(subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, check=True,
                                           capture_output=True, text=True).stdout)["target_directory"]
        options.pellucid = Path(target) / "release" / "pellucid"
    options.pellucid = options.pellucid.absolute()
    options.arrays = ROOT / "target" / ("bench-arrays-quick" if options.quick else "bench-arrays")
    if any(job == "quality" or job.startswith("svm") for job in options.jobs):
        arrays(options)


def arrays(options):
    """The arrays of the support vector machines and the split, by our own encoder trained by the quick recipe."""
    if (options.arrays / "svm_60000x784" / "test_y.npy").exists():
        return
    say("training the encoder of the latent features")
    epochs = ["--epochs", "1"] if options.quick else []
    trained = options.arrays / "reproduction"
    subprocess.run([options.pellucid, "reproduce", "autoencoder", "--out", trained, *epochs], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    most = ["--most", "200"] if options.quick else []
    encoder = trained / "autoencoder.safetensors"
    subprocess.run([options.pellucid, "bench", "arrays", "--encoder", encoder, "--out", options.arrays, *most], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)


def output(line):
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def versions(options):
    """The version of everything that takes part."""
    ours = output([options.pellucid, "--version"]).split()[-1:] or ["unknown"]
    commit = output(["git", "describe", "--always", "--dirty"])
    out = {"pellucid": ours[0] + (f" (commit {commit})" if commit else "")}
    if options.python.exists():
        code = ("import json, platform, importlib.metadata as m\n"
                f"names = {DISTRIBUTIONS!r}\nout = {{'python': platform.python_version()}}\n"
                "for name, of in names.items():\n"
                "    try: out[name] = m.version(of)\n"
                "    except m.PackageNotFoundError: pass\n"
                "print(json.dumps(out))")
        out |= json.loads(output([options.python, "-c", code]) or "{}")
    for name, package in (("candle", "candle-core"), ("burn", "burn")):
        found = re.search(rf'name = "{package}"\nversion = "(.*?)"', (PEERS / name / "Cargo.lock").read_text())
        out |= {name: found.group(1)} if found else {}
    return out
