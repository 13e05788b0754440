"""Opens a run in DuckDB and in Polars, and compares what they see.

Usage: check.py TABLES_JSON SQL_FOLDER RUN_FOLDER...

TABLES_JSON is what `subcloud schema --tables json` prints.
"""

import json
import math
import re
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

NAME, COUNT32, COUNT64, MEASURE, VALUE, FLAG = "string", "uint32", "uint64", "double", "float", "bool"

ENCODING = {
    NAME: "RLE_DICTIONARY",
    COUNT32: "DELTA_BINARY_PACKED",
    COUNT64: "DELTA_BINARY_PACKED",
    MEASURE: "BYTE_STREAM_SPLIT",
    VALUE: "BYTE_STREAM_SPLIT",
    FLAG: "RLE",
}

POLARS_TYPE = {
    NAME: pl.String,
    COUNT32: pl.UInt32,
    COUNT64: pl.UInt64,
    MEASURE: pl.Float64,
    VALUE: pl.Float32,
    FLAG: pl.Boolean,
}

DUCKDB_TYPE = {
    NAME: "VARCHAR",
    COUNT32: "UINTEGER",
    COUNT64: "UBIGINT",
    MEASURE: "DOUBLE",
    VALUE: "FLOAT",
    FLAG: "BOOLEAN",
}

# Of events, only those by which a version enters have one; the cloud has no links that are gone; who is anybody's
# contact is counted where overlays are measured, and in how many parts clouds lie; the oracle has no entries.
MAY_BE_MISSING = {
    ("events", "version"),
    ("overlay", "gone_links_count"),
    ("overlay", "isolated_count"),
    ("contacts", "distinct_count"),
    ("clouds", "entries_count"),
    ("clouds", "cross_links_count"),
    ("clouds", "components_count"),
    ("code", "version"),
    ("lookups", "hops_max"),
    ("edges", "age"),
}

ROW_GROUP_ROWS = 122_880


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("check.py: " + " ".join(str(part) for part in what))


def read_columns(path):
    """The columns of each table in their order: name, type, whether it may be null."""
    tables = json.loads(Path(path).read_text())["tables"]
    return {
        table["name"]: [(column["name"], column["type"], column["nullable"]) for column in table["columns"]]
        for table in tables
    }


def expected_columns(table, attributes, found):
    """The columns of `table` for a fleet with `attributes`, and as many gradients and aggregates as the columns `found` name."""
    gradients = [str(number) for number in range(1, sum(name.startswith("rank_fraction") for name in found))]
    estimated = [name.removeprefix("estimate_") for name in found if name.startswith("estimate_")]
    columns = []
    for name, kind, nullable in COLUMNS[table]:
        names = [name]
        for mark, parts in (("<attribute>", attributes), ("<gradient>", gradients), ("<aggregate>", estimated)):
            names = [name.replace(mark, part) for name in names for part in parts] if mark in name else names
        columns += [(name, kind, nullable) for name in names]
    return columns


def partition_of(file):
    """The run id and the seed in the path of a file."""
    run, seed = file.parent.parent.name, file.parent.name
    check(run.startswith("run=") and seed.startswith("seed="), "path of", file)
    return run.removeprefix("run="), int(seed.removeprefix("seed="))


