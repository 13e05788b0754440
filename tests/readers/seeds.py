"""Opens runs and sweeps in pandas, and checks that their seeds are numbers there: they compare, and they join.

Usage: seeds.py RUN_FOLDER...
"""

import json
import sys
from pathlib import Path

import pandas as pd


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("seeds.py: " + " ".join(str(part) for part in what))


def seeds_of(run):
    """The seeds of the points of a sweep, or of a run."""
    if (run / "sweep.json").is_file():
        return [point["seed"] for point in json.loads((run / "sweep.json").read_text())["points"]]
    return [json.loads((run / "run.json").read_text())["seed"]]


def check_table(folder, seeds):
    """Checks that the rows of each seed are found by its number, and gives the table."""
    frame = pd.read_parquet(folder, engine="pyarrow")
    kind = frame.seed.cat.categories.dtype if isinstance(frame.seed.dtype, pd.CategoricalDtype) else frame.seed.dtype
    check(pd.api.types.is_integer_dtype(kind), folder, "has seeds of type", kind)
    found = sum(int((frame.seed == seed).sum()) for seed in set(seeds))
    check(found == len(frame), folder, "has", len(frame), "rows, and by their seeds", found)
    return frame


def check_derived(run, frames):
    """Checks that rows of derived tables find those of points by their seeds."""
    values = pd.read_parquet(run / "derived" / "values.parquet", engine="pyarrow")
    runs = frames["runs"]
    joined = runs.merge(values, on="seed")
    check(len(joined) > 0, "no row of derived/values joins one of runs on seed")
    # A point is a setting with a seed: joined on both, each value finds its own point.
    own = runs.merge(values, on=["seed", "setting"])
    check(len(own) == len(values), "of", len(values), "values", len(own), "find their point by setting and seed")
    check((own.point_x == own.point_y).all(), "a value finds another point by its setting and seed")


def check_run(run):
    """Checks all tables of a run or a sweep."""
    seeds = seeds_of(run)
    folders = sorted((run / "traces").iterdir())
    frames = {folder.name: check_table(folder, seeds) for folder in folders}
    for seed in seeds:
        check(not frames["apps"][frames["apps"].seed == seed].empty, run, "has no row of apps with seed", seed)
    if (run / "derived").is_dir():
        check_derived(run, frames)
    print(f"{run}: {len(frames)} tables, {len(set(seeds))} seeds")


for argument in sys.argv[1:]:
    check_run(Path(argument))
