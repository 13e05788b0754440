-- How long a node keeps the in-degree that it has: a row per lag in cycles, up to a hundred.
-- autocorrelation: of the in-degrees of a node over time, around their mean, summed over all nodes (Jelasity, Voulgaris,
-- Guerraoui, Kermarrec and van Steen, TOCS 2007, for one node). It is 1 at lag 0, and near 0 where a node's degree says
-- nothing of what it was.
-- Needs trace.edges = { every = 1, sample = "all" }. A cycle in which nobody knows a node counts nothing.
WITH degrees AS (
    SELECT run, seed, cycle, "to" AS node, CAST(COUNT(*) AS DOUBLE) AS degree
    FROM edges
    WHERE overlay IS NULL AND cycle > 0
    GROUP BY run, seed, cycle, "to"
),
means AS (
    SELECT run, seed, node, AVG(degree) AS mean
    FROM degrees
    GROUP BY run, seed, node
),
deviations AS (
    SELECT
        degrees.run AS run,
        degrees.seed AS seed,
        degrees.cycle AS cycle,
        degrees.node AS node,
        degree - mean AS deviation
    FROM degrees
    JOIN means ON degrees.run = means.run AND degrees.seed = means.seed AND degrees.node = means.node
),
wholes AS (
    SELECT run, seed, SUM(deviation * deviation) AS whole
    FROM deviations
    GROUP BY run, seed
),
products AS (
    SELECT
        one.run AS run,
        one.seed AS seed,
        later.cycle - one.cycle AS lag_cycles,
        SUM(one.deviation * later.deviation) AS product
    FROM deviations AS one
    JOIN deviations AS later ON one.run = later.run AND one.seed = later.seed AND one.node = later.node
    WHERE later.cycle >= one.cycle AND later.cycle <= one.cycle + 100
    GROUP BY one.run, one.seed, later.cycle - one.cycle
)
SELECT products.run AS run, products.seed AS seed, lag_cycles, product / whole AS autocorrelation
FROM products
JOIN wholes ON products.run = wholes.run AND products.seed = wholes.seed
WHERE whole > 0
ORDER BY run, seed, lag_cycles
