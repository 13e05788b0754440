-- How the code of applications spreads: a row per cycle and application that has code.
-- version: the number of the code that the newest version of the suite names; current_count: live nodes that run it;
-- missing_chunks_count: chunks of it that nobody holds.
-- useless_fraction: exchanges in which nothing moved; seed_sent_fraction: chunks that seeds sent; null where there is nothing to divide by.
SELECT
    code.run,
    code.seed,
    code.app,
    code.cycle,
    code.version,
    code.current_count,
    code.missing_chunks_count,
    code.chunks_fraction,
    code.complete_fraction,
    code.useless_fraction,
    code.sent_count,
    CAST(code.seed_sent_count AS DOUBLE) / NULLIF(CAST(code.sent_count AS DOUBLE), CAST(0 AS DOUBLE)) AS seed_sent_fraction,
    code.payload_bytes
FROM code
ORDER BY code.run, code.seed, code.app, code.cycle
