-- Which nodes of the panel changed application from one snapshot to the next: a row per change.
-- Null: the node belonged to no application.
WITH snapshots AS (
    SELECT DISTINCT run, seed, cycle FROM nodes
),
neighbours AS (
    SELECT run, seed, cycle, LAG(cycle) OVER (PARTITION BY run, seed ORDER BY cycle) AS previous_cycle
    FROM snapshots
),
changes AS (
    SELECT
        later.run AS run,
        later.seed AS seed,
        later.node_id AS node_id,
        earlier.cycle AS previous_cycle,
        later.cycle AS cycle,
        earlier.app AS previous_app,
        later.app AS app,
        later.alive AS alive
    FROM nodes AS later
    JOIN neighbours
        ON later.run = neighbours.run AND later.seed = neighbours.seed AND later.cycle = neighbours.cycle
    JOIN nodes AS earlier
        ON later.run = earlier.run
        AND later.seed = earlier.seed
        AND later.node_id = earlier.node_id
        AND neighbours.previous_cycle = earlier.cycle
)
SELECT run, seed, node_id, previous_cycle, cycle, previous_app, app, alive
FROM changes
WHERE COALESCE(previous_app, '') <> COALESCE(app, '')
ORDER BY run, seed, node_id, cycle