def check_file(table, file):
    """Checks what the Parquet file says of itself; returns the fleet's attributes."""
    parquet = pq.ParquetFile(file)
    pairs = {key.decode(): value.decode() for key, value in parquet.metadata.metadata.items()}
    run, seed = partition_of(file)
    check(pairs["subcloud.schema_version"] == SCHEMA_VERSION, file, "schema version")
    check(pairs["subcloud.run_id"] == run and pairs["subcloud.seed"] == str(seed), file, "run id or seed")
    check(pairs["subcloud.scenario_hash"] and pairs["subcloud.engine_version"], file, "hash or version")
    attributes = json.loads(pairs["subcloud.attributes"])

    schema = parquet.schema_arrow
    columns = expected_columns(table, attributes, schema.names)
    check(schema.names == [name for name, _, _ in columns], file, "has columns", schema.names)
    for name, kind, nullable in columns:
        check(str(schema.field(name).type) == kind, file, name, "is", schema.field(name).type)
        check(schema.field(name).nullable == nullable, file, name, "is declared nullable, or is not")
        # What readers rely on, whatever the schema tells: these counts alone may be missing.
        may_be = (table, name) in MAY_BE_MISSING
        check(may_be or not (nullable and kind in (COUNT32, COUNT64, VALUE, FLAG)), table, name, "may be null")
    for group in range(parquet.metadata.num_row_groups):
        metadata = parquet.metadata.row_group(group)
        last = group == parquet.metadata.num_row_groups - 1
        check(metadata.num_rows == ROW_GROUP_ROWS or last, file, "row group of", metadata.num_rows)
        for index, (name, kind, _) in enumerate(columns):
            column = metadata.column(index)
            check(column.compression == "ZSTD", file, name, "is compressed by", column.compression)
            check(ENCODING[kind] in column.encodings, file, name, "is encoded by", column.encodings)
    return attributes


def check_values(table, frame, attributes):
    """Checks that there is no NaN, and no null where a value always exists."""
    for name, kind, nullable in expected_columns(table, attributes, frame.columns):
        column = frame[name]
        check(column.dtype == POLARS_TYPE[kind], "Polars reads", table, name, "as", column.dtype)
        check(nullable or column.null_count() == 0, table, name, "has nulls")
        if kind in (MEASURE, VALUE):
            check(column.drop_nulls().is_finite().all(), table, name, "has NaN or infinity")
    check(frame["run"].dtype == pl.String and frame["seed"].dtype == pl.Int64, table, "partition columns")


