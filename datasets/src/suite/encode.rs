//! The canonical bytes of a suite: what a signature is over, and what a node sends to another.
//!
//! The same suite gives the same bytes, whatever its file looks like, and two suites that differ in anything give two
//! sequences of bytes. Numbers are big-endian; a *text* is the number of its bytes as `u32` and these bytes in UTF-8;
//! attributes go by their names.
//!
//! ```text
//! magic       17 bytes  "subcloud suite 2" and a line feed
//! cloud       16 bytes: the id of the cloud
//! version     u64
//! until       0, or 1 and an i64: seconds since 1970-01-01T00:00:00Z
//! count       u32: the revoked keys that follow, in the order of their bytes
//!   key       32 bytes
//! count       u32: the applications that follow, in order of precedence
//!   name      text
//!   request   1 and the share as f64, 2 and the nodes as u64, or 3 and the weight of the rest as f64
//!   choice    0 for any nodes, 1 and as text the attribute whose largest values are asked for, 2 and that of the least
//!   condition text as it was written; no bytes for none
//!   min_nodes 0, or 1 and a u64
//!   count     u32: the limits of means that follow, in the order of the attributes' names
//!     name    text: an attribute
//!     limit   f64
//! ```
//!
//! That is all of a suite without rules and a layout. Where there are rules, these bytes follow:
//!
//! ```text
//! magic       6 bytes   "rules" and a line feed
//! count       u32: the rules that follow, at least one, in the order of their applications
//!   carrier   u32: the place of the application that carries it among all, from 0
//!   name      text
//!   when      text as it was written
//!   epochs    u32
//!   cool_down u32
//!   action    1, the application to scale as text, and as f64 the factor, the least and the most;
//!             2 and the application to remove as text; or 3 and the application to add as above
//! ```
//!
//! Where applications say something of their code, these bytes follow:
//!
//! ```text
//! magic       5 bytes   "code" and a line feed
//! count       u32: the applications that do and follow, at least one, in their order
//!   place     u32: its place among all applications and, behind them, those that rules add, from 0
//!   bytes     0, or 1 and a u64
//!   chunks    0, or 1 and a u64
//!   per_exchange  0, or 1 and a u64
//!   version   0, or 1 and a u64
//! ```
//!
//! Where applications say something of their topology, these bytes follow:
//!
//! ```text
//! magic       9 bytes   "topology" and a line feed
//! count       u32: the applications that do and follow, at least one, in their order
//!   place     u32: its place among all applications and, behind them, those that rules add, from 0
//!   topology  u8: 0 for none, 1 for a ring, 2 for a torus, 3 for Chord, 4 for tables of prefixes
//! ```
//!
//! Where words are laid out (see [`layout`](super::layout)), these bytes follow:
//!
//! ```text
//! magic       7 bytes   "layout" and a line feed
//! count       u32: the draws that follow, at least one, in the order of the first application of each
//!   count     u32: the runs of words that follow, all words from 0 to 2^32
//!     app     u8: the place of the application that has them among all, from 0; 255 if they are nobody's
//!     last    u32: its last word
//! ```
//!
//! An `f64` is its IEEE 754 bits; a negative zero counts as zero.
//!
//! In format 1 the bytes begin with "subcloud suite 1" and a line feed, there is no cloud, no key is revoked, nothing
//! is said of code and topologies, no words are laid out, and the limits of means stand in the order in which they are
//! written. Signatures of format 1 are still verified. A suite that nobody has signed is sent in the bytes of format 1
//! too, with what it says of code and topologies and its layout behind them if it has any.

use super::bytes::{begun, put_count, put_moment, put_number, put_optional, put_tagged_text, put_text};
use super::cloud::CloudId;
use super::{Action, App, AppTopology, Choice, CodeSettings, Request, Rule, Suite};

/// What the bytes of a suite begin with.
pub const MAGIC: &[u8] = b"subcloud suite 2\n";

/// What those of format 1 begin with.
const MAGIC_1: &[u8] = b"subcloud suite 1\n";

/// What its rules begin with, if it has any.
const RULES: &[u8] = b"rules\n";

/// What applications say of their code begins with that, if they say anything.
const CODE: &[u8] = b"code\n";

/// What applications say of their topology begins with that, if they say anything.
const TOPOLOGY: &[u8] = b"topology\n";

/// What its layout begins with, if it has one.
const LAYOUT: &[u8] = b"layout\n";

/// In place of an application: nobody.
const NOBODY: u8 = u8::MAX;

/// Bytes of a suite whose attributes are indices into `attributes`: of format 2 for a cloud, else of format 1.
///
/// # Panics
///
/// If an attribute of the suite is not among the names.
#[must_use]
pub fn encode(suite: &Suite, attributes: &[String], cloud: Option<CloudId>) -> Vec<u8> {
    let mut bytes = begun(cloud.map(|cloud| cloud.bytes()), MAGIC, MAGIC_1);
    bytes.extend(suite.version.to_be_bytes());
    put_moment(&mut bytes, suite.until);
    if cloud.is_some() {
        put_count(&mut bytes, suite.revoked.len());
        suite.revoked.iter().for_each(|key| bytes.extend(key.bytes()));
    }
    let put_app = if cloud.is_some() { put_app_sorted } else { put_app };
    put_count(&mut bytes, suite.apps.len());
    for app in &suite.apps {
        put_app(&mut bytes, app, attributes);
    }
    let count = suite.apps.iter().map(|app| app.rules.len()).sum();
    if count > 0 {
        bytes.extend(RULES);
        put_count(&mut bytes, count);
        for (place, app) in suite.apps.iter().enumerate() {
            for rule in &app.rules {
                put_count(&mut bytes, place);
                put_rule(&mut bytes, rule, attributes, put_app);
            }
        }
    }
    put_codes(&mut bytes, suite);
    put_topologies(&mut bytes, suite);
    put_layout(&mut bytes, suite);
    bytes
}

