"""The machine: its description, and whether others use it."""
import os
import platform
import re
import sys
import time
from pathlib import Path

QUIET = 0.05  # The share of all processors' time that others may take.
PATIENCE = 60  # Seconds.


def read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def describe(name):
    cpu = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+) kB", read("/proc/meminfo"))
    return {"name": name, "cpu": cpu.group(1) if cpu else platform.processor() or platform.machine(), "cores": os.cpu_count(),
            "memory_gb": round(int(memory.group(1)) * 1024 / 1e9, 1) if memory else None,
            "os": f"{platform.system()} {platform.release()}", "isa": ""}


def busy():
    """The share of all processors' time that is in use, over half a second. The load average would still show the process
    that has just ended."""
    def ticks():
        line = read("/proc/stat").splitlines()[:1]
        numbers = [int(x) for x in line[0].split()[1:9]] if line else []
        return sum(numbers), sum(numbers[3:5]) if numbers else 0

    total, idle = ticks()
    time.sleep(0.5)
    later, idle_later = ticks()
    return 1 - (idle_later - idle) / (later - total) if later > total else 0.0


def wait_until_quiet():
    """Waits for a quiet machine, at most a minute."""
    end = time.monotonic() + PATIENCE
    while (share := busy()) > QUIET:
        if time.monotonic() > end:
            print(f"    the machine is {share:.0%} busy with other things", file=sys.stderr)
            return
        time.sleep(2)
