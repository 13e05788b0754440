//! What a delegate may not do: each escape on the command line, and in a run.

use datasets::trace::SuiteRow;
use datasets::trace::read::Run;

use super::{keyed, suite};
use crate::harness::{Place, Said};

/// What nodes hold: "chat" is the planner's.
const HELD: &str = "\
[suite]
version = 1

[[suite.app]]
name = \"monitoring\"
top = \"availability\"
share = 0.1

[[suite.app]]
name = \"chat\"
share = 0.5

[[suite.app]]
name = \"recorder\"
nodes = 50
";

const RULE: &str = "
[[suite.app.rule]]
name = \"escape\"
when = \"size > 0\"
";

/// The next version, with something replaced.
fn next(number: u64, old: &str, new: &str) -> String {
    assert!(HELD.contains(old), "no {old:?}");
    HELD.replace("version = 1", &format!("version = {number}")).replacen(old, new, 1)
}

/// The second version, with a line for the whole suite.
fn second(line: &str) -> String {
    HELD.replace("version = 1", &format!("version = 2\n{line}"))
}

/// A version in which "chat" carries a rule.
fn with_rule(number: u64, does: &str) -> String {
    next(number, "share = 0.5\n", &format!("share = 0.5\n{RULE}{does}\n"))
}

/// Lets the owner certify the planner.
fn certify(place: &Place, more: &[&str]) {
    let call = ["certify", "planner.pub.pem", "--owner", "owner.pem", "--for-ever", "--force"];
    suite(place, &[&call[..], more].concat()).quietly();
}

/// A file that the planner has signed.
fn signed(place: &Place, name: &str, text: &str) {
    place.write(name, text.as_bytes());
    let with = ["--key", "planner.pem", "--certificate", "planner.cert.toml", "--force"];
    suite(place, &[&["sign", name], &with[..]].concat()).quietly();
}

/// What nodes say of a version that the planner has signed.
fn judged(place: &Place, text: &str) -> Said {
    signed(place, "apps.toml", text);
    place.write("held.toml", HELD.as_bytes());
    suite(place, &["verify", "apps.signed.toml", "--trust", "owner.pub.pem", "--base", "held.toml"])
}

/// The planner may change "chat" up to a share of 0.6, and write rules.
const MAY: [&str; 5] = ["--apps", "chat", "--most", "chat=0.6", "--rules"];

/// Each escape, and what is said of it.
fn escapes() -> Vec<(String, &'static str)> {
    vec![
        (with_rule(2, "remove = \"recorder\""), "its rule \"escape\" removes \"recorder\""),
        (with_rule(2, "scale = { app = \"recorder\", by = 0.5 }"), "its rule \"escape\" scales \"recorder\""),
        (with_rule(2, "add = { name = \"mine\", share = 0.1 }"), "its rule \"escape\" adds \"mine\""),
        (with_rule(2, "scale = { app = \"chat\", by = 2, most = 0.7 }"), "lets \"chat\" ask for more than it may"),
        (next(9_223_372_036_854_775_807, "0.5", "0.6"), "its number is more than 1000 above 1"),
        (next(2, "\"chat\"", "\"recorder 2\""), "it adds \"recorder 2\""),
        (next(2, "share = 0.5", "share = 0.7"), "\"chat\" asks for more than it may"),
        (next(2, "share = 0.5", "rest = true"), "\"chat\" asks for more than it may"),
        (next(2, "share = 0.1", "share = 0.05"), "it changes \"monitoring\""),
        (second("until = 2099-01-01T00:00:00Z"), "it changes `until`"),
    ]
}

#[test]
fn a_delegate_escapes_by_no_way() {
    let place = keyed();
    certify(&place, &MAY);
    judged(&place, &next(2, "0.5", "0.6")).quietly();
    judged(&place, &with_rule(1001, "scale = { app = \"chat\", by = 2, most = 0.6 }")).quietly();
    for (text, words) in escapes() {
        judged(&place, &text).failed(1, &["rejected as out of scope", words, "let the owner sign it"]);
    }
    let chat = HELD.split("[[suite.app]]").find(|app| app.contains("chat")).expect("an application");
    let first = HELD.replace(chat, "").replace("[[suite.app]][[suite.app]]", "[[suite.app]]");
    let first = first.replacen("version = 1", "version = 2", 1).replacen(
        "[[suite.app]]",
        &format!("[[suite.app]]{chat}[[suite.app]]"),
        1,
    );
    judged(&place, &first).failed(1, &["rejected as out of scope", "it moves \"chat\" past others"]);
    // Without the right to write rules, none is good.
    certify(&place, &MAY[..4]);
    let own = with_rule(2, "scale = { app = \"chat\", by = 0.5 }");
    judged(&place, &own).failed(1, &["out of scope", "it changes rules of \"chat\", and may write none"]);
}

