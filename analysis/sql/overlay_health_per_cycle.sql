-- Whom nodes know, over time: a row per cycle at which an overlay of views is measured.
-- app: the application whose overlay it is, and whose members are the nodes then; null for that of the cloud.
-- in_degree_spread: standard deviation of the in-degree over its mean; about 0.22 for random views of 20.
-- dead_links_per_live_node, dead_links_fraction: entries of live nodes' views that name dead nodes, per node and of all entries.
-- age_*: how old entries are, as the protocol counts; 250 is 250 or more. Null: nothing to measure.
SELECT
    overlay.run,
    overlay.seed,
    overlay.app,
    overlay.protocol,
    overlay.cycle,
    overlay.in_degree_mean,
    overlay.in_degree_sd / NULLIF(overlay.in_degree_mean, CAST(0 AS DOUBLE)) AS in_degree_spread,
    overlay.clustering_coefficient,
    overlay.path_length_mean,
    overlay.dead_links_mean AS dead_links_per_live_node,
    CAST(overlay.dead_links_count AS DOUBLE) / NULLIF(overlay.entries_count, 0) AS dead_links_fraction,
    overlay.age_p50,
    overlay.age_p99,
    overlay.age_max,
    overlay.components_count,
    overlay.largest_component_fraction
FROM overlay
ORDER BY overlay.run, overlay.seed, overlay.app NULLS FIRST, overlay.cycle
