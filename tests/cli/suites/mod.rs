//! Versions of the suite in files: keys, certificates, signatures, and what is refused.

mod differences;
mod keys;
mod rights;
mod versions;

use std::fs;

use crate::harness::{Place, Said};

/// A folder with the keys of an owner, of a planner and of a stranger.
pub fn keyed() -> Place {
    let place = Place::new();
    for name in ["owner", "planner", "stranger"] {
        suite(&place, &["keygen", name]).quietly();
    }
    place
}

/// Runs `subcloud suite` with these arguments, and checks that it shows nothing of a private key.
pub fn suite(place: &Place, arguments: &[&str]) -> Said {
    let said = place.call(&[&["suite"], arguments].concat());
    for text in place.contents().iter().filter_map(|name| fs::read_to_string(place.path(name)).ok()) {
        let secrets = text.split_once("BEGIN PRIVATE KEY-----\n").map_or("", |(_, secrets)| secrets);
        for secret in secrets.lines().filter(|line| line.len() > 20 && !line.starts_with('-')) {
            assert!(!said.out.contains(secret) && !said.err.contains(secret), "{arguments:?} shows a private key");
        }
    }
    said
}