#[test]
fn signing_lays_out_words_and_a_delegate_takes_none_of_others() {
    let place = keyed();
    let text = |number: u64, chat: f64, game: f64| {
        let app = |name: &str, share: f64| format!("\n[[suite.app]]\nname = \"{name}\"\nshare = {share}\n");
        format!("[suite]\nversion = {number}\n{}{}", app("chat", chat), app("game", game))
    };
    place.write("v1.toml", text(1, 0.5, 0.25).as_bytes());
    place.write("v2.toml", text(2, 0.25, 0.25).as_bytes());
    place.write("v3.toml", text(3, 0.25, 0.5).as_bytes());
    let said = suite(&place, &["sign", "v2.toml", "--key", "owner.pem", "--base", "v1.toml"]).quietly();
    assert!(said.out.contains("version 2, with the words of 1 draw, signed by"), "{}", said.out);
    let said = suite(&place, &["show", "v2.signed.toml"]).quietly();
    assert!(said.out.contains("layout       chat 25.00 %, game 25.00 % of the words\n"), "{}", said.out);
    let read = |name: &str| std::fs::read_to_string(place.path(name)).expect("a suite");
    // What "chat" gives up is nobody's, and "game" stays where it was.
    let laid_out = "apps = [\"chat\", \"\", \"game\", \"\"]\nends = [1073741824, 2147483648, 3221225472, 4294967296]\n";
    assert!(read("v2.signed.toml").contains(laid_out), "{}", read("v2.signed.toml"));
    let call = ["certify", "planner.pub.pem", "--owner", "owner.pem", "--apps", "game", "--for-ever"];
    suite(&place, &call).quietly();
    let by_planner = |more: &[&str]| {
        let with = ["sign", "v3.toml", "--key", "planner.pem", "--certificate", "planner.cert.toml", "--force"];
        suite(&place, &[&with[..], more].concat())
    };
    let verify = |name: &str| suite(&place, &["verify", name, "--trust", "owner.pub.pem", "--base", "v2.signed.toml"]);
    by_planner(&["--base", "v2.signed.toml"]).quietly();
    verify("v3.signed.toml").quietly();
    let honest = read("v3.signed.toml");
    assert!(
        honest.contains("apps = [\"chat\", \"game\", \"\"]\nends = [1073741824, 3221225472, 4294967296]\n"),
        "{honest}"
    );
    // Without its layout, and with words of "chat".
    by_planner(&[]).quietly();
    verify("v3.signed.toml").failed(1, &["out of scope", "it changes which words belong to \"chat\""]);
    let (_, layout) = honest.split_once("[[suite.layout]]").expect("a layout");
    let (layout, _) = layout.split_once("[certificate]").expect("a certificate");
    let theft = format!("{}\n[[suite.layout]]{}", text(3, 0.25, 0.5), layout.replace("1073741824", "1073741823"));
    place.write("v3.toml", theft.as_bytes());
    by_planner(&[]).quietly();
    verify("v3.signed.toml").failed(1, &["out of scope", "it changes which words belong to \"chat\""]);
    let said = by_planner(&["--base", "v1.toml"]);
    assert!(said.code == Some(0) && said.err.contains("v1.toml has no layout of words"), "{}", said.err);
    assert!(said.err.contains("nodes will drop v3.toml: it changes \"chat\""), "{}", said.err);
    // A number of nodes is no share of the words until it is said how many nodes there are.
    place.write("v3.toml", text(3, 0.25, 0.5).replace("share = 0.5", "nodes = 500").as_bytes());
    let with_base = ["sign", "v3.toml", "--key", "owner.pem", "--force", "--base", "v2.signed.toml"];
    suite(&place, &with_base).failed(2, &["asks for a number of nodes", "--nodes 1e6"]);
    suite(&place, &[&with_base[..], &["--nodes", "1_000"]].concat()).quietly();
    assert!(
        read("v3.signed.toml").contains("ends = [1073741824, 3221225472, 4294967296]"),
        "{}",
        read("v3.signed.toml")
    );
}

