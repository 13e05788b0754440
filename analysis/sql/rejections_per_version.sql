-- Which versions of the suite nodes dropped, and why: a row per version.
-- pushed_fraction, acting_fraction: the largest share of the live nodes that held or pushed it, and that acted on it; of a bad
-- version the latter should be 0.
SELECT
    run,
    seed,
    version,
    MIN(cycle) AS first_cycle,
    MAX(holders_fraction) AS pushed_fraction,
    MAX(acting_fraction) AS acting_fraction,
    CAST(SUM(rejected_malformed_count) AS BIGINT) AS malformed_count,
    CAST(SUM(rejected_forged_count) AS BIGINT) AS forged_count,
    CAST(SUM(rejected_other_cloud_count) AS BIGINT) AS other_cloud_count,
    CAST(SUM(rejected_outdated_count) AS BIGINT) AS outdated_count,
    CAST(SUM(rejected_revoked_count) AS BIGINT) AS revoked_count,
    CAST(SUM(rejected_expired_count) AS BIGINT) AS expired_count,
    CAST(SUM(rejected_replayed_count) AS BIGINT) AS replayed_count,
    CAST(SUM(rejected_out_of_scope_count) AS BIGINT) AS out_of_scope_count,
    CAST(SUM(payload_bytes) AS BIGINT) AS payload_bytes
FROM suites
GROUP BY run, seed, version
ORDER BY run, seed, version
