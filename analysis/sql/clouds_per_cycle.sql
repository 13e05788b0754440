-- How clouds mix, or part: a row per cycle and pair.
-- mixed_fraction: entries that lead across, over what it is where everybody knows random others. Null: no views.
SELECT
    run,
    seed,
    cycle,
    cloud,
    other,
    is_one,
    cross_links_fraction,
    mixed_fraction,
    components_count
FROM clouds
ORDER BY run, seed, cloud, other, cycle