#[test]
fn what_is_signed_for_another_cloud_is_replayed_nowhere() {
    let place = keyed();
    certify(&place, &["--all", "--cloud", "upstairs"]);
    signed(&place, "apps.toml", &next(2, "0.5", "0.6"));
    let verify =
        |more: &[&str]| suite(&place, &[&["verify", "apps.signed.toml", "--trust", "owner.pub.pem"], more].concat());
    verify(&["--cloud", "upstairs"]).quietly();
    verify(&[]).failed(1, &["rejected as for another cloud", "it is signed for the cloud", "--cloud"]);
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem", "--cloud", "upstairs", "--force"]).quietly();
    verify(&["--cloud", "upstairs"]).quietly();
    verify(&["--cloud", "downstairs"]).failed(1, &["rejected as for another cloud"]);
}

#[test]
fn a_revoked_key_signs_nothing_more() {
    let place = keyed();
    certify(&place, &["--all"]);
    let shown =
        suite(&place, &["certify", "planner.pub.pem", "--owner", "owner.pem", "--all", "--for-ever", "--force"]);
    let key = shown.quietly().out.split_whitespace().nth(3).expect("a key").to_owned();
    place.write("held.toml", HELD.replace("version = 1", &format!("version = 1\nrevoked = [\"{key}\"]")).as_bytes());
    let text = second(&format!("revoked = [\"{key}\"]"));
    signed(&place, "apps.toml", &text);
    let verify = ["verify", "apps.signed.toml", "--trust", "owner.pub.pem", "--base", "held.toml"];
    suite(&place, &verify).failed(1, &["rejected as revoked", &key, "certify another key"]);
    let said = suite(&place, &["show", "apps.signed.toml"]).quietly();
    assert!(said.out.contains(&format!("revoked      {key}\n")), "{}", said.out);
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem", "--force"]).quietly();
    suite(&place, &verify).quietly();
}

