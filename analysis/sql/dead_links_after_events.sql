-- How views forget the dead: a row per cycle at which the overlay is measured, from the last event before it on. A new version
-- of the suite kills nobody, and is no event here, whoever made it.
-- factor_per_cycle: by what factor the dead links per live node fell per cycle since the row before; null from none.
WITH steps AS (
    SELECT
        run,
        seed,
        cycle,
        protocol,
        dead_links_mean,
        LAG(cycle) OVER (PARTITION BY run, seed ORDER BY cycle) AS previous_cycle,
        LAG(dead_links_mean) OVER (PARTITION BY run, seed ORDER BY cycle) AS previous_mean
    FROM overlay
    WHERE app IS NULL
),
since AS (
    SELECT steps.run AS run, steps.seed AS seed, steps.cycle AS cycle, MAX(events.cycle) AS event_cycle
    FROM steps
    JOIN events ON steps.run = events.run AND steps.seed = events.seed
    WHERE events.cycle <= steps.cycle AND events.kind NOT IN ('suite', 'rule')
    GROUP BY steps.run, steps.seed, steps.cycle
)
SELECT
    steps.run,
    steps.seed,
    steps.protocol,
    since.event_cycle,
    steps.cycle,
    steps.cycle - since.event_cycle AS cycles_since,
    steps.dead_links_mean AS dead_links_per_live_node,
    POWER(
        steps.dead_links_mean / NULLIF(steps.previous_mean, CAST(0 AS DOUBLE)),
        CAST(1 AS DOUBLE) / CAST(steps.cycle - steps.previous_cycle AS DOUBLE)
    ) AS factor_per_cycle
FROM steps
JOIN since ON steps.run = since.run AND steps.seed = since.seed AND steps.cycle = since.cycle
ORDER BY steps.run, steps.seed, steps.cycle
