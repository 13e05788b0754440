-- How far the nodes are that belong to an application: a row per cycle and application that has contacts and an overlay of its own.
-- in_overlay_fraction, running_fraction: shares of the nodes that belong to it; null while there are none.
SELECT
    members.run,
    members.seed,
    members.app,
    members.cycle,
    members.assigned_count,
    CAST(members.assigned_count - members.waiting_count - members.alone_count AS DOUBLE)
        / NULLIF(CAST(members.assigned_count AS DOUBLE), CAST(0 AS DOUBLE)) AS in_overlay_fraction,
    CAST(members.running_count AS DOUBLE)
        / NULLIF(CAST(members.assigned_count AS DOUBLE), CAST(0 AS DOUBLE)) AS running_fraction,
    members.join_calls_count,
    members.leave_calls_count,
    members.crashed_count,
    members.start_cycles_mean,
    members.start_cycles_p99
FROM members
ORDER BY members.run, members.seed, members.app, members.cycle
