-- From which observed cycle on the share of wrong nodes stayed below 10, 1 and 0.1 %: a row per application.
-- Null: it was not below at the end of the run. Where nobody asks for any node and none is held, none is wrong.
WITH shares AS (
    SELECT
        run,
        seed,
        app,
        cycle,
        CASE
            WHEN asked_count = 0 AND held_count = 0 THEN CAST(0 AS DOUBLE)
            ELSE CAST(wrong_count AS DOUBLE) / NULLIF(held_count, 0)
        END AS wrong_fraction
    FROM apps
),
above AS (
    SELECT
        run,
        seed,
        app,
        COALESCE(MAX(CASE WHEN wrong_fraction < 0.1 THEN NULL ELSE CAST(cycle AS BIGINT) END), -1) AS last_above_10_percent,
        COALESCE(MAX(CASE WHEN wrong_fraction < 0.01 THEN NULL ELSE CAST(cycle AS BIGINT) END), -1) AS last_above_1_percent,
        COALESCE(MAX(CASE WHEN wrong_fraction < 0.001 THEN NULL ELSE CAST(cycle AS BIGINT) END), -1) AS last_above_01_percent
    FROM shares
    GROUP BY run, seed, app
)
SELECT
    apps.run,
    apps.seed,
    apps.app,
    MIN(CASE WHEN CAST(apps.cycle AS BIGINT) > above.last_above_10_percent THEN apps.cycle ELSE NULL END) AS below_10_percent_from_cycle,
    MIN(CASE WHEN CAST(apps.cycle AS BIGINT) > above.last_above_1_percent THEN apps.cycle ELSE NULL END) AS below_1_percent_from_cycle,
    MIN(CASE WHEN CAST(apps.cycle AS BIGINT) > above.last_above_01_percent THEN apps.cycle ELSE NULL END) AS below_01_percent_from_cycle
FROM apps
JOIN above ON apps.run = above.run AND apps.seed = above.seed AND apps.app = above.app
GROUP BY apps.run, apps.seed, apps.app
ORDER BY apps.run, apps.seed, apps.app
