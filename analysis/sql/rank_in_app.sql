-- Where the nodes of the panel stand within their application: a row per snapshot and node that belongs to one.
-- rank_in_app_fraction: 0 (least) to 1, by what nodes believe of their rank in gradient 0. It is that among all members
-- where trace.nodes has sample = "all", and among those of the panel otherwise. Null: it is the only one.
WITH numbered AS (
    SELECT
        run,
        seed,
        cycle,
        node_id,
        app,
        rank_fraction,
        ROW_NUMBER() OVER (PARTITION BY run, seed, cycle, app ORDER BY rank_fraction, node_id) AS place
    FROM nodes
    WHERE app IS NOT NULL AND rank_fraction IS NOT NULL
),
sizes AS (
    SELECT run, seed, cycle, app, COUNT(*) AS size
    FROM numbered
    GROUP BY run, seed, cycle, app
)
SELECT
    numbered.run AS run,
    numbered.seed AS seed,
    numbered.cycle AS cycle,
    numbered.app AS app,
    numbered.node_id AS node_id,
    numbered.rank_fraction AS rank_fraction,
    CAST(numbered.place - 1 AS DOUBLE) / NULLIF(CAST(sizes.size - 1 AS DOUBLE), 0) AS rank_in_app_fraction
FROM numbered
JOIN sizes
    ON numbered.run = sizes.run
    AND numbered.seed = sizes.seed
    AND numbered.cycle = sizes.cycle
    AND numbered.app = sizes.app
ORDER BY run, seed, cycle, app, rank_in_app_fraction, node_id
