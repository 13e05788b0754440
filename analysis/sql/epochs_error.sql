-- How close nodes came in each epoch of an aggregate that restarts: a row per aggregate and epoch.
-- Errors are fractions of the true value when the epoch began; bias_fraction and bias_at_end_fraction are those of the mean of the
-- results, with their sign, the latter against the true value when the last node had its result. spread_fraction: standard deviation
-- of the results. rms_error_fraction, worst_error_fraction: of the nodes. Null: no node found a result, or the true value is 0.
SELECT
    run,
    seed,
    aggregate,
    function,
    epoch,
    first_cycle,
    last_cycle,
    results_count,
    without_result_count,
    true_value,
    mean,
    (mean - true_value) / NULLIF(ABS(true_value), CAST(0 AS DOUBLE)) AS bias_fraction,
    (mean - true_value_at_end) / NULLIF(ABS(true_value_at_end), CAST(0 AS DOUBLE)) AS bias_at_end_fraction,
    sd / NULLIF(ABS(true_value), CAST(0 AS DOUBLE)) AS spread_fraction,
    relative_error AS rms_error_fraction,
    worst_relative_error AS worst_error_fraction
FROM epochs
ORDER BY run, seed, aggregate, epoch
