-- Of a sweep: the nodes that each application holds at each cycle, over the replicates of a setting.
--
-- Eight of ten replicates lie between p10 and p90; p01 and p99 say little unless there are a hundred. `params` tells what a
-- setting sets.
SELECT
    runs.setting,
    apps.app,
    apps.cycle,
    COUNT(*) AS replicates_count,
    AVG(apps.held_count) AS held_mean,
    QUANTILE_CONT(apps.held_count, 0.01) AS held_p01,
    QUANTILE_CONT(apps.held_count, 0.10) AS held_p10,
    QUANTILE_CONT(apps.held_count, 0.50) AS held_p50,
    QUANTILE_CONT(apps.held_count, 0.90) AS held_p90,
    QUANTILE_CONT(apps.held_count, 0.99) AS held_p99
FROM apps
JOIN runs ON runs.run = apps.run AND runs.seed = apps.seed
GROUP BY runs.setting, apps.app, apps.cycle
ORDER BY runs.setting, apps.app, apps.cycle