/// Puts what applications say of their code, if one does.
fn put_codes(bytes: &mut Vec<u8>, suite: &Suite) {
    let saying: Vec<(usize, &CodeSettings)> =
        suite.apps_ever().enumerate().filter_map(|(place, app)| Some((place, app.code.as_ref()?))).collect();
    if saying.is_empty() {
        return;
    }
    bytes.extend(CODE);
    put_count(bytes, saying.len());
    for (place, code) in saying {
        put_count(bytes, place);
        put_code(bytes, code);
    }
}

/// Puts what applications say of their topology, if one does.
fn put_topologies(bytes: &mut Vec<u8>, suite: &Suite) {
    let apps = suite.apps_ever().enumerate();
    let saying: Vec<(usize, AppTopology)> = apps.filter_map(|(place, app)| Some((place, app.topology?))).collect();
    if saying.is_empty() {
        return;
    }
    bytes.extend(TOPOLOGY);
    put_count(bytes, saying.len());
    for (place, topology) in saying {
        put_count(bytes, place);
        bytes.push(topology.byte());
    }
}

fn put_code(bytes: &mut Vec<u8>, code: &CodeSettings) {
    code.numbers().into_iter().for_each(|(_, number)| put_optional(bytes, number.map(u64::to_be_bytes)));
}

/// Puts the layout, if there is one: five bytes a run of words.
fn put_layout(bytes: &mut Vec<u8>, suite: &Suite) {
    if suite.layout.is_empty() {
        return;
    }
    bytes.extend(LAYOUT);
    put_count(bytes, suite.layout.len());
    let place = |name: &String| suite.apps.iter().position(|app| app.name == *name).map_or(NOBODY, |place| place as u8);
    for draw in &suite.layout {
        put_count(bytes, draw.segments.len());
        for segment in &draw.segments {
            bytes.push(segment.app.as_ref().map_or(NOBODY, place));
            bytes.extend(((segment.end - 1) as u32).to_be_bytes());
        }
    }
}

/// Bytes of an application with its code and without its rules, wherever it stands.
pub(super) fn encode_app(app: &App, attributes: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_app_whole(&mut bytes, app, attributes);
    bytes
}

/// Bytes of a rule, whoever carries it.
pub(super) fn encode_rule(rule: &Rule, attributes: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_rule(&mut bytes, rule, attributes, put_app_whole);
    bytes
}

/// Puts an application with what it says of its code and its topology.
fn put_app_whole(bytes: &mut Vec<u8>, app: &App, attributes: &[String]) {
    put_app_sorted(bytes, app, attributes);
    app.code.iter().for_each(|code| put_code(bytes, code));
    bytes.extend(app.topology.map(AppTopology::byte));
}

/// Puts an application in one of the formats.
type PutApp = fn(&mut Vec<u8>, &App, &[String]);

fn put_rule(bytes: &mut Vec<u8>, rule: &Rule, attributes: &[String], put_app: PutApp) {
    put_text(bytes, &rule.name);
    put_text(bytes, &rule.when.text);
    bytes.extend(rule.epochs.to_be_bytes());
    bytes.extend(rule.cool_down.to_be_bytes());
    match &rule.action {
        Action::Scale { app, by, least, most } => {
            put_tagged_text(bytes, 1, app);
            for &number in [by, least, most] {
                put_number(bytes, number);
            }
        }
        Action::Remove { app } => put_tagged_text(bytes, 2, app),
        Action::Add(app) => {
            bytes.push(3);
            put_app(bytes, app, attributes);
        }
    }
}

/// Puts an application with the limits of its means in the order of the attributes' names.
fn put_app_sorted(bytes: &mut Vec<u8>, app: &App, attributes: &[String]) {
    let mut sorted = app.clone();
    sorted.min_means.sort_by(|(one, _), (other, _)| attributes[*one].cmp(&attributes[*other]));
    put_app(bytes, &sorted, attributes);
}

fn put_app(bytes: &mut Vec<u8>, app: &App, attributes: &[String]) {
    put_text(bytes, &app.name);
    put_request(bytes, app.request);
    match app.choice {
        Choice::Random => bytes.push(0),
        Choice::Top(attribute) => put_tagged_text(bytes, 1, &attributes[attribute]),
        Choice::Bottom(attribute) => put_tagged_text(bytes, 2, &attributes[attribute]),
    }
    put_text(bytes, app.condition.as_ref().map_or("", |condition| &condition.text));
    put_optional(bytes, app.min_nodes.map(u64::to_be_bytes));
    put_count(bytes, app.min_means.len());
    for &(attribute, limit) in &app.min_means {
        put_text(bytes, &attributes[attribute]);
        put_number(bytes, limit);
    }
}

fn put_request(bytes: &mut Vec<u8>, request: Request) {
    match request {
        Request::Share(share) => {
            bytes.push(1);
            put_number(bytes, share);
        }
        Request::Nodes(nodes) => {
            bytes.push(2);
            bytes.extend(nodes.to_be_bytes());
        }
        Request::Rest(weight) => {
            bytes.push(3);
            put_number(bytes, weight);
        }
    }
}