def same(a, b):
    """Whether two cells are equal; floats that were summed in another order may differ in the last digits."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300)
    return a == b


def check_same(what, duck, polars):
    """Checks that two results have the same columns and rows."""
    (duck_names, duck_rows), (polars_names, polars_rows) = duck, polars
    check(duck_names == polars_names, what, "has columns", duck_names, "in DuckDB and", polars_names, "in Polars")
    check(len(duck_rows) == len(polars_rows), what, "has", len(duck_rows), "rows in DuckDB,", len(polars_rows), "in Polars")
    for duck_row, polars_row in zip(duck_rows, polars_rows):
        equal = all(map(same, duck_row, polars_row))
        check(equal, what, "differs:", duck_row, "in DuckDB,", polars_row, "in Polars")


def open_table(connection, folder, is_sweep):
    """Opens a table in both; returns the lazy frame of Polars."""
    name = folder.name
    for entry in folder.rglob("*"):
        check(entry.is_dir() or entry.suffix == ".parquet", entry, "does not belong under a table")
    files = sorted(folder.rglob("*.parquet"))
    runs = {partition_of(file) for file in files}
    check(len(runs) == 1 or is_sweep and runs, folder, "holds", len(runs), "runs")
    check(name in ("nodes", "edges") or len(files) == len(runs), folder, "holds", len(files), "files of", len(runs), "runs")
    attributes = [check_file(name, file) for file in files][0]
    frame = pl.scan_parquet(folder)
    check_values(name, frame.collect(), attributes)
    glob = pl.scan_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    check(glob.collect().equals(frame.collect()), name, "differs in Polars between folder and pattern")

    source = f"read_parquet('{folder}/**/*.parquet', hive_partitioning=true)"
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {source}")
    described = connection.execute(f"DESCRIBE {name}").fetchall()
    expected = expected_columns(name, attributes, [row[0] for row in described])
    types = [(name, DUCKDB_TYPE[kind]) for name, kind, _ in expected]
    types += [("run", "VARCHAR"), ("seed", "BIGINT")]
    check([row[:2] for row in described] == types, "DuckDB reads", name, "as", described)
    rows = connection.execute(f"SELECT * FROM {name}").fetchall()
    check(rows == frame.collect().rows(), name, "has other rows in DuckDB than in Polars")
    print(f"  {name}: {len(rows)} rows")
    return frame


def check_sense(frames):
    """Checks what every run must satisfy."""
    cycles = frames["cycles"].collect()
    check(cycles["cycle"][0] == 0 and cycles["cycle"].is_sorted(), "cycles start at", cycles["cycle"][0])
    if "apps" in frames:
        apps = frames["apps"].collect()
        check((apps["correct_count"] + apps["wrong_count"] == apps["held_count"]).all(), "correct + wrong is not held")
        check(set(apps["cycle"]) == set(cycles["cycle"]), "apps and cycles have rows for other cycles")
        for moves in ("joins", "leaves"):
            causes = sum(apps[f"{moves}_{cause}_count"] for cause in ("churn", "rank", "suite"))
            check((causes == apps[f"{moves}_count"]).all(), "causes are not those of all", moves)
    if "suites" in frames:
        check_suites(frames["suites"].collect(), cycles)
    if "breaches" in frames:
        check_breaches(frames["breaches"].collect(), cycles)
    if "aggregates" in frames:
        check_aggregates(frames["aggregates"].collect())
    if "epochs" in frames:
        check_epochs(frames["epochs"].collect(), cycles)
    if "rules" in frames:
        check_rules(frames["rules"].collect(), cycles)
    if "overlay" in frames:
        check_overlay(frames["overlay"].collect(), frames["degrees"].collect(), cycles)
    if "clouds" in frames:
        check_clouds(frames["clouds"].collect(), cycles)
    if "attributes" in frames:
        check_attributes(frames["attributes"].collect(), cycles)


def check_attributes(attributes, cycles):
    """Checks that quantiles of an attribute ascend from the least to the highest, of nodes that were alive."""
    check((attributes["sample_count"] <= cycles["alive_count"][0]).all(), "more nodes looked at than there are")
    for rows in attributes.partition_by("attribute"):
        fractions = rows["fraction"]
        check(fractions[0] == 0 and fractions[-1] == 1 and fractions.is_sorted(), "fractions of", rows["attribute"][0])
        check(rows["value"].is_sorted(), "quantiles of", rows["attribute"][0], "do not ascend")


def check_suites(suites, cycles):
    """Checks the rows of versions: one per version and cycle, and no node acts on two."""
    check(set(suites["cycle"]) == set(cycles["cycle"]), "suites and cycles have rows for other cycles")
    check(not suites.select("cycle", "version").is_duplicated().any(), "a version has two rows for a cycle")
    for share in ("holders_fraction", "acting_fraction"):
        check(suites[share].is_between(0, 1).all(), share, "is no fraction")
    acting = suites.group_by("cycle").agg(pl.col("acting_fraction").sum())["acting_fraction"]
    check((acting <= 1 + 1e-9).all(), "nodes act on two versions")


def check_breaches(breaches, cycles):
    """Checks that breaches lie within the run, and their worst cycle within them."""
    first, last, worst = (breaches[name] for name in ("first_cycle", "last_cycle", "worst_cycle"))
    check((first <= worst).all() and (worst <= last).all(), "a breach is worst when there is none")
    check((breaches["cycles_count"] == last - first + 1).all(), "cycles of a breach")
    check((last <= cycles["cycle"].max()).all(), "a breach ends after the run")
    missed = breaches["worst_value"] >= breaches["limit"]
    check(not missed.any(), "a breach that is none")


def check_aggregates(aggregates):
    """Checks that there are estimates where nodes take part, and results where nodes hold them, and no others."""
    for name in ("mean", "variance", "min", "max"):
        same = (aggregates["participants_count"] > 0) == aggregates[name].is_not_null()
        check(same.all(), name, "of estimates that nobody has, or lacks")
    lacking = aggregates.filter(pl.col("true_value").is_null())
    check((lacking["participants_count"] == 0).all(), "nodes estimate what there is not")
    check(((aggregates["held_count"] > 0) == aggregates["held_mean"].is_not_null()).all(), "results that nobody holds, or lacks")


def check_epochs(epochs, cycles):
    """Checks that an aggregate has each epoch once, within the run, and that results lie where their mean and ends say."""
    check(not epochs.select("aggregate", "epoch").is_duplicated().any(), "an epoch has two rows")
    check((epochs["first_cycle"] <= epochs["last_cycle"]).all(), "an epoch ends before it begins")
    check((epochs["last_cycle"] <= cycles["cycle"].max()).all(), "an epoch ends after the run")
    check(((epochs["results_count"] > 0) == epochs["mean"].is_not_null()).all(), "a mean of no result")
    found = epochs.filter(pl.col("results_count") > 0)
    # A mean of equal values may differ from them by rounding.
    rounding = 1e-9 * found["mean"].abs()
    check((found["min"] <= found["mean"] + rounding).all(), "a mean below all results")
    check((found["mean"] <= found["max"] + rounding).all(), "a mean above all results")
    errors = found.drop_nulls("relative_error")
    check((errors["relative_error"] <= errors["worst_relative_error"] * (1 + 1e-9)).all(), "the worst node is not the worst")


def check_rules(rules, cycles):
    """Checks that rules fire within the run, by some nodes, and make newer versions."""
    check((rules["cycle"] <= cycles["cycle"].max()).all(), "a rule fires after the run")
    check((rules["nodes_count"] > 0).all(), "a rule fires at no node")
    check((rules["version"] > rules["base_version"]).all(), "a rule makes an older version")


def check_overlay(overlay, degrees, cycles):
    """Checks the rows of each overlay against its histograms of in-degrees, and of the cloud's against the nodes alive."""
    apps = overlay["app"].drop_nulls().unique().to_list()
    for app in apps:
        # An application that has no members has no histogram.
        of_app = pl.col("app") == app
        check_histograms(overlay.filter(of_app), degrees.filter(of_app))
    overlay, degrees = (rows.filter(pl.col("app").is_null()) for rows in (overlay, degrees))
    if overlay.is_empty():
        check(apps, "no overlay at all")
        return
    rows = check_histograms(overlay, degrees).join(cycles.select("cycle", "alive_count"), on="cycle", how="left")
    check(rows.height == overlay.height > 1, "not every row of overlay has a histogram")
    alive = rows["alive_count"].fill_null(rows["nodes_count"])
    check((rows["nodes_count"] == alive).all(), "a histogram has other nodes than those alive")


