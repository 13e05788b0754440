-- How many of the nodes that an application holds at the first snapshot are up at each later one.
WITH first AS (
    SELECT node_id, app FROM nodes WHERE cycle = (SELECT min(cycle) FROM nodes) AND alive
)
SELECT nodes.cycle, first.app, count(*) AS nodes_count, avg(CASE WHEN nodes.alive THEN 1.0 ELSE 0.0 END) AS up_fraction
FROM nodes JOIN first ON nodes.node_id = first.node_id
GROUP BY nodes.cycle, first.app
ORDER BY nodes.cycle, first.app
