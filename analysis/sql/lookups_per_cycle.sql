-- What becomes of requests for a key: a row per cycle and topology through which they go. app: null for the whole cloud.
-- hops_*: of those that ended at the owner of their key; timeouts_mean: nodes that did not answer in time.
SELECT
    lookups.run,
    lookups.seed,
    lookups.app,
    lookups.routing,
    lookups.asker,
    lookups.cycle,
    lookups.lookups_count,
    lookups.success_fraction,
    lookups.wrong_fraction,
    lookups.stuck_fraction,
    lookups.hops_mean,
    lookups.hops_p99,
    lookups.timeouts_mean
FROM lookups
ORDER BY lookups.run, lookups.seed, lookups.app, lookups.cycle