def check_clouds(clouds, cycles):
    """Checks that pairs of clouds have no more nodes than are alive, and no more entries across than entries."""
    check(not clouds.select("cycle", "cloud", "other").is_duplicated().any(), "a pair has two rows for a cycle")
    rows = clouds.join(cycles.select("cycle", alive="alive_count"), on="cycle")
    check((rows["alive_count"] + rows["other_alive_count"] <= rows["alive"]).all(), "more nodes than are alive")
    check((clouds["cross_links_count"] <= clouds["entries_count"]).all(), "more entries across than there are")


def check_histograms(overlay, degrees):
    """Checks the rows of an overlay that have a histogram against it; returns them with its sums."""
    histograms = degrees.with_columns(links=pl.col("in_degree").cast(pl.UInt64) * pl.col("nodes_count"))
    sums = histograms.group_by("cycle").agg(
        pl.col("nodes_count", "links").sum(), pl.col("in_degree").min().alias("min"), pl.col("in_degree").max().alias("max")
    )
    rows = overlay.join(sums, on="cycle")
    links = rows["entries_count"] - rows["dead_links_count"]
    check((rows["links"] == links).all(), "the in-degrees do not sum up to the links to live nodes")
    check((rows["min"] == rows["in_degree_min"]).all() and (rows["max"] == rows["in_degree_max"]).all(), "other ends")
    return rows
    means = (rows["dead_links_mean"] * rows["nodes_count"] - rows["dead_links_count"]).abs()
    check((means < 1e-6).all(), "dead_links_mean is not the mean of dead_links_count")
    ages = [rows[name] for name in ("age_p50", "age_p90", "age_p99", "age_max")]
    check(all((low <= high).all() for low, high in zip(ages, ages[1:])), "quantiles of ages do not ascend")
    check((rows["age_mean"] <= rows["age_max"]).all() and (rows["age_max"] <= 250).all(), "ages out of bounds")


