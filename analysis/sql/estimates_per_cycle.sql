-- What nodes know of each aggregate and what they are about to find: a row per aggregate and observed cycle.
-- held_*: of the results of the last epoch that each node finished; null while nobody holds one, and without epochs.
-- under_way_mean: of the estimates of the newest epoch. Errors are fractions of the true value; bias_fraction has its sign.
SELECT
    run,
    seed,
    aggregate,
    function,
    cycle,
    epoch,
    true_value,
    held_count,
    held_mean,
    (held_mean - true_value) / NULLIF(ABS(true_value), CAST(0 AS DOUBLE)) AS held_bias_fraction,
    held_relative_error AS held_rms_error_fraction,
    participants_count,
    mean AS under_way_mean
FROM aggregates
ORDER BY run, seed, aggregate, cycle
