-- By how many a node of the cloud is known at the last cycle: the histogram, a row per in-degree that occurs.
-- at_most_fraction: share of the live nodes known by so many or fewer.
WITH last_cycle AS (
    SELECT run, seed, MAX(cycle) AS cycle FROM degrees GROUP BY run, seed
),
histogram AS (
    SELECT degrees.run, degrees.seed, degrees.cycle, degrees.in_degree, CAST(degrees.nodes_count AS DOUBLE) AS nodes
    FROM degrees
    JOIN last_cycle
        ON degrees.run = last_cycle.run AND degrees.seed = last_cycle.seed AND degrees.cycle = last_cycle.cycle
    WHERE degrees.app IS NULL
)
SELECT
    run,
    seed,
    cycle,
    in_degree,
    CAST(nodes AS BIGINT) AS nodes_count,
    nodes / SUM(nodes) OVER (PARTITION BY run, seed) AS nodes_fraction,
    SUM(nodes) OVER (PARTITION BY run, seed ORDER BY in_degree) / SUM(nodes) OVER (PARTITION BY run, seed) AS at_most_fraction
FROM histogram
ORDER BY run, seed, in_degree
