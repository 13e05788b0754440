-- What a live node sent on average: a row per step between observed cycles, per node and cycle.
WITH steps AS (
    SELECT
        run,
        seed,
        cycle,
        alive_count,
        messages_count,
        lost_count,
        payload_bytes,
        LAG(cycle) OVER (PARTITION BY run, seed ORDER BY cycle) AS previous_cycle
    FROM cycles
)
SELECT
    run,
    seed,
    cycle,
    alive_count,
    CAST(messages_count AS DOUBLE) / NULLIF(alive_count * (cycle - previous_cycle), 0) AS messages_per_node_and_cycle,
    CAST(payload_bytes AS DOUBLE) / NULLIF(alive_count * (cycle - previous_cycle), 0) AS payload_bytes_per_node_and_cycle,
    CAST(lost_count AS DOUBLE) / NULLIF(messages_count, 0) AS lost_fraction
FROM steps
WHERE previous_cycle IS NOT NULL
ORDER BY run, seed, cycle
