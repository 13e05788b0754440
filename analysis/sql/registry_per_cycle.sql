-- What has become of the values that members of a topology hold: a row per cycle and registry. app: null for the whole
-- cloud. held_fraction: keys whose value a member holds; owner_fraction: those whose owner, to which requests go, does.
SELECT
    registry.run,
    registry.seed,
    registry.app,
    registry.cycle,
    registry.keys_count,
    registry.held_fraction,
    registry.owner_fraction,
    registry.holders_mean
FROM registry
ORDER BY registry.run, registry.seed, registry.app, registry.cycle
