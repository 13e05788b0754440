-- Whom nodes know in each application: a row per cycle and application.
-- known_fraction: live nodes that know a member; valid_fraction: contacts that lead to one; null where there are none.
-- sent_away_per_join: times that a contact had let in enough, for each node that joined; null if none did.
SELECT
    contacts.run,
    contacts.seed,
    contacts.app,
    contacts.cycle,
    contacts.known_fraction,
    contacts.valid_fraction,
    contacts.age_mean,
    contacts.tries_mean,
    CAST(contacts.busy_count AS DOUBLE)
        / NULLIF(CAST(members.join_calls_count AS DOUBLE), CAST(0 AS DOUBLE)) AS sent_away_per_join
FROM contacts
JOIN members
    ON contacts.run = members.run AND contacts.seed = members.seed
    AND contacts.app = members.app AND contacts.cycle = members.cycle
ORDER BY contacts.run, contacts.seed, contacts.app, contacts.cycle
