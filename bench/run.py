#!/usr/bin/env python3
"""Runs Pellucid and other frameworks on the same work, in turn, and writes bench/results/<machine>.json.

    python3 bench/run.py                        everything, three rounds (hours)
    python3 bench/run.py --jobs autoencoder,xor only these jobs; the others in the file stay
    python3 bench/run.py --quick                a trial of every process with tiny settings (not written to results/)

See bench/README.md for what is compared.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import check
import machine
from plan import HEADLINES_TOO, JOBS, LINES, NOTES, OURS, PLAIN, ROOT, WALL, command, lines
from prepare import prepare, versions


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of every timed process")
    parser.add_argument("--jobs", default=",".join(JOBS), help="some of: " + ", ".join(JOBS))
    parser.add_argument("--peers", help="ours and these only: names of rows, or of families such as jax; 'none' for ours alone")
    parser.add_argument("--name", default=platform.node() or "machine", help="of the machine, and of the results file")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="one round of tiny settings, to see that everything runs")
    parser.add_argument("--resume", action="store_true", help="keep the rows that have all their rounds")
    parser.add_argument("--venv", type=Path, default=ROOT / "target" / "bench-venv", help="the virtual environment of the peers")
    parser.add_argument("--pellucid", type=Path, help="a command that is built already [default: cargo build --release]")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds that a process may take")
    parser.add_argument("--no-install", action="store_true", help="take virtual environment and Rust peers as they are")
    parser.add_argument("--check", type=Path, metavar="FILE", help="only check a results file")
    options = parser.parse_args()
    options.jobs = options.jobs.split(",")
    if unknown := [job for job in options.jobs if job not in JOBS]:
        parser.error(f"--jobs: no such job: {', '.join(unknown)}")
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads: expected at least 1")
    if options.quick:
        options.rounds, options.name = 1, "quick"
    options.file = (ROOT / "target" if options.quick else ROOT / "bench" / "results") / f"{options.name}.json"
    options.built = ROOT / "target" / "bench-peers"
    return options


def wanted(who, options):
    chosen = options.peers.split(",") if options.peers else None
    return who in OURS or chosen is None or any(who == name or who.startswith(name + "_") for name in chosen)


def run_process(who, line, options):
    """Runs one process by itself; its figures, and its seconds as WALL."""
    environment = {name: value for name, value in os.environ.items() if name != "PELLUCID_ISA"} | OURS.get(who, {})
    if not options.quick:
        machine.wait_until_quiet()
    start = time.monotonic()
    try:
        done = subprocess.run(line, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=options.timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"stopped after {options.timeout:.0f} s") from None
    except OSError as error:
        raise RuntimeError(f"cannot be run: {error.strerror}") from None
    wall = time.monotonic() - start
    if done.returncode != 0:
        raise RuntimeError(f"exit code {done.returncode}: " + " ".join(done.stderr.strip().splitlines()[-1:]))
    last = done.stdout.strip().splitlines()[-1:]
    figures = json.loads(last[0]) if last and last[0].startswith("{") else {}
    return figures | {WALL: wall}


def measure(job, who, runs, options):
    """One run of all processes of a row, added to its runs."""
    for process in JOBS[job].processes:
        line = command(who, process, job, options)
        figures = run_process(who, line, options) if line else {}
        for quantity, figure in process.take.items():
            runs.setdefault(quantity, []).append(figures.get(figure))
    shown = runs[JOBS[job].headline][-1]
    print(f"    {who}: {JOBS[job].headline} {shown[-1] if isinstance(shown, list) else shown}", file=sys.stderr, flush=True)


def measured(runs):
    """Median, least and largest of the runs; None where there are none."""
    runs = sorted(x for x in runs if x is not None)
    if not runs:
        return None
    middle = len(runs) // 2
    median = runs[middle] if len(runs) % 2 else (runs[middle - 1] + runs[middle]) / 2
    return {"median": median, "low": runs[0], "high": runs[-1], "runs": runs}


def row(job, who, runs, error):
    """A row of the results."""
    out = {"who": who} | ({"note": NOTES[job][who]} if who in NOTES.get(job, {}) else {}) | ({"error": error} if error else {})
    for quantity, values in ({} if error else runs).items():
        name, _, part = quantity.partition(".")
        if name == "losses":
            out[name] = values
        elif name in PLAIN:
            out[name] = values[0]
        elif part:
            out.setdefault(name, {})[part] = measured(values)
        else:
            out[name] = measured(values)
    return out


def finished(rows, job, who, options):
    """Whether the file has all rounds of a row."""
    found = next((row for row in rows if row["who"] == who and "error" not in row), None)
    if not found or JOBS[job].once:
        return bool(found)
    quantity, _, part = JOBS[job].headline.partition(".")
    value = found.get(quantity)
    value = value.get(part) if part and value else value
    return bool(value) and len(value["runs"]) >= options.rounds


def run_job(job, results, options):
    """All rounds of a job, the implementations in turn; puts their rows into the results."""
    old = results["jobs"].get(job, [])
    todo = [who for who in JOBS[job].who if wanted(who, options) and not (options.resume and finished(old, job, who, options))]
    runs, errors = {who: {} for who in todo}, {}
    if job == "code":
        rows = {who: {"who": who, "lines": lines(LINES[who]), "file": LINES[who]} for who in todo}
    else:
        for number in range(1 if JOBS[job].once else options.rounds):
            print(f"{job}, round {number + 1}", file=sys.stderr, flush=True)
            if todo:
                probe(results, options)
            for who in todo[number % len(todo):] + todo[:number % len(todo)] if todo else []:
                if who in errors:
                    continue
                try:
                    measure(job, who, runs[who], options)
                except (RuntimeError, json.JSONDecodeError) as error:
                    errors[who] = str(error)
                    print(f"    {who}: {error}", file=sys.stderr, flush=True)
        rows = {who: row(job, who, runs[who], errors.get(who)) for who in todo}
    merged = {row["who"]: row for row in old} | rows
    results["jobs"][job] = [merged[who] for who in JOBS[job].who if who in merged]


def probe(results, options):
    """Adds what the machine can do now."""
    line = [str(options.pellucid), "bench", "probe", "--threads", str(options.threads)]
    figures = run_process("pellucid", line, options)
    results["machine"]["isa"] = figures.pop("isa")
    figures.pop(WALL)
    for name, rate in figures.items():
        runs = results["probe"].get(name, {"runs": []})["runs"]
        results["probe"][name] = measured([*runs, rate])


def write(results, path):
    """Writes the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1) + "\n")
    os.replace(part, path)


