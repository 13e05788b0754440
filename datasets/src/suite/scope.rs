//! What a version changes beyond what its key may change.

use super::encode::encode_app;
use super::{Description, Scope};

/// Applications in order, each with its name and what counts for the comparison.
type Named<'d, T> = Vec<(&'d str, T)>;

/// The changes from `base`, or from nothing, to a version that are out of scope, each in a few words.
#[must_use]
pub fn beyond(scope: &Scope, version: &Description, base: Option<&Description>) -> Vec<String> {
    if *scope == Scope::All {
        return Vec::new();
    }
    let nothing = Description::default();
    let base = base.unwrap_or(&nothing);
    let (others, places) = apart(scope, version);
    let (others_before, places_before) = apart(scope, base);
    let mut changes = compared(&others, &others_before);
    changes.extend(moved(&places, &places_before, others_before.len()));
    if version.suite.until != base.suite.until {
        changes.push("it changes `until`".to_owned());
    }
    if changes.is_empty() && others != others_before {
        changes.push("it reorders applications".to_owned());
    }
    changes
}

/// The applications out of scope with their bytes, and those in scope with the number of the others before each.
fn apart<'d>(scope: &Scope, description: &'d Description) -> (Named<'d, Vec<u8>>, Named<'d, usize>) {
    let mut others = Vec::new();
    let mut places = Vec::new();
    for app in &description.suite.apps {
        if scope.covers(&app.name) {
            places.push((app.name.as_str(), others.len()));
        } else {
            others.push((app.name.as_str(), encode_app(app, &description.attributes)));
        }
    }
    (others, places)
}

/// What became of the applications out of scope, but for their order.
fn compared(others: &Named<'_, Vec<u8>>, before: &Named<'_, Vec<u8>>) -> Vec<String> {
    let gone = before.iter().filter(|(name, _)| find(others, name).is_none());
    let gone = gone.map(|(name, _)| format!("it removes \"{name}\""));
    let changed = others.iter().filter_map(|(name, bytes)| match find(before, name) {
        None => Some(format!("it adds \"{name}\"")),
        Some(old) if old != bytes => Some(format!("it changes \"{name}\"")),
        Some(_) => None,
    });
    gone.chain(changed).collect()
}

/// Applications in scope that have left their places among the others. New ones come after all others.
fn moved(places: &Named<'_, usize>, before: &Named<'_, usize>, last: usize) -> Vec<String> {
    let phrase = |&(name, place): &(&str, usize)| match find(before, name) {
        Some(old) if *old != place => Some(format!("it moves \"{name}\" past others")),
        None if place != last => Some(format!("it adds \"{name}\" before others")),
        _ => None,
    };
    places.iter().filter_map(phrase).collect()
}

fn find<'n, T>(named: &'n Named<'_, T>, name: &str) -> Option<&'n T> {
    named.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}