#[test]
fn what_was_signed_in_format_1_is_verified_and_renewed_by_signing_again() {
    let place = keyed();
    let old = |name: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/tests/suite_signatures/format_1");
        std::fs::read(folder.join(name)).expect("a file")
    };
    place.write("apps.signed.toml", &old("v2.toml"));
    place.write("trust.pub.pem", &old("owner.pub.pem"));
    let verify = ["verify", "apps.signed.toml", "--at", "2026-11-02T00:00:00Z", "--trust", "trust.pub.pem", "--base"];
    let base =
        HELD.split("[[suite.app]]\nname = \"recorder\"").next().expect("two applications").replace("0.5", "0.80");
    place.write("base.toml", base.as_bytes());
    let said = suite(&place, &[&verify[..], &["base.toml"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("apps.signed.toml: valid"), "{}", said.out);
    assert!(said.err.contains("signed in format 1") && said.err.contains("sign it again"), "{}", said.err);
    let said = suite(&place, &["show", "apps.signed.toml"]).quietly();
    assert!(said.out.contains("in format 1: sign it again"), "{}", said.out);
    suite(&place, &["sign", "apps.signed.toml", "--key", "owner.pem", "--out", "new.toml"]).quietly();
    let verify = ["verify", "new.toml", "--trust", "owner.pub.pem"];
    assert_eq!(suite(&place, &verify).quietly().out, "new.toml: valid, version 2 is signed by the owner.\n");
}

#[test]
fn names_that_look_alike_are_told_of() {
    let place = keyed();
    let with = "--apps";
    let call = ["certify", "planner.pub.pem", "--owner", "owner.pem", "--for-ever", with, "chat,ch\u{430}t"];
    let said = suite(&place, &call);
    assert!(said.code == Some(0) && said.err.contains("look alike"), "{}", said.err);
    assert!(said.err.contains("\\u{430}"), "{}", said.err);
    let said = judged(&place, &next(2, "\"recorder\"", "\"ch\u{430}t\""));
    assert!(said.code == Some(1) && said.err.contains("look alike"), "{}", said.err);
    let said = suite(&place, &["show", "apps.signed.toml"]);
    assert!(said.code == Some(0) && said.err.contains("look alike"), "{}", said.err);
    let hidden = next(2, "\"recorder\"", "\"recorder\u{200b}\"");
    place.write("hidden.toml", hidden.as_bytes());
    suite(&place, &["check", "hidden.toml"]).failed(2, &["hidden.toml:14", "U+200B", "leave that character out"]);
}

#[test]
fn the_order_of_keys_of_a_table_changes_no_signature() {
    let place = keyed();
    let limits = |limits: &str| next(2, "nodes = 50", &format!("nodes = 50\nmin_mean = {{ {limits} }}"));
    place.write("apps.toml", limits("availability = 0.5, load = 2").as_bytes());
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem"]).quietly();
    let text = std::fs::read_to_string(place.path("apps.signed.toml")).expect("a suite");
    place.write(
        "apps.signed.toml",
        text.replace("availability = 0.5, load = 2", "load = 2, availability = 0.5").as_bytes(),
    );
    suite(&place, &["verify", "apps.signed.toml", "--trust", "owner.pub.pem"]).quietly();
}

const CLOUD: &str = "\
[run]
nodes = 2_000
cycles = 40
starts_at = 2026-11-01T00:00:00Z

[[fleet.class]]
name = \"box\"
share = 1.0
attributes.availability = { beta = [9.0, 1.0] }

[[aggregate]]
name = \"size\"
function = \"count\"
error = 0.01

[monitor]
key = \"owner.pem\"

";

#[test]
fn in_a_run_each_escape_is_dropped_and_an_honest_version_taken() {
    let place = keyed();
    certify(&place, &MAY);
    let trusting = HELD.replace("version = 1", "version = 1\ntrust = \"owner.pub.pem\"");
    let mut escapes: Vec<String> = escapes().into_iter().map(|(text, _)| text).collect();
    // A version that expires needs no other run.
    escapes.retain(|text| !text.contains("until"));
    let event = |cycle: usize, name: &str| format!("\n[[event]]\nat_cycle = {cycle}\nsuite = \"{name}.signed.toml\"\n");
    let mut events = String::new();
    for (k, text) in escapes.iter().enumerate() {
        signed(&place, &format!("e{k}.toml"), text);
        events.push_str(&event(k + 1, &format!("e{k}")));
    }
    certify(&place, &["--all", "--cloud", "upstairs"]);
    signed(&place, "elsewhere.toml", &next(2, "0.5", "0.6"));
    certify(&place, &MAY);
    signed(&place, "honest.toml", &next(3, "0.5", "0.6"));
    let cloud = [CLOUD, &trusting, &events, &event(14, "elsewhere"), &event(15, "honest")].concat();
    place.write("scenario.toml", cloud.as_bytes());
    place.run(&[]).quietly();
    let rows = Run::open(&place.path("out")).and_then(|run| run.suites()).expect("rows");
    let sum = |of: fn(&SuiteRow) -> u64| rows.iter().map(of).sum::<u64>();
    assert_eq!(sum(|row| row.rejected_out_of_scope_count), escapes.len() as u64);
    assert_eq!((sum(|row| row.rejected_other_cloud_count), sum(|row| row.rejected_forged_count)), (1, 0));
    let last = |version: u64| rows.iter().rfind(|row| row.version == version).expect("a row").acting_fraction;
    assert!((last(3) - 1.0).abs() < 1e-9, "every live node acts on the honest one");
    assert!(rows.iter().filter(|row| row.version != 1 && row.version != 3).all(|row| row.acting_fraction == 0.0));
    // Adversaries push each of them, one in each cycle, and nobody takes any.
    let files: Vec<String> = (0..escapes.len()).map(|k| format!("\"e{k}.signed.toml\"")).collect();
    let adversaries = format!("\n[adversaries]\nshare = 0.2\nsuite = [{}]\n", files.join(", "));
    let (unmonitored, _) = CLOUD.split_once("[monitor]").expect("a monitor");
    place.write("scenario.toml", [unmonitored, &trusting, &adversaries].concat().as_bytes());
    let said = place.call(&["check", "scenario.toml"]).quietly();
    assert_eq!(said.out.matches("which adversaries push: out of scope.").count(), escapes.len(), "{}", said.out);
    place.run(&["--force", "--cycles", &escapes.len().to_string()]).quietly();
    let rows = Run::open(&place.path("out")).and_then(|run| run.suites()).expect("rows");
    for cycle in 1..=escapes.len() as u32 {
        let rows = || rows.iter().filter(|row| row.cycle == cycle);
        let refused: u64 = rows().map(|row| row.rejected_out_of_scope_count).sum();
        assert!(refused > 300, "{cycle}: {refused}");
        assert!(rows().all(|row| row.version == 1 || row.acting_fraction == 0.0), "{cycle}");
    }
}
