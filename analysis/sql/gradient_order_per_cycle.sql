-- How far each gradient is from order: a row per gradient and cycle.
-- rms_rank_error_fraction: root mean square error of a node's idea of its rank, as a fraction of the members.
-- sdm, ldm: slice and local disorder. useless_swaps_fraction: requests to swap that came too late.
-- rank_error_factor: that error over the error at the observed cycle before.
SELECT
    run,
    seed,
    gradient,
    attribute,
    protocol,
    cycle,
    members_count,
    rms_rank_error_fraction,
    rms_rank_error_fraction / LAG(rms_rank_error_fraction) OVER (PARTITION BY run, seed, gradient ORDER BY cycle) AS rank_error_factor,
    slices_count,
    wrong_slice_fraction,
    sdm_normalised,
    ldm_normalised,
    slice_changes_fraction,
    useless_swaps_fraction
FROM slices
ORDER BY run, seed, gradient, cycle