def tables_of(text):
    """The tables that a query reads."""
    return set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", text)) & set(COLUMNS)


def check_run(run, queries):
    """Checks a run and every query on it whose tables it has; returns those that find something."""
    print(run)
    connection = duckdb.connect()
    check((run / "traces").is_dir(), run, "has no traces/")
    folders = sorted((run / "traces").iterdir())
    is_sweep = (run / "sweep.json").is_file()
    frames = {folder.name: open_table(connection, folder, is_sweep) for folder in folders}
    if is_sweep:
        check_derived(run / "derived", frames)
    else:
        check_sense(frames)
    context = pl.SQLContext(frames)
    asked = [query for query in queries if tables_of(query.read_text()) <= set(frames)]
    found = set()
    for query in asked:
        text = query.read_text()
        result = connection.execute(text)
        duck = [column[0] for column in result.description], result.fetchall()
        frame = context.execute(text, eager=True)
        check_same(query.name, duck, (frame.columns, frame.rows()))
        print(f"  {query.name}: {len(duck[1])} rows")
        found.update([query] if duck[1] else [])
    return found


def check_derived(folder, frames):
    """Checks the tables derived from a sweep: both readers see the same, and they follow from the tables of the points."""
    tables = {}
    for file in sorted(folder.iterdir()):
        tables[file.stem] = frame = pl.read_parquet(file)
        result = duckdb.sql(f"SELECT * FROM '{file}'")
        check_same(file.name, (result.columns, result.fetchall()), (frame.columns, frame.rows()))
        check(len(frame) > 0, file, "is empty")
        print(f"  derived/{file.name}: {len(frame)} rows")
    values, metrics, bands = tables["values"], tables["metrics"], tables["bands"]
    check(set(values["point"]) == set(frames["runs"].collect()["point"]), "values lack points")
    keys = ["setting", "metric", "subject", "unit"]
    expected = values.group_by(keys).agg(
        pl.col("value").mean().alias("mean_here"),
        pl.col("value").count().alias("count_here"),
        pl.col("value").quantile(0.9, "linear").alias("p90_here"),
    )
    check_columns_near(metrics.join(expected, on=keys), len(metrics), ["mean", "count", "p90"])
    apps = frames["apps"].collect().join(frames["runs"].collect().select("run", "seed", "setting"), on=["run", "seed"])
    held = apps.group_by("setting", "app", "cycle").agg(
        pl.col("held_count").mean().alias("mean_here"),
        pl.col("held_count").quantile(0.1, "linear").alias("p10_here"),
        pl.col("held_count").quantile(0.99, "linear").alias("p99_here"),
    )
    own = bands.filter(pl.col("metric") == "held").rename({"subject": "app"}).with_columns(pl.col("cycle").cast(pl.UInt32))
    held = held.with_columns(pl.col("setting").cast(pl.UInt64))
    check_columns_near(own.join(held, on=["setting", "app", "cycle"]), len(held), ["mean", "p10", "p99"])


def check_columns_near(joined, count, names):
    """Checks that every row found its partner, and that columns equal those computed here."""
    check(len(joined) == count, "derived tables have other rows:", len(joined), "of", count)
    for name in names:
        for ours, theirs in joined.select(f"{name}_here", name).rows():
            check(same(ours if ours is None else float(ours), theirs if theirs is None else float(theirs)), name, ours, theirs)


def main():
    queries = sorted(Path(sys.argv[2]).glob("*.sql"))
    check(len(queries) >= 3, "no queries in", sys.argv[2])
    asked = [check_run(Path(run), queries) for run in sys.argv[3:]]
    silent = {query.name for query in set(queries).difference(*asked)}
    check(not silent, "find nothing in any run:", *sorted(silent))


SCHEMA_VERSION = json.loads(Path(sys.argv[1]).read_text())["trace_schema"]
COLUMNS = read_columns(sys.argv[1])
main()
