-- Of a sweep: what each application holds in the end, by what the sweep sets: one row for each value of each key.
--
-- Where several keys are set, a row is taken over all values of the others. `number` is null where a value is no number.
SELECT
    params.key,
    params.value,
    params.number,
    apps.app,
    COUNT(*) AS runs_count,
    AVG(apps.held_count) AS held_mean,
    STDDEV_SAMP(apps.held_count) AS held_sd,
    MIN(apps.held_count) AS held_least,
    MAX(apps.held_count) AS held_most
FROM apps
JOIN params ON params.run = apps.run AND params.seed = apps.seed
JOIN (SELECT run, seed, MAX(cycle) AS last_cycle FROM apps GROUP BY run, seed) AS ends
    ON ends.run = apps.run AND ends.seed = apps.seed
WHERE apps.cycle = ends.last_cycle
GROUP BY params.key, params.value, params.number, apps.app
ORDER BY params.key, params.number, params.value, apps.app