def median_of(row, quantity):
    name, _, part = quantity.partition(".")
    value = row.get(name)
    value = value.get(part) if part and value else value
    return value["median"] if isinstance(value, dict) else value if isinstance(value, (int, float)) else None


def table(results, jobs):
    """Ours, the best peer, and how many times better ours is."""
    print(f"{'job':<16}{'quantity':<20}{'ours':>12}  {'best peer':>12}  {'by':<16}{'ratio':>8}")
    for job in jobs:
        for quantity, higher in [(JOBS[job].headline, JOBS[job].higher), *HEADLINES_TOO.get(job, [])]:
            known = {row["who"]: x for row in results["jobs"].get(job, []) if (x := median_of(row, quantity)) is not None}
            ours, peers = known.get("pellucid"), {who: x for who, x in known.items() if who not in OURS}
            if ours is None or not peers:
                continue
            best = (max if higher else min)(peers, key=peers.get)
            ratio = ours / peers[best] if higher else peers[best] / ours
            print(f"{job:<16}{quantity:<20}{ours:>12.5g}  {peers[best]:>12.5g}  {best:<16}{ratio:>8.2f}")


def main():
    options = arguments()
    if options.check:
        return check.main(options.check)
    prepare(options)
    old = json.loads(options.file.read_text()) if options.file.exists() else {}
    results = {
        "schema": 1, "date": date.today().isoformat(), "machine": machine.describe(options.name), "threads": options.threads,
        "rounds": max(options.rounds, old.get("rounds", 0)), "versions": versions(options),
        "probe": old.get("probe", {}) if options.resume else {},
        "jobs": old.get("jobs", {}),
    }
    results["machine"]["isa"] = old.get("machine", {}).get("isa", "")
    if not results["probe"]:
        probe(results, options)
    for job in options.jobs:
        run_job(job, results, options)
        write(results, options.file)
    table(results, options.jobs)
    print(options.file)
    return check.main(options.file)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted: the jobs that were done are in the file; go on with --resume")
    except (RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
