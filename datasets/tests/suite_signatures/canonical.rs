//! The canonical bytes of a suite.

use datasets::suite::layout::{Draw, Segment, WORDS};
use datasets::suite::{
    Action, App, AppTopology, Choice, CloudId, CodeSettings, Comparison, Condition, Operand, Request, Rule, Suite,
    Test, encode,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sha2::{Digest, Sha512};

use crate::fixture::{attributes, certificate, held, id, only, owner, planner, rule, trusted};

/// A suite with something of everything.
fn full() -> Suite {
    let test = Test::Compare(Operand::Attribute(1), Comparison::Less, Operand::Number(2.0));
    let app = App {
        name: "chat".to_owned(),
        request: Request::Nodes(1000),
        choice: Choice::Bottom(1),
        condition: Some(Condition { text: "load < 2".to_owned(), test }),
        min_nodes: Some(7),
        min_means: vec![(0, 0.5)],
        code: None,
        topology: None,
        rules: Vec::new(),
    };
    let apps = vec![app, App::of_share("a", 0.25, Choice::Random)];
    Suite { version: 258, until: Some(-2), apps, ..Suite::default() }
}

/// The first application of [`full`], up to the number of limits of means: both formats have these bytes.
const CHAT: &[u8] = b"\0\0\0\x04chat\
    \x02\0\0\0\0\0\0\x03\xe8\
    \x02\0\0\0\x04load\
    \0\0\0\x08load < 2\
    \x01\0\0\0\0\0\0\0\x07";

#[test]
fn the_bytes_of_format_2_have_the_cloud_the_revoked_keys_and_limits_in_order() {
    let mut suite = full();
    suite.apps[0].min_means = vec![(1, 2.0), (0, 0.5)];
    suite.revoked = [planner().public(), owner().public()].into();
    let mut keys = [planner().public().bytes(), owner().public().bytes()];
    keys.sort_unstable();
    let mut expected = b"subcloud suite 2\n".to_vec();
    expected.extend(trusted().id.bytes());
    expected.extend([0, 0, 0, 0, 0, 0, 1, 2]);
    expected.extend([1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    expected.extend([0, 0, 0, 2]);
    expected.extend(keys.concat());
    expected.extend([0, 0, 0, 2]);
    expected.extend(CHAT);
    expected.extend([0, 0, 0, 2]);
    expected.extend(b"\0\0\0\x0cavailability");
    expected.extend([0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"\0\0\0\x04load");
    expected.extend([0x40, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"\0\0\0\x01a");
    expected.extend([1, 0x3f, 0xd0, 0, 0, 0, 0, 0, 0]);
    expected.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(encode(&suite, &attributes(), id()), expected);
}

#[test]
fn the_id_of_a_cloud_is_that_of_the_documentation() {
    let mut bytes = b"subcloud cloud 2\n".to_vec();
    bytes.extend(owner().public().bytes());
    bytes.extend(b"\0\0\0\x08upstairs");
    let id = CloudId::of(&owner().public(), "upstairs");
    assert_eq!(id.bytes()[..], Sha512::digest(&bytes)[..16]);
    assert_eq!(CloudId::of_base64(&id.to_string()), Some(id));
    assert_ne!(id, trusted().id);
    assert_ne!(id, CloudId::of(&planner().public(), "upstairs"));
}

#[test]
fn the_bytes_of_format_1_are_those_of_the_documentation() {
    let mut expected = b"subcloud suite 1\n".to_vec();
    expected.extend([0, 0, 0, 0, 0, 0, 1, 2]);
    expected.extend([1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    expected.extend([0, 0, 0, 2]);
    expected.extend(CHAT);
    expected.extend([0, 0, 0, 1]);
    expected.extend(b"\0\0\0\x0cavailability");
    expected.extend([0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"\0\0\0\x01a");
    expected.extend([1, 0x3f, 0xd0, 0, 0, 0, 0, 0, 0]);
    expected.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(encode(&full(), &attributes(), None), expected);
}

#[test]
fn rules_stand_behind_all_else() {
    let mut suite = full();
    let mut expected = encode(&suite, &attributes(), None);
    let scale = Action::Scale { app: "chat".to_owned(), by: 1.5, least: -0.0, most: 0.25 };
    let add = Action::Add(Box::new(App::of_share("b", 0.25, Choice::Top(1))));
    suite.apps[0].rules.push(rule("shed", "a"));
    suite.apps[1].rules.push(Rule { epochs: 2, cool_down: 0, action: scale, ..rule("s", "") });
    suite.apps[1].rules.push(Rule { action: add, ..rule("+", "") });
    expected.extend(b"rules\n\0\0\0\x03");
    expected.extend(b"\0\0\0\0\0\0\0\x04shed\0\0\0\x08size < 2\0\0\0\x01\0\0\0\x04\x02\0\0\0\x01a");
    expected.extend(b"\0\0\0\x01\0\0\0\x01s\0\0\0\x08size < 2\0\0\0\x02\0\0\0\0\x01\0\0\0\x04chat");
    expected.extend([0x3f, 0xf8, 0, 0, 0, 0, 0, 0]);
    expected.extend([0; 8]);
    expected.extend([0x3f, 0xd0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"\0\0\0\x01\0\0\0\x01+\0\0\0\x08size < 2\0\0\0\x01\0\0\0\x04\x03");
    expected.extend(b"\0\0\0\x01b\x01\x3f\xd0\0\0\0\0\0\0\x01\0\0\0\x04load");
    expected.extend([0; 4 + 1 + 4]);
    assert_eq!(encode(&suite, &attributes(), None), expected);
}

#[test]
fn the_layout_stands_behind_the_rules() {
    let mut suite = full();
    suite.apps[0].choice = Choice::Random;
    suite.apps[0].rules.push(rule("shed", "a"));
    let mut expected = encode(&suite, &attributes(), id());
    let run = |app: Option<&str>, end| Segment { app: app.map(str::to_owned), end };
    suite.layout = vec![
        Draw { segments: vec![run(Some("chat"), 1), run(None, WORDS)] },
        Draw { segments: vec![run(None, 0x0102_0304), run(Some("a"), WORDS)] },
    ];
    expected.extend(b"layout\n\0\0\0\x02");
    expected.extend(b"\0\0\0\x02\0\0\0\0\0\xff\xff\xff\xff\xff");
    expected.extend(b"\0\0\0\x02\xff\x01\x02\x03\x03\x01\xff\xff\xff\xff");
    assert_eq!(encode(&suite, &attributes(), id()), expected);
}

#[test]
fn a_negative_zero_is_zero() {
    let share = |share| Suite { apps: vec![App::of_share("a", share, Choice::Random)], ..Suite::default() };
    assert_eq!(encode(&share(-0.0), &attributes(), id()), encode(&share(0.0), &attributes(), id()));
}

#[test]
fn a_description_counts_its_suite_its_signature_and_its_certificate() {
    let bare = held();
    let bytes = bare.encode().len() as u64;
    assert_eq!(bare.bytes_count(), bytes);
    // Format 2 has the cloud, and says that no key is revoked.
    let bytes = bytes + 16 + 4;
    assert_eq!(bare.clone().signed(&owner(), None, id()).bytes_count(), bytes + 64);
    // Magic, cloud, key, no moment, rules, one name of four bytes without ceilings, and the owner's signature.
    let certificate_bytes = 23 + 16 + 32 + 1 + 1 + (1 + 4 + 4 + 4 + 2) + 64;
    let signed = bare.signed(&planner(), Some(certificate(only(&["chat"]), None)), id());
    assert_eq!(signed.bytes_count(), bytes + 64 + certificate_bytes);
}

fn text() -> impl Strategy<Value = String> {
    "[ab\\x00\\x01]{1,3}"
}

fn bare_app() -> impl Strategy<Value = App> {
    let number = || prop_oneof![Just(0.0), Just(0.5), Just(1.0)];
    let request = prop_oneof![
        number().prop_map(Request::Share),
        (0..3_u64).prop_map(Request::Nodes),
        number().prop_map(Request::Rest)
    ];
    let choice =
        prop_oneof![Just(Choice::Random), (0..2_usize).prop_map(Choice::Top), (0..2_usize).prop_map(Choice::Bottom)];
    let test = Test::And(Vec::new());
    let condition = option::of(text().prop_map(move |text| Condition { text, test: test.clone() }));
    let one = || option::of(1..3_u32);
    let code = (option::of(1..3_u64), one(), one(), one());
    let code = option::of(code.prop_map(|(bytes, chunks, per_exchange, version)| CodeSettings {
        bytes,
        chunks,
        per_exchange,
        version,
    }));
    let topology = option::of(prop::sample::select(vec![AppTopology::None, AppTopology::Chord, AppTopology::Prefix]));
    let said = (code, topology);
    (text(), request, choice, condition, option::of(0..2_u64), vec((0..2_usize, number()), 0..3), said).prop_map(
        |(name, request, choice, condition, min_nodes, min_means, (code, topology))| App {
            name,
            request,
            choice,
            condition,
            min_nodes,
            min_means,
            code,
            topology,
            rules: Vec::new(),
        },
    )
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let number = || prop_oneof![Just(0.0), Just(0.5)];
    let action = prop_oneof![
        text().prop_map(|app| Action::Remove { app }),
        (text(), number(), number(), number()).prop_map(|(app, by, least, most)| Action::Scale {
            app,
            by,
            least,
            most
        }),
        bare_app().prop_map(|app| Action::Add(Box::new(app))),
    ];
    (text(), text(), 0..2_u32, 0..2_u32, action).prop_map(|(name, text, epochs, cool_down, action)| {
        let when = Condition { text, ..rule("", "").when };
        Rule { name, when, aggregates: Vec::new(), epochs, cool_down, action }
    })
}

fn app() -> impl Strategy<Value = App> {
    (bare_app(), vec(any_rule(), 0..3)).prop_map(|(app, rules)| App { rules, ..app })
}

fn suite() -> impl Strategy<Value = Suite> {
    let keys = proptest::collection::btree_set(prop_oneof![Just(owner().public()), Just(planner().public())], 0..3);
    let layout = vec(vec((0..3_usize, 1..3_u64), 1..3), 0..3);
    (0..2_u64, option::of(0..2_i64), keys, vec(app(), 0..3), layout).prop_map(
        |(version, until, revoked, apps, layout)| {
            let run = |(place, end): (usize, u64)| Segment { app: apps.get(place).map(|app| app.name.clone()), end };
            let draw = |runs: Vec<(usize, u64)>| Draw { segments: runs.into_iter().map(run).collect() };
            let layout = layout.into_iter().map(draw).collect();
            Suite { version, until, revoked, apps, layout }
        },
    )
}

/// The suite with its limits of means in the order of the attributes' names, in which their indices are.
fn sorted(mut suite: Suite) -> Suite {
    let sort = |app: &mut App| app.min_means.sort_by_key(|(attribute, _)| *attribute);
    for app in &mut suite.apps {
        sort(app);
        for rule in &mut app.rules {
            if let Action::Add(app) = &mut rule.action {
                sort(app);
            }
        }
    }
    suite
}

#[test]
fn what_applications_say_of_their_code_follows_their_rules() {
    let plain = encode(&full(), &attributes(), id());
    let mut suite = full();
    suite.apps[1].code = Some(CodeSettings { bytes: Some(258), version: Some(2), ..CodeSettings::default() });
    let mut expected = plain;
    expected.extend(b"code\n\0\0\0\x01\0\0\0\x01");
    expected.extend([1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(encode(&suite, &attributes(), id()), expected);
    assert!(!suite.fits_format_1(), "signatures of format 1 do not cover it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn different_suites_give_different_bytes(one in suite(), other in suite()) {
        let bytes = |suite| encode(suite, &attributes(), id());
        prop_assert_eq!(sorted(one.clone()) == sorted(other.clone()), bytes(&one) == bytes(&other));
        prop_assert_eq!(bytes(&one), bytes(&one.clone()));
    }
}

#[test]
fn what_applications_say_of_their_topology_follows_their_code() {
    let mut suite = full();
    suite.apps[0].code = Some(CodeSettings { version: Some(2), ..CodeSettings::default() });
    let mut expected = encode(&suite, &attributes(), id());
    let tables = App { topology: Some(AppTopology::Prefix), ..App::of_share("b", 0.25, Choice::Random) };
    suite.apps[1].topology = Some(AppTopology::Chord);
    expected.extend(b"topology\n\0\0\0\x01\0\0\0\x01\x03");
    assert_eq!(encode(&suite, &attributes(), id()), expected);
    assert!(!suite.fits_format_1());
    // One that a rule adds stands behind all others.
    let add = Action::Add(Box::new(tables));
    suite.apps[0].rules.push(Rule { action: add, ..rule("+", "") });
    let bytes = encode(&suite, &attributes(), id());
    assert!(bytes.ends_with(b"topology\n\0\0\0\x02\0\0\0\x01\x03\0\0\0\x02\x04"));
}
