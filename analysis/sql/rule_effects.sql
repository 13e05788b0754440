-- What nodes changed by rules, and what came of it: a row per row of rules and application that its action names.
-- cycles_to_99_percent, cycles_to_all: cycles until so many of the live nodes were seen to act on the version; null if never.
-- held_before: nodes of that application when they made the version; held_after: after after_cycle, the last observed one before a
-- rule made the next version that nodes take, or of the run. Null: the action names no application.
WITH made AS (
    SELECT run, seed, version, MIN(cycle) AS cycle
    FROM rules
    WHERE verdict = 'taken'
    GROUP BY run, seed, version
),
following AS (
    SELECT run, seed, version, LEAD(cycle) OVER (PARTITION BY run, seed ORDER BY cycle, version) AS next_cycle
    FROM made
),
spread AS (
    SELECT
        rules.run AS run,
        rules.seed AS seed,
        rules.version AS version,
        rules.cycle AS cycle,
        MIN(CASE WHEN suites.acting_fraction >= 0.99 THEN suites.cycle ELSE NULL END) AS most_cycle,
        MIN(CASE WHEN suites.acting_fraction >= 1.0 THEN suites.cycle ELSE NULL END) AS all_cycle,
        MAX(suites.acting_fraction) AS most_acting_fraction
    FROM rules
    JOIN suites ON rules.run = suites.run AND rules.seed = suites.seed AND rules.version = suites.version
    WHERE suites.cycle >= rules.cycle
    GROUP BY rules.run, rules.seed, rules.version, rules.cycle
),
named AS (
    SELECT
        rules.run AS run,
        rules.seed AS seed,
        rules.version AS version,
        rules.cycle AS cycle,
        rules.action AS action,
        apps.app AS app,
        MAX(CASE WHEN apps.cycle <= rules.cycle THEN apps.cycle ELSE NULL END) AS before_cycle,
        MAX(CASE WHEN following.next_cycle IS NULL OR apps.cycle <= following.next_cycle THEN apps.cycle ELSE NULL END) AS after_cycle
    FROM rules
    JOIN apps ON rules.run = apps.run AND rules.seed = apps.seed
    LEFT JOIN following
        ON rules.run = following.run AND rules.seed = following.seed AND rules.version = following.version
    WHERE STRPOS(rules.action, apps.app) > 0
    GROUP BY rules.run, rules.seed, rules.version, rules.cycle, rules.action, apps.app
),
held AS (
    SELECT
        named.run AS run,
        named.seed AS seed,
        named.version AS version,
        named.cycle AS cycle,
        named.action AS action,
        named.app AS app,
        named.after_cycle AS after_cycle,
        earlier.held_count AS held_before,
        later.held_count AS held_after
    FROM named
    JOIN apps AS earlier
        ON named.run = earlier.run
        AND named.seed = earlier.seed
        AND named.app = earlier.app
        AND named.before_cycle = earlier.cycle
    JOIN apps AS later
        ON named.run = later.run
        AND named.seed = later.seed
        AND named.app = later.app
        AND named.after_cycle = later.cycle
)
SELECT
    rules.run,
    rules.seed,
    rules.cycle,
    rules.app AS ruling_app,
    rules.rule,
    rules.cause,
    rules.action,
    rules.nodes_count,
    rules.version,
    rules.verdict,
    CAST(spread.most_cycle AS BIGINT) - CAST(rules.cycle AS BIGINT) AS cycles_to_99_percent,
    CAST(spread.all_cycle AS BIGINT) - CAST(rules.cycle AS BIGINT) AS cycles_to_all,
    spread.most_acting_fraction,
    held.app,
    held.held_before,
    held.after_cycle,
    held.held_after
FROM rules
LEFT JOIN spread
    ON rules.run = spread.run
    AND rules.seed = spread.seed
    AND rules.version = spread.version
    AND rules.cycle = spread.cycle
LEFT JOIN held
    ON rules.run = held.run
    AND rules.seed = held.seed
    AND rules.version = held.version
    AND rules.cycle = held.cycle
    AND rules.action = held.action
ORDER BY rules.run, rules.seed, rules.cycle, rules.app, rules.rule, rules.version, held.app NULLS LAST
