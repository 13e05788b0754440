-- How many nodes come and go: a row per observed cycle. Fractions are of the nodes alive at the row before, over the cycles since.
WITH steps AS (
    SELECT
        run,
        seed,
        cycle,
        alive_count,
        joined_count,
        left_count,
        crashed_count,
        LAG(alive_count) OVER (PARTITION BY run, seed ORDER BY cycle) AS previous_alive
    FROM cycles
)
SELECT
    run,
    seed,
    cycle,
    alive_count,
    joined_count,
    left_count,
    crashed_count,
    CASE WHEN previous_alive > 0 THEN CAST(joined_count AS DOUBLE) / previous_alive END AS joined_fraction,
    CASE WHEN previous_alive > 0 THEN CAST(left_count + crashed_count AS DOUBLE) / previous_alive END AS gone_fraction
FROM steps
ORDER BY run, seed, cycle
