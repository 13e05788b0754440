-- How random the peers are that a node sees one after the other: a row per lag in cycles, up to a hundred.
-- same_fraction: share of the entries of a view that its owner's view held, too, so many cycles before. Of views that were
-- drawn anew each time it would be the size of a view over the nodes of the cloud.
-- Needs trace.edges with `every` of a few cycles; a sample will do, since all entries of a node are there or none.
WITH entries AS (
    SELECT run, seed, cycle, "from" AS node, "to" AS peer
    FROM edges
    WHERE overlay IS NULL
),
-- Nodes whose views are there in both cycles.
counts AS (
    SELECT run, seed, cycle, node, COUNT(*) AS size
    FROM entries
    GROUP BY run, seed, cycle, node
),
pairs AS (
    SELECT
        later.run AS run,
        later.seed AS seed,
        later.cycle - one.cycle AS lag_cycles,
        CAST(SUM(later.size) AS DOUBLE) AS all_entries
    FROM counts AS one
    JOIN counts AS later ON one.run = later.run AND one.seed = later.seed AND one.node = later.node
    WHERE later.cycle >= one.cycle AND later.cycle <= one.cycle + 100
    GROUP BY later.run, later.seed, later.cycle - one.cycle
),
kept AS (
    SELECT
        later.run AS run,
        later.seed AS seed,
        later.cycle - one.cycle AS lag_cycles,
        CAST(COUNT(*) AS DOUBLE) AS same_entries
    FROM entries AS one
    JOIN entries AS later
        ON one.run = later.run AND one.seed = later.seed AND one.node = later.node AND one.peer = later.peer
    WHERE later.cycle >= one.cycle AND later.cycle <= one.cycle + 100
    GROUP BY later.run, later.seed, later.cycle - one.cycle
)
SELECT
    pairs.run AS run,
    pairs.seed AS seed,
    pairs.lag_cycles AS lag_cycles,
    COALESCE(same_entries, CAST(0 AS DOUBLE)) / all_entries AS same_fraction
FROM pairs
LEFT JOIN kept ON pairs.run = kept.run AND pairs.seed = kept.seed AND pairs.lag_cycles = kept.lag_cycles
ORDER BY run, seed, lag_cycles
