"""Runs a sweep by a script of docs/sweeps.md, kills a worker while it is at a point, and compares the tables.

Usage: launchers.py PAGE HEADING SWEEP FOLDER ALONE

The script is the Python block below the heading of that name. It runs in FOLDER, with the program in the PATH, and its
points go to FOLDER/out. ALONE is the directory of the same sweep done at once.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

import psutil

PROGRAM = "subcloud"
# Seconds that the script may take.
PATIENCE = 300
# Points that are there before a worker is killed.
FIRST = 3


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("launchers.py: " + " ".join(str(part) for part in what))


def block(page, heading):
    """The first Python block below a heading."""
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    check(section, "no heading", heading)
    found = re.search(r"^```python\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    check(found, "no script below", heading)
    return found[1]


def worker(script):
    """A process below the script that has the program as its child, if there is one."""
    for process in script.children(recursive=True):
        try:
            if any(child.name() == PROGRAM for child in process.children()):
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def run(path, sweep, folder):
    """Runs the script to its end, and kills a worker on the way."""
    out = folder / "out"
    running = subprocess.Popen([sys.executable, path, sweep, "out"], cwd=folder)
    script = psutil.Process(running.pid)
    deadline = time.monotonic() + PATIENCE
    killed = None
    while running.poll() is None:
        if time.monotonic() > deadline:
            for process in [*script.children(recursive=True), script]:
                process.kill()
            check(False, "the script takes more than", PATIENCE, "seconds")
        if killed is None and len(list(out.glob("points/*.json"))) >= FIRST:
            killed = worker(script)
            if killed is not None:
                killed.kill()
        time.sleep(0.005)
    check(running.returncode == 0, "the script ended with", running.returncode)
    check(killed is not None, "no worker was killed")
    return killed.pid


def tables(folder):
    """The bytes of all tables, by their paths."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.parquet")}


def main():
    page, heading, sweep, folder, alone = sys.argv[1:]
    folder = Path(folder)
    path = folder / f"{heading.lower()}_sweep.py"
    path.write_text(block(Path(page).read_text(), heading))
    start = time.monotonic()
    pid = run(path, sweep, folder)
    found, expected = tables(folder / "out"), tables(Path(alone))
    check(expected, "no tables in", alone)
    check(found.keys() == expected.keys(), "there are other tables:", found.keys() ^ expected.keys())
    different = [str(path) for path in expected if found[path] != expected[path]]
    check(not different, "tables differ:", *different)
    hidden = [str(path) for path in (folder / "out").iterdir() if path.name.startswith(".")]
    check(not hidden, "something is left behind:", *hidden)
    points = len(list((folder / "out" / "points").glob("*.json")))
    print(f"{heading}: {points} points, worker {pid} killed, {time.monotonic() - start:.1f} s")


main()
