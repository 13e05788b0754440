-- Which nodes each application wins and loses, and why: a row per application.
-- Causes: nodes that come to the cloud or leave it (churn), that change their idea of their rank (rank), that take another version
-- of the suite (suite). *_fraction: of the nodes held, per cycle; null where it never held any.
WITH steps AS (
    SELECT
        run,
        seed,
        app,
        CAST(joins_churn_count AS DOUBLE) AS joins_churn,
        CAST(joins_rank_count AS DOUBLE) AS joins_rank,
        CAST(joins_suite_count AS DOUBLE) AS joins_suite,
        CAST(leaves_churn_count AS DOUBLE) AS leaves_churn,
        CAST(leaves_rank_count AS DOUBLE) AS leaves_rank,
        CAST(leaves_suite_count AS DOUBLE) AS leaves_suite,
        CAST(LAG(held_count) OVER (PARTITION BY run, seed, app ORDER BY cycle) AS DOUBLE)
            * CAST(cycle - LAG(cycle) OVER (PARTITION BY run, seed, app ORDER BY cycle) AS DOUBLE) AS node_cycles
    FROM apps
),
sums AS (
    SELECT
        run,
        seed,
        app,
        SUM(joins_churn) AS joins_churn,
        SUM(joins_rank) AS joins_rank,
        SUM(joins_suite) AS joins_suite,
        SUM(leaves_churn) AS leaves_churn,
        SUM(leaves_rank) AS leaves_rank,
        SUM(leaves_suite) AS leaves_suite,
        SUM(node_cycles) AS node_cycles
    FROM steps
    WHERE node_cycles IS NOT NULL
    GROUP BY run, seed, app
)
SELECT
    run,
    seed,
    app,
    CAST(joins_churn AS BIGINT) AS joins_churn_count,
    CAST(joins_rank AS BIGINT) AS joins_rank_count,
    CAST(joins_suite AS BIGINT) AS joins_suite_count,
    CAST(leaves_churn AS BIGINT) AS leaves_churn_count,
    CAST(leaves_rank AS BIGINT) AS leaves_rank_count,
    CAST(leaves_suite AS BIGINT) AS leaves_suite_count,
    joins_churn / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS joins_churn_fraction,
    joins_rank / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS joins_rank_fraction,
    joins_suite / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS joins_suite_fraction,
    leaves_churn / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS leaves_churn_fraction,
    leaves_rank / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS leaves_rank_fraction,
    leaves_suite / NULLIF(node_cycles, CAST(0 AS DOUBLE)) AS leaves_suite_fraction
FROM sums
ORDER BY run, seed, app
