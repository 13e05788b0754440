-- Which part of the first gradient each application holds in the last snapshot, by the nodes' own estimates of their
-- rank: a row per application. For the application served first the lowest and highest rank show its border; how many
-- nodes tie at a border is border_ties_count in the table apps. Null: nodes that belong to no application.
WITH last_snapshot AS (
    SELECT run, seed, MAX(cycle) AS last_cycle FROM nodes GROUP BY run, seed
)
SELECT
    nodes.run,
    nodes.seed,
    nodes.cycle,
    nodes.app,
    COUNT(*) AS panel_nodes_count,
    MIN(nodes.rank_fraction) AS lowest_rank_fraction,
    AVG(nodes.rank_fraction) AS mean_rank_fraction,
    MAX(nodes.rank_fraction) AS highest_rank_fraction
FROM nodes
JOIN last_snapshot
    ON nodes.run = last_snapshot.run AND nodes.seed = last_snapshot.seed AND nodes.cycle = last_snapshot.last_cycle
WHERE nodes.alive
GROUP BY nodes.run, nodes.seed, nodes.cycle, nodes.app
ORDER BY nodes.run, nodes.seed, nodes.app NULLS LAST
