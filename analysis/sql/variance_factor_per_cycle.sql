-- By what factor the variance of the estimates fell per cycle: a row per aggregate and step between observed cycles.
-- Theory for averages without loss: 1 / (2 * sqrt(e)) = 0.3033 with ordered exchanges, 1 / 4 with perfect matchings.
-- Steps end where the variance is at the level of rounding; minima and maxima spread, and have no such factor.
WITH steps AS (
    SELECT
        run,
        seed,
        aggregate,
        function,
        epoch,
        cycle,
        variance,
        mean,
        LAG(cycle) OVER (PARTITION BY run, seed, aggregate, epoch ORDER BY cycle) AS previous_cycle,
        LAG(variance) OVER (PARTITION BY run, seed, aggregate, epoch ORDER BY cycle) AS previous_variance
    FROM aggregates
)
SELECT
    run,
    seed,
    aggregate,
    function,
    previous_cycle,
    cycle,
    variance,
    POWER(variance / previous_variance, CAST(1 AS DOUBLE) / CAST(cycle - previous_cycle AS DOUBLE)) AS variance_factor_per_cycle
FROM steps
WHERE previous_variance > CAST(1e-24 AS DOUBLE) * mean * mean
    AND variance > CAST(1e-24 AS DOUBLE) * mean * mean
    AND function IN ('average', 'variance', 'geometric-mean')
ORDER BY run, seed, aggregate, cycle
