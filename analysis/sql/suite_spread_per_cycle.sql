-- How each version of the suite spreads: a row per version and observed cycle.
-- cycles_since_first_row: cycles since the first observed cycle after which the version was in the cloud.
-- holders_fraction, acting_fraction: share of the live nodes that hold it (of a bad one: that push it), and that decide by it.
-- growth_factor: holders_fraction over that of the row before.
SELECT
    run,
    seed,
    version,
    cycle,
    CAST(cycle AS BIGINT) - CAST(MIN(cycle) OVER (PARTITION BY run, seed, version) AS BIGINT) AS cycles_since_first_row,
    holders_fraction,
    acting_fraction,
    holders_fraction / NULLIF(LAG(holders_fraction) OVER (PARTITION BY run, seed, version ORDER BY cycle), CAST(0 AS DOUBLE)) AS growth_factor,
    payload_bytes
FROM suites
ORDER BY run, seed, version, cycle
