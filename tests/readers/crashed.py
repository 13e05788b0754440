"""Reads the rows of a run that crashed after six cycles, from its checkpoint after the fourth.

Usage: crashed.py RUN_FOLDER UNDISTURBED_RUN_FOLDER
"""

import sys
from pathlib import Path

import duckdb
import polars as pl


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("crashed.py: " + " ".join(str(part) for part in what))


crashed, undisturbed = sys.argv[1:]
tables = sorted(path.name for path in Path(crashed).glob(".checkpoint-*/rows/*"))
check("cycles" in tables and "apps" in tables, "the tables are", tables)
for table in tables:
    rows = f"{crashed}/.checkpoint-*/rows/{table}/*.parquet"
    whole = f"{undisturbed}/traces/{table}/*/*/*.parquet"
    order = "ORDER BY ALL" if table == "attributes" else "WHERE cycle <= 4 ORDER BY ALL"
    select = "SELECT * FROM read_parquet('{}', hive_partitioning = false) " + order
    one, other = (duckdb.sql(select.format(path)).fetchall() for path in (rows, whole))
    check(one and one == other, "DuckDB sees other rows of", table)
    frame, expected = (pl.read_parquet(path, hive_partitioning=False) for path in (rows, whole))
    if table != "attributes":
        frame, expected = frame.filter(pl.col("cycle") <= 4), expected.filter(pl.col("cycle") <= 4)
    by = frame.columns
    check(frame.sort(by).equals(expected.sort(by)), "Polars sees other rows of", table)
nodes = f"{crashed}/.checkpoint-*/nodes/*.parquet"
check(duckdb.sql(f"SELECT count(*) FROM '{nodes}'").fetchall() == [(40_000,)], "DuckDB sees other nodes")
