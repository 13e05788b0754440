-- Which application picked nodes that stay: of the nodes of the panel that were up at the first snapshot, by the application that
-- held them then, how many are up at each later one. Nodes without an application have a null app.
WITH begin AS (
    SELECT run, seed, MIN(cycle) AS first_cycle FROM nodes GROUP BY run, seed
),
held AS (
    SELECT nodes.run, nodes.seed, nodes.node_id, nodes.app
    FROM nodes
    JOIN begin ON nodes.run = begin.run AND nodes.seed = begin.seed AND nodes.cycle = begin.first_cycle
    WHERE nodes.alive
)
SELECT
    nodes.run,
    nodes.seed,
    nodes.cycle,
    held.app,
    COUNT(*) AS nodes_count,
    AVG(CASE WHEN nodes.alive THEN 1.0 ELSE 0.0 END) AS up_fraction
FROM nodes
JOIN held ON nodes.run = held.run AND nodes.seed = held.seed AND nodes.node_id = held.node_id
GROUP BY nodes.run, nodes.seed, nodes.cycle, held.app
ORDER BY nodes.run, nodes.seed, nodes.cycle, held.app
