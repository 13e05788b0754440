"""Executes the notebooks on a run, and compares what they find.

Usage: notebooks.py NOTEBOOKS_FOLDER README RUN_FOLDER...

The first run is the one of which README draws a plot.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

# What a figure has drawn, and the data of all of them.
MARKS = """
import numpy as _np
_lines = [line.get_xydata() for axes in figure.axes for line in axes.lines]
assert _lines and all(len(line) > 1 and _np.isfinite(line[:, 0].astype(float)).all() for line in _lines), "no line"
assert any(_np.isfinite(line.astype(float)).all(axis=1).sum() > 1 for line in _lines), "no mark"
assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes), "an axis without a name"
"""
LEAVE = """
import json as _json
import math as _math
def _plain(value):
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and _math.isnan(value) else value
def _columns(table):
    columns = table.to_dict(as_series=False) if hasattr(table, "to_dict") else table
    columns = {name: getattr(values, "tolist", lambda: values)() for name, values in columns.items()}
    return {name: [_plain(value) for value in values] for name, values in columns.items()}
Path(os.environ["SUBCLOUD_FOUND"]).write_text(_json.dumps({
    name: _columns(table) for name, table in
    {"held": held, "wrong": wrong, "ranks": ranks, "estimates": estimates, "views": views}.items()
}))
"""


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("notebooks.py: " + " ".join(str(part) for part in what))


def check_stored(path, notebook):
    """Checks that a notebook is kept as it should be: without results, with prose before every figure."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    check(not any(cell.outputs or cell.execution_count for cell in code), path, "is stored with its outputs")
    kinds = [cell.cell_type for cell in notebook.cells]
    check(kinds == ["markdown", "code"] * len(code), path, "has cells without prose between them")


def execute(path, run):
    """Executes a notebook on a run; returns the data of its figures."""
    notebook = nbformat.read(path, as_version=4)
    check_stored(path, notebook)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if "plt.subplots" in cell.source:
            drawn = "if views:" if cell.source.startswith("views") else "if True:"
            drawn = drawn.replace("views", "len(views)")
            cells.append(nbformat.v4.new_code_cell(drawn + MARKS.replace("\n", "\n    ")))
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        os.environ["SUBCLOUD_RUN"], os.environ["SUBCLOUD_FOUND"] = str(run), str(found)
        notebook.cells = [*cells, nbformat.v4.new_code_cell(LEAVE)]
        place = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, timeout=240, startup_timeout=240, resources=place).execute()
        data = json.loads(found.read_text())
    pictures = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs if "data" in output]
    pictures = sum("image/png" in output.data for output in pictures)
    tables = sum(bool(table) for table in data.values())
    check(pictures == tables, path, "shows", pictures, "figures of", tables, "tables")
    return data


def same(a, b):
    """Whether two values are equal; a quotient may differ in its last digit."""
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-12 * abs(a)
    return a == b


def check_run(notebooks, run):
    """Checks that all notebooks find the same in a run."""
    first, *others = [(path, execute(path, run)) for path in notebooks]
    for path, data in others:
        for figure, columns in first[1].items():
            check(data[figure].keys() == columns.keys(), figure, "has other columns in", path)
            for name, values in columns.items():
                found = data[figure][name]
                equal = len(values) == len(found) > 0 and all(map(same, values, found))
                check(equal, run, figure, name, "differs between", first[0], "and", path)
    print(run, {figure: len(next(iter(columns.values()), [])) for figure, columns in first[1].items()})


def check_readme(readme, run):
    """Executes the few lines of Python by which the README draws a plot, beside the run they name."""
    blocks = re.findall(r"```python\n(.*?)```", Path(readme).read_text(), re.DOTALL)
    plots = [block for block in blocks if "savefig" in block]
    check(len(plots) == 1, readme, "draws", len(plots), "plots")
    check(len(plots[0].splitlines()) == 5, readme, "promises five lines:\n" + plots[0])
    named = re.search(r"out/\w+", plots[0]).group()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / named
        place.parent.mkdir()
        place.symlink_to(Path(run).resolve())
        environment = dict(os.environ, MPLBACKEND="agg")
        subprocess.run([sys.executable, "-c", plots[0]], cwd=folder, env=environment, check=True)
        pictures = [path.stat().st_size for path in Path(folder).glob("*.png")]
        check(len(pictures) == 1 and pictures[0] > 10_000, readme, "leaves pictures of", pictures, "bytes")


def main():
    notebooks = sorted(Path(sys.argv[1]).resolve().glob("*.ipynb"))
    check(len(notebooks) == 2, "notebooks are", *notebooks)
    runs = [Path(run).resolve() for run in sys.argv[3:]]
    check_readme(sys.argv[2], runs[0])
    for run in runs:
        check_run(notebooks, run)


main()
