//! How nodes come and go, and how clouds part and become one, written out in full.

use super::header;
use super::shape;
use crate::scenario::{
    Churn, Cloud, CloudMembers, EventKind, Fleet, Group, Lengths, Merge, Order, Replay, Scale, Size, Split,
};
use crate::written::quoted;

/// How nodes come by an attribute that is an availability.
pub(super) fn availability(fleet: &Fleet, attribute: usize) -> String {
    fleet.availability(attribute).map_or_else(String::new, |by| format!("{{ from = \"{}\" }}", by.name()))
}

pub(super) fn class_lines(churn: &Churn) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(sessions) = &churn.sessions {
        lines.push(format!("up = {}", lengths(&sessions.up)));
        lines.push(format!("down = {}", lengths(&sessions.down)));
        if let Some(rhythm) = &sessions.rhythm {
            lines.push(format!("diurnal = {:?}", rhythm.shares));
            lines.push(format!("time_zone = {}", shape(&rhythm.time_zone)));
        }
    }
    if let Some(turnover) = &churn.turnover {
        lines.push(format!("lifetime = {}", lengths(&turnover.lifetime)));
        lines.push(format!("vacancy = {}", lengths(&turnover.vacancy)));
    }
    if churn.present < 1.0 {
        lines.push(format!("present = {:?}", churn.present));
    }
    lines
}

fn lengths(lengths: &Lengths) -> String {
    let Lengths { distribution, unit, spread } = lengths;
    format!("{{ {} = {}, spread = {spread:?} }}", unit.name(), shape(distribution))
}

pub(super) fn replay_lines(replay: &Replay, file: &str) -> Vec<String> {
    let Replay { node, from, to, unit, unit_seconds, start, shift, open_end, before_first, .. } = replay;
    let mut lines = vec![format!("file = {}", quoted(file))];
    lines.extend([("node", node), ("from", from), ("to", to)].map(|(key, name)| format!("{key} = {}", quoted(name))));
    lines.push(format!("unit = \"{unit}\""));
    lines.extend(unit.seconds().is_none().then(|| format!("snapshot_seconds = {unit_seconds:?}")));
    lines.extend(start.is_finite().then(|| format!("start = {start:?}")));
    lines.push(format!("shift = {shift:?}"));
    lines.extend(open_end.as_ref().map(|mark| format!("open_end = {}", quoted(mark))));
    lines.push(format!("before_first = \"{before_first}\""));
    lines.extend(replay.decimal.map(|decimal| format!("decimal = \"{decimal}\"")));
    lines.extend(replay.key.as_ref().map(|key| format!("key = {}", quoted(key))));
    lines.extend(replay.allow_unmatched.then(|| "allow_unmatched = true".to_owned()));
    lines
}

/// What happens; a version of the suite that comes in is none of these.
pub(super) fn event_line(kind: &EventKind, fleet: &Fleet, clouds: &[Cloud]) -> Option<String> {
    let name = |cloud: usize| quoted(&clouds[cloud].name);
    let (group, mut parts) = match kind {
        EventKind::Crash(group) | EventKind::Leave(group) | EventKind::Join(group) => (group, Vec::new()),
        EventKind::Outage(group, cycles) => (group, vec![format!("cycles = {cycles}")]),
        EventKind::Scale(Scale { group, attribute, by }) => {
            let attribute = format!("attribute = {}", quoted(&fleet.attributes[*attribute]));
            (group, vec![attribute, format!("by = {by:?}")])
        }
        EventKind::Bootstrap(app) => {
            let app = app.as_ref().map(|app| format!("app = {}", quoted(app)));
            let parts: Vec<String> = app.into_iter().chain(["anew = true".to_owned()]).collect();
            return Some(format!("bootstrap = {{ {} }}", parts.join(", ")));
        }
        EventKind::Split(Split { cloud, of, group }) => {
            (group, vec![format!("name = {}", name(*cloud)), format!("of = {}", name(*of))])
        }
        EventKind::Merge(Merge { clouds, contacts }) => {
            let names: Vec<String> = clouds.iter().map(|&cloud| name(cloud)).collect();
            return Some(format!("merge = {{ clouds = [{}], contacts = {contacts} }}", names.join(", ")));
        }
        EventKind::Suite(..) => return None,
    };
    parts.extend(group_parts(group, fleet));
    Some(format!("{} = {{ {} }}", kind.name(), parts.join(", ")))
}

/// Clouds that are there from the beginning.
pub(super) fn cloud_lines(clouds: &[Cloud], fleet: &Fleet) -> Vec<String> {
    let lines = |cloud: &Cloud| {
        let group = match &cloud.members {
            CloudMembers::Others => None,
            CloudMembers::These(group) => Some(group),
            CloudMembers::Parted => return Vec::new(),
        };
        let mut lines = Vec::from(header("[[cloud]]"));
        lines.push(format!("name = {}", quoted(&cloud.name)));
        lines.extend(group.into_iter().flat_map(|group| group_parts(group, fleet)));
        lines
    };
    // The cloud that there is before any parts from it, and that has no other name, need not be told of.
    let from_the_start = clouds.iter().filter(|cloud| cloud.members != CloudMembers::Parted).count();
    if from_the_start == 1 && clouds[0].name == Cloud::USUAL_NAME {
        return Vec::new();
    }
    clouds.iter().flat_map(lines).collect()
}

fn group_parts(group: &Group, fleet: &Fleet) -> Vec<String> {
    let mut parts = vec![match group.size {
        Size::Share(share) => format!("share = {share:?}"),
        Size::Nodes(nodes) => format!("nodes = {nodes}"),
    }];
    parts.extend(group.class.map(|class| format!("class = {}", quoted(&fleet.classes()[class].name))));
    parts.extend(group.region.map(|[from, to]| format!("region = [{from:?}, {to:?}]")));
    parts.extend(match group.order {
        Order::Random => None,
        Order::Top(attribute) => Some(format!("top = \"{}\"", fleet.attributes[attribute])),
        Order::Bottom(attribute) => Some(format!("bottom = \"{}\"", fleet.attributes[attribute])),
        Order::Above(attribute) => Some(format!("above = \"{}\"", fleet.attributes[attribute])),
    });
    parts
}
