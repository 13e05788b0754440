-- When constraints of applications were broken, and how badly: a row per breach.
-- depth_fraction: how much was missing at worst, as a fraction of the limit; null where no node was held to have an attribute.
SELECT
    run,
    seed,
    app,
    breaches."constraint",
    breaches."limit",
    first_cycle,
    last_cycle,
    cycles_count,
    has_ended,
    worst_cycle,
    worst_value,
    (breaches."limit" - worst_value) / NULLIF(ABS(breaches."limit"), CAST(0 AS DOUBLE)) AS depth_fraction
FROM breaches
ORDER BY run, seed, app, breaches."constraint", first_cycle
