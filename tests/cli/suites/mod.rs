//! Versions of the suite in files: keys, certificates, signatures, and what is refused.

mod keys;

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
    for key in place.contents().iter().filter(|name| name.ends_with(".pem") && !name.ends_with(".pub.pem")) {
        let text = std::fs::read_to_string(place.path(key)).expect("the text of a key");
        for line in text.lines().filter(|line| line.len() > 20 && !line.starts_with('-')) {
            assert!(!said.out.contains(line) && !said.err.contains(line), "{arguments:?} shows a private key");
        }
    }
    said
}
