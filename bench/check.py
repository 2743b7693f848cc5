"""Checks a results file against its schema: `python3 bench/check.py FILE`."""
import json
import sys
from pathlib import Path

from plan import JOBS, PLAIN


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool) and x == x and abs(x) != float("inf")


def measured(x, where):
    """The faults of a measured quantity."""
    if x is None:
        return []
    if not isinstance(x, dict) or set(x) != {"median", "low", "high", "runs"}:
        return [f"{where}: expected median, low, high and runs, found {x!r}"]
    if not x["runs"] or not all(map(is_number, [*x["runs"], x["median"], x["low"], x["high"]])):
        return [f"{where}: expected numbers, found {x!r}"]
    if not (x["low"] == min(x["runs"]) and x["high"] == max(x["runs"]) and x["low"] <= x["median"] <= x["high"]):
        return [f"{where}: low, median and high do not belong to the runs"]
    return []


def row_faults(job, row, where):
    if not isinstance(row.get("who"), str) or row["who"] not in JOBS[job].who:
        return [f"{where}: who = {row.get('who')!r} is none of {', '.join(JOBS[job].who)}"]
    where += f" {row['who']}"
    faults = [f"{where}: {name} is no text" for name in ("note", "error") if not isinstance(row.get(name, ""), str)]
    if "error" in row:
        return faults
    if job == "code":
        good = isinstance(row.get("lines"), int) and isinstance(row.get("file"), str)
        return faults + ([] if good else [f"{where}: expected lines and file"])
    expected = {quantity for process in JOBS[job].processes for quantity in process.take}
    if extra := set(row) - {name.partition(".")[0] for name in expected} - {"who", "note"}:
        faults.append(f"{where}: no such quantity: {', '.join(sorted(extra))}")
    for quantity in sorted(expected):
        name, _, part = quantity.partition(".")
        if name not in row or (part and part not in (row[name] or {})):
            faults.append(f"{where}: {quantity} is missing")
        elif name == "losses":
            good = len(row[name]) == 5 and all(len(seed) >= 1 and all(map(is_number, seed)) for seed in row[name])
            faults += [] if good else [f"{where}: expected the losses of 5 seeds"]
        elif name in PLAIN:
            faults += [] if isinstance(row[name], int) else [f"{where}: {name} is no whole number"]
        else:
            faults += measured(row[name][part] if part else row[name], f"{where}: {quantity}")
    return faults


def faults(results):
    """Everything that is wrong with a results file."""
    if results.get("schema") != 1:
        return [f"schema: expected 1, found {results.get('schema')!r}"]
    found = [f"{name} is missing" for name in ("date", "machine", "threads", "rounds", "versions", "probe", "jobs") if name not in results]
    if found:
        return found
    found += [f"machine: {name} is missing" for name in ("name", "cpu", "cores", "memory_gb", "os", "isa") if name not in results["machine"]]
    found += [f"versions: {name} is no text" for name, x in results["versions"].items() if not isinstance(x, str)]
    for name, rate in results["probe"].items():
        found += measured(rate, f"probe {name}")
    for job, rows in results["jobs"].items():
        if job not in JOBS:
            found.append(f"no such job: {job}")
            continue
        if len({row.get("who") for row in rows}) != len(rows):
            found.append(f"{job}: a row appears twice")
        for row in rows:
            found += row_faults(job, row, job)
    return found


def main(path):
    """Prints the faults; 0 where there are none."""
    try:
        found = faults(json.loads(Path(path).read_text()))
    except (OSError, json.JSONDecodeError) as error:
        found = [str(error)]
    for fault in found:
        print(f"{path}: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else "expected the results file")
