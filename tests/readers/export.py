"""Checks the measures of overlays against NetworkX on the graphs that a run exported, and those of aggregates and phases
on its nodes; igraph reads the same graphs.

export.py RUN...: each a run whose `trace.edges`, `trace.nodes` and `trace.overlay` are of the same cycles and of all nodes.
"""

import sys
from pathlib import Path

import igraph as ig
import networkx as nx
import numpy as np
import pandas as pd


def near(found, expected, what, tolerance=1e-9):
    """The two are the same figure, or both there is none of."""
    assert (pd.isna(found) and pd.isna(expected)) or abs(found - expected) <= tolerance * max(1, abs(expected)), (
        what,
        found,
        expected,
    )


def check(row, edges, members):
    """A row of `overlay` says what NetworkX finds among some members, whose entries these are."""
    graph = nx.from_pandas_edgelist(edges, "from", "to", create_using=nx.DiGraph)
    assert set(edges["from"]) <= members, "only members have entries"
    assert graph.number_of_edges() == len(edges) == row.entries_count, "no entry is there twice"
    graph.add_nodes_from(members)
    dead = edges[~edges["to"].isin(members)]
    assert len(dead) == row.dead_links_count
    among = graph.subgraph(members)
    degrees = np.array([degree for _, degree in among.in_degree()])
    near(row.in_degree_mean, degrees.mean(), "mean of in-degrees")
    near(row.in_degree_sd, degrees.std(), "deviation of in-degrees")
    near(row.in_degree_min, degrees.min(), "least in-degree")
    near(row.in_degree_max, degrees.max(), "largest in-degree")
    both = nx.Graph(among)
    two = [clustering for node, clustering in nx.clustering(both).items() if both.degree(node) > 1]
    near(row.clustering_coefficient, np.mean(two), "clustering")
    assert row.clustering_sample_count == len(two)
    parts = [len(part) for part in nx.connected_components(both)]
    assert row.components_count == len(parts)
    near(row.largest_component_fraction, max(parts) / len(members), "the largest component")
    lengths = [length for _, found in nx.all_pairs_shortest_path_length(both) for length in found.values() if length]
    assert row.path_sample_count == len(members)
    near(row.path_length_mean, np.mean(lengths), "path length")
    has_ages = edges["age"].notna()
    if has_ages.any():
        near(row.age_mean, edges["age"].mean(), "age")
        near(row.age_max, edges["age"].max(), "oldest")
    else:
        assert np.isnan(row.age_mean)
    other = ig.Graph.DataFrame(edges[["from", "to"]].astype(int), directed=True, use_vids=False)
    assert other.ecount() == len(edges)


def check_nodes(nodes, run):
    """Means of what nodes estimate, and counts of what they are, are those that the run tells."""
    aggregates = pd.read_parquet(run / "traces" / "aggregates")
    names = {name.removeprefix("estimate_") for name in nodes.columns if name.startswith("estimate_")}
    assert names == set(aggregates["aggregate"]), names
    cycles = set(nodes["cycle"])
    for row in aggregates[aggregates["cycle"].isin(cycles)].itertuples():
        found = nodes.loc[nodes["cycle"] == row.cycle, f"estimate_{row.aggregate}"].dropna()
        assert len(found) == row.participants_count, (row, len(found))
        near(row.mean, found.mean(), "mean of estimates")
        near(row.min, found.min(), "least estimate")
    if not (run / "traces" / "members").exists():
        assert nodes["phase"].isna().all() and nodes["member_of"].isna().all()
        return
    members = pd.read_parquet(run / "traces" / "members")
    for row in members[members["cycle"].isin(cycles)].itertuples():
        here = nodes[(nodes["cycle"] == row.cycle) & nodes["alive"] & (nodes["member_of"] == row.app)]
        counts = here["phase"].value_counts()
        assert counts.sum() == len(here)
        assert counts.get("waiting", 0) == row.waiting_count, (row, counts)
        assert counts.get("fetching", 0) == row.fetching_count, (row, counts)
        assert counts.get("running", 0) + counts.get("alone", 0) == row.running_count, (row, counts)


for run in map(Path, sys.argv[1:]):
    tables = {name: pd.read_parquet(run / "traces" / name) for name in ["edges", "overlay", "nodes"]}
    edges, overlay, nodes = (tables[name] for name in ["edges", "overlay", "nodes"])
    assert len(overlay) > 0 and set(edges["cycle"]) == set(overlay["cycle"]), "edges of every measured cycle"
    for row in overlay.itertuples():
        of_app = edges["overlay"].isna() if pd.isna(row.app) else edges["overlay"] == row.app
        is_here = (edges["cycle"] == row.cycle) & of_app
        there = nodes[(nodes["cycle"] == row.cycle) & nodes["alive"]]
        joined = there[there["phase"].isin(["fetching", "running"])]
        members = there if pd.isna(row.app) else joined[joined["member_of"] == row.app]
        check(row, edges[is_here], set(members["node_id"]))
    check_nodes(nodes, run)
    print(f"{run}: {len(overlay)} overlays, {len(edges)} entries")
