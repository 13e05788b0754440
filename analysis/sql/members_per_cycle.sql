-- How far the nodes are that belong to an application: a row per cycle and application that has contacts and an overlay of its own.
-- known_fraction, in_overlay_fraction, running_fraction: shares of the nodes that belong to it; null while there are none.
-- stranded_count: nodes that have been waiting or fetching for more than 20 cycles.
SELECT
    members.run,
    members.seed,
    members.app,
    members.cycle,
    members.assigned_count,
    CAST(members.known_count AS DOUBLE)
        / NULLIF(CAST(members.assigned_count AS DOUBLE), CAST(0 AS DOUBLE)) AS known_fraction,
    CAST(members.assigned_count - members.waiting_count - members.alone_count AS DOUBLE)
        / NULLIF(CAST(members.assigned_count AS DOUBLE), CAST(0 AS DOUBLE)) AS in_overlay_fraction,
    CAST(members.running_count AS DOUBLE)
        / NULLIF(CAST(members.assigned_count AS DOUBLE), CAST(0 AS DOUBLE)) AS running_fraction,
    members.stranded_count,
    members.upgrades_count,
    members.join_calls_count,
    members.leave_calls_count,
    members.crashed_count,
    members.start_cycles_mean,
    members.start_cycles_p99
FROM members
ORDER BY members.run, members.seed, members.app, members.cycle
