//! What was read of a fleet's files, in sentences.

use datasets::record::{FleetRecord, JoinRecord, MendedRecord, TraceRecord};

use crate::number::{count, counted, duration, percent};

/// What was read of a fleet's file and of a trace of sessions, and what of it is in the cloud: a sentence or two each.
///
/// ```
/// use datasets::record::FleetRecord;
///
/// let most_times_count = Some(1);
/// let fleet = FleetRecord {
///     rows_count: 1000,
///     rows_in_cloud_count: 1000,
///     least_times_count: 1,
///     most_times_count,
///     ..FleetRecord::default()
/// };
/// assert_eq!(analysis::fleet(&fleet), ["The cloud holds all 1,000 rows of the fleet's file, each once."]);
/// ```
#[must_use]
pub fn fleet(fleet: &FleetRecord) -> Vec<String> {
    let mut sentences = vec![cloud(fleet)];
    if let Some(trace) = &fleet.trace {
        sentences.push(sessions(trace));
        sentences.extend(mended(&trace.mended));
    }
    sentences.extend(fleet.join.as_ref().map(join));
    sentences.extend(fleet.remarks.iter().cloned());
    sentences
}

fn cloud(fleet: &FleetRecord) -> String {
    let FleetRecord { rows_count, rows_in_cloud_count, least_times_count: least, most_times_count, .. } = *fleet;
    let (one, several) =
        if fleet.are_hosts { ("host of the trace", "hosts of the trace") } else { ("row", "rows of the fleet's file") };
    let rows = counted(rows_count, one, several);
    let Some(most) = most_times_count else {
        return format!("Nodes are drawn from {rows}, with replacement: some {} of them are in the cloud.", {
            count(rows_in_cloud_count)
        });
    };
    let times = match (least, most) {
        (1, 1) => "once".to_owned(),
        (1, 2) => "once or twice".to_owned(),
        (2, 2) => "twice".to_owned(),
        (least, most) if least == most => format!("{} times", count(least)),
        (least, most) => format!("{} or {} times", count(least), count(most)),
    };
    match (rows_count, rows_in_cloud_count) {
        (1, _) => format!("All nodes are the one {one}."),
        (_, there) if there == rows_count => format!("The cloud holds all {rows}, each {times}."),
        (_, there) => format!("The cloud holds {} of {rows}, each {times}.", count(there)),
    }
}

fn sessions(trace: &TraceRecord) -> String {
    format!(
        "Trace of sessions: {} with {} in {}; half of these last up to {}; hosts are up {} of the time.",
        counted(trace.hosts_count, "host", "hosts"),
        counted(trace.sessions_count, "session", "sessions"),
        duration(trace.length_seconds),
        duration(trace.median_session_seconds),
        percent(trace.up_fraction),
    )
}

/// What was done to the rows of the trace, if anything was.
fn mended(mended: &MendedRecord) -> Option<String> {
    let done = [
        ("without an end", mended.open_count, "taken to last to the next session of the host or the end of the trace"),
        ("of no length", mended.no_length_count, "left out"),
        ("repeated", mended.repeated_count, "left out"),
        ("overlapping", mended.overlapping_count, "joined"),
        ("touching", mended.touching_count, "joined"),
    ];
    let told = |&(which, rows, what): &(&str, u64, &str)| format!("{which}: {} ({what})", count(rows));
    let done: Vec<String> = done.iter().filter(|(_, rows, _)| *rows > 0).map(told).collect();
    let hosts = match mended.hosts_left_out_count {
        0 => String::new(),
        hosts => format!(" Hosts with no other, left out: {}.", count(hosts)),
    };
    (!done.is_empty()).then(|| format!("Sessions {}.{hosts}", done.join(", ")))
}

fn join(join: &JoinRecord) -> String {
    let JoinRecord { rows_count, matched_rows_count, repeated_rows_count, hosts_count, matched_hosts_count } = *join;
    format!(
        "Rows that have a host: {} of {}; hosts that have a row: {} of {}; the others are left out. Rows with the id \
         of an earlier row: {}.",
        count(matched_rows_count),
        count(rows_count),
        count(matched_hosts_count),
        count(hosts_count),
        count(repeated_rows_count),
    )
}

#[cfg(test)]
mod tests {
    use super::{cloud, mended};
    use datasets::record::{FleetRecord, MendedRecord};

    #[test]
    fn how_many_rows_are_in_the_cloud_is_told_in_a_sentence() {
        let told = |rows, there, least, most| {
            cloud(&FleetRecord {
                rows_count: rows,
                rows_in_cloud_count: there,
                least_times_count: least,
                most_times_count: most,
                ..FleetRecord::default()
            })
        };
        assert_eq!(told(1000, 500, 1, Some(1)), "The cloud holds 500 of 1,000 rows of the fleet's file, each once.");
        assert_eq!(told(4, 4, 2, Some(3)), "The cloud holds all 4 rows of the fleet's file, each 2 or 3 times.");
        assert_eq!(told(4, 4, 5, Some(5)), "The cloud holds all 4 rows of the fleet's file, each 5 times.");
        assert_eq!(told(1, 1, 9, Some(9)), "All nodes are the one row.");
        assert_eq!(
            told(1000, 632, 1, None),
            "Nodes are drawn from 1,000 rows of the fleet's file, with replacement: some 632 of them are in the cloud."
        );
    }

    #[test]
    fn nothing_is_told_of_rows_that_are_sessions_as_they_are() {
        assert_eq!(mended(&MendedRecord::default()), None);
        let some = MendedRecord { open_count: 2, repeated_count: 1, ..MendedRecord::default() };
        assert_eq!(
            mended(&some).unwrap(),
            "Sessions without an end: 2 (taken to last to the next session of the host or the end of the trace), \
             repeated: 1 (left out)."
        );
    }
}
