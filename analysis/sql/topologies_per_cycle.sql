-- How far topologies are from what they are to be: a row per cycle and topology. app: null for that of the whole cloud.
-- missing_fraction: links that there are to be and that members do not have; leaf_*, table_*: entries of leaf sets and of
-- tables of prefixes, likewise; finger_*: of Chord; dead_fraction: entries whose node is a member no more.
SELECT
    topologies.run,
    topologies.seed,
    topologies.app,
    topologies.topology,
    topologies.instance,
    topologies.cycle,
    topologies.members_count,
    topologies.missing_fraction,
    topologies.leaf_missing_fraction,
    topologies.table_missing_fraction,
    topologies.finger_empty_fraction,
    topologies.finger_inexact_fraction,
    topologies.dead_fraction,
    topologies.messages_count,
    topologies.entries_per_message_mean
FROM topologies
ORDER BY topologies.run, topologies.seed, topologies.app, topologies.cycle
