-- How each application approaches the nodes that a central sort would give it: a row per application and cycle.
-- wrong_fraction: share of the nodes held that are the wrong ones, 0..1; null while none is held.
-- missing_count: nodes asked for that it lacks (negative: it holds more than it asked for).
SELECT
    run,
    seed,
    app,
    cycle,
    asked_count,
    held_count,
    wrong_count,
    CAST(wrong_count AS DOUBLE) / NULLIF(held_count, 0) AS wrong_fraction,
    CAST(asked_count AS BIGINT) - CAST(held_count AS BIGINT) AS missing_count,
    joins_count + leaves_count AS moves_count
FROM apps
ORDER BY run, seed, app, cycle
