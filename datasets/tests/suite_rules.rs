//! Rules of a suite, in a scenario and in a file of its own: what they mean, what is refused, and what becomes of a
//! suite.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::Error;
use datasets::scenario::{self, Scenario};
use datasets::suite::{self, Action, App, Choice, Comparison, File, Names, Operand, Request, Rule, Suite, Test, rule};

/// A cloud with two counts in epochs and an average without, before its suite.
const HEAD: &str = "[run]
nodes = 1000
[[fleet.class]]
name = \"box\"
share = 1
attributes = { availability = { uniform = [0, 1] }, storage_gb = 50 }
[[aggregate]]
name = \"size\"
function = \"count\"
[[aggregate]]
name = \"load\"
function = \"average\"
attribute = \"storage_gb\"
epoch_cycles = 9
[[aggregate]]
name = \"forever\"
function = \"average\"
attribute = \"storage_gb\"
[[aggregate]]
name = \"spread\"
function = \"quantiles\"
attribute = \"storage_gb\"
";

/// A suite whose rules do everything that rules can.
const SUITE: &str = r#"[suite]
version = 3

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.1

[[suite.app.rule]]
name = "shed"
when = "size < 600_000 and not load <= 0.5"
epochs = 2
cool_down = 5
remove = "chat"

[[suite.app.rule]]
name = "grow"
when = "load > 0.9"
scale = { app = "chat", by = 1.25, least = 0.01, most = 0.5 }

[[suite.app]]
name = "chat"
share = 0.2

[[suite.app.rule]]
name = "keep"
when = "size > load"
add = { name = "backup", bottom = "storage_gb", nodes = 500, where = "availability > 0.5", min_mean = { storage_gb = 5 } }
"#;

fn read(text: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}{text}")).unwrap();
    scenario::read(&path, &[])
}

fn parse(text: &str) -> Result<File, Error> {
    suite::parse(Path::new("apps.toml"), text, Names::Any(Vec::new()))
}

/// An error about `key` that points at `at`, and says these words and this remedy.
fn check(error: &Error, key: &str, at: &str, message: &str, help: &str) {
    let (source, span) = (error.source_text().unwrap(), error.span().unwrap());
    assert_eq!(&source[span.clone()], at, "{error}");
    assert_eq!(error.line(), Some(1 + source[..span.start].matches('\n').count() as u64), "{error}");
    assert_eq!(error.key(), Some(key), "{error}");
    assert!(error.message().contains(message), "`{message}` expected: {error}");
    assert!(error.help().unwrap().contains(help), "`{help}` expected: {}", error.help().unwrap());
}

/// The error of the suite with `old` replaced by `new`, in a scenario and in a file of its own.
fn refused(old: &str, new: &str, key: &str, at: &str, message: &str, help: &str) {
    assert!(SUITE.contains(old), "{old}");
    let text = SUITE.replacen(old, new, 1);
    check(&read(&text).unwrap_err(), key, at, message, help);
    check(&parse(&text).unwrap_err(), key, at, message, help);
}

#[test]
fn all_that_rules_can_do_is_read() {
    let suite = read(SUITE).unwrap().first.suite;
    let [shed, grow, keep] = &suite.rules().collect::<Vec<_>>()[..] else { panic!("three rules") };
    assert_eq!((&*shed.name, shed.epochs, shed.cool_down), ("shed", 2, 5));
    assert_eq!(shed.action, Action::Remove { app: "chat".to_owned() });
    assert_eq!(shed.aggregates, ["size", "load"]);
    let Test::And(tests) = &shed.when.test else { panic!("and") };
    assert_eq!(tests[0], Test::Compare(Operand::Attribute(0), Comparison::Less, Operand::Number(600_000.0)));
    assert_eq!((grow.epochs, grow.cool_down), (1, 4), "by default");
    assert_eq!(grow.action, Action::Scale { app: "chat".to_owned(), by: 1.25, least: 0.01, most: 0.5 });
    let Action::Add(backup) = &keep.action else { panic!("an application") };
    assert_eq!((&*backup.name, backup.choice, backup.request), ("backup", Choice::Bottom(1), Request::Nodes(500)));
    assert_eq!((backup.condition.is_some(), &*backup.min_means), (true, &[(1, 5.0)][..]));
    assert_eq!(suite.apps.iter().map(|app| app.rules.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn bounds_are_by_default_all_that_an_application_may_ask_for() {
    let most = |request: &str| {
        let text = SUITE.replace("share = 0.2", request).replace(", least = 0.01, most = 0.5", "");
        let suite = parse(&text).unwrap().suite;
        let Action::Scale { least, most, .. } = suite.apps[0].rules[1].action else { panic!("scale") };
        assert_eq!(least.to_bits(), 0);
        most
    };
    let found = ["share = 0.2", "nodes = 5", "rest = true"].map(most);
    assert_eq!(found.map(f64::to_bits), [1.0, 4_294_967_295.0, f64::MAX].map(f64::to_bits));
}

#[test]
fn a_suite_with_rules_reads_back_the_same_from_everywhere() {
    let file = parse(SUITE).unwrap();
    let text = file.suite.to_toml(&file.attributes);
    let again = suite::parse(Path::new("b.toml"), &text, Names::Fleet(&file.attributes)).unwrap();
    assert_eq!(again.suite, file.suite);
    assert_eq!(again.suite.to_toml(&file.attributes), text);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("apps.toml"), SUITE).unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}[suite]\nfile = \"apps.toml\"\n")).unwrap();
    let scenario = scenario::read(&path, &[]).unwrap();
    assert_eq!(scenario.first.suite, read(SUITE).unwrap().first.suite);
}

#[test]
fn a_rule_is_reached_by_an_override() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}{SUITE}")).unwrap();
    let set = |key: &str, value: &str| scenario::read(&path, &[(key.to_owned(), value.to_owned())]);
    assert_eq!(set("suite.app.monitoring.rule.shed.epochs", "9").unwrap().first.suite.apps[0].rules[0].epochs, 9);
    let error = set("suite.app.monitoring.rule.shed.when", "sizes < 3").unwrap_err();
    assert_eq!((error.span(), error.key()), (None, Some("suite.app.monitoring.rule.shed.when")), "{error}");
}

#[test]
fn a_rule_needs_a_name_of_its_own_and_a_condition_on_aggregates() {
    let second = "a second rule is named \"grow\"";
    refused("\"keep\"", "\"grow\"", "suite.app.1.rule.0.name", "\"grow\"", second, "a name of its own");
    refused("\"keep\"", "\"\"", "suite.app.1.rule.0.name", "\"\"", "the name of this rule is empty", "give it a name");
    let when = |new: &str, at: &str, message: &str, help: &str| {
        refused("\"load > 0.9\"", new, "suite.app.0.rule.1.when", at, message, help);
    };
    when("\"load = 1\"", "=", "`suite.app.0.rule.1.when`: `=` is not part of a condition", "write `==`");
    when("\"Load > 1\"", "Load", "cannot watch an aggregate of the name `Load`", "small letters");
    when("\"load\"", "load", "`load` is an aggregate, and a condition is expected", "compare it");
    when("\"1 < 2\"", "\"1 < 2\"", "`suite.app.0.rule.1.when` names no aggregate", "compare an aggregate");
    let missing = "`suite.app.0.rule.1.when` is missing";
    refused("when = \"load > 0.9\"\n", "", "suite.app.0.rule.1.when", "[[suite.app.rule]]", missing, "add the key");
}

#[test]
fn epochs_outside_their_range_are_refused() {
    let key = "suite.app.0.rule.0.epochs";
    refused("epochs = 2", "epochs = 0", key, "0", "expected a whole number from 1 to 100", "write");
    refused("epochs = 2", "epochs = 101", key, "101", "expected a whole number from 1 to 100", "write");
    let key = "suite.app.0.rule.0.cool_down";
    refused("cool_down = 5", "cool_down = 101", key, "101", "expected a whole number from 0 to 100", "write");
    parse(&SUITE.replace("cool_down = 5", "cool_down = 0")).unwrap();
}

#[test]
fn a_rule_has_exactly_one_action() {
    let nothing = "rule \"shed\" does not say what to do";
    let remove = "remove = \"chat\"";
    refused(remove, "", "suite.app.0.rule.0", "[[suite.app.rule]]", nothing, "add one of `remove = \"chat\"`");
    let scale = "{ app = \"chat\", by = 2 }";
    let add = "{ name = \"b\", share = 0.1 }";
    let both = |new: &str, key: &str, at: &str, message: &str| {
        refused(remove, new, &format!("suite.app.0.rule.0.{key}"), at, message, "keep one, or make two rules");
    };
    both(&format!("{remove}\nscale = {scale}"), "scale", scale, "rule \"shed\" has both `remove` and `scale`");
    both(&format!("{remove}\nadd = {add}"), "add", add, "has both `remove` and `add`");
    both(&format!("scale = {scale}\nadd = {add}"), "add", add, "has both `scale` and `add`");
}

#[test]
fn an_application_that_a_rule_speaks_of_is_there_or_may_be_added() {
    let remove = "remove = \"chat\"";
    let key = "suite.app.0.rule.0.remove";
    let none = "no application is named \"chats\"";
    let help = "did you mean \"chat\"? The suite has: monitoring, chat, backup";
    refused(remove, "remove = \"chats\"", key, "\"chats\"", none, help);
    let itself = "application \"monitoring\" would remove itself";
    let other = "let another application carry this rule";
    refused(remove, "remove = \"monitoring\"", key, "\"monitoring\"", itself, other);
    parse(&SUITE.replace(remove, "remove = \"backup\"")).unwrap();
    let scale = "app = \"chat\", by";
    let none = "no application is named \"video\"";
    refused(scale, "app = \"video\", by", "suite.app.0.rule.1.scale.app", "\"video\"", none, "the suite has:");
    parse(&SUITE.replace(scale, "app = \"monitoring\", by")).unwrap();
    let backup = "app = \"backup\", by = 2 }";
    let scale = "app = \"chat\", by = 1.25, least = 0.01, most = 0.5 }";
    let suite = parse(&SUITE.replace(scale, backup)).unwrap().suite;
    assert!(matches!(suite.apps[0].rules[1].action, Action::Scale { most, .. } if most > 4e9), "nodes are its unit");
    let twice = SUITE.replace("name = \"backup\", bottom", "name = \"chat\", bottom");
    let error = parse(&twice).unwrap_err();
    let unit = "\"chat\" is added with another unit than it has elsewhere";
    check(&error, "suite.app.0.rule.1.scale.app", "\"chat\"", unit, "`share`, `nodes` and `rest`");
}

#[test]
fn factors_and_bounds_outside_their_range_are_refused() {
    let scale = |old: &str, new: &str, key: &str, at: &str, message: &str, help: &str| {
        refused(old, new, &format!("suite.app.0.rule.1.scale.{key}"), at, message, help);
    };
    scale("by = 1.25", "by = 0", "by", "0", "expected a number above 0", "write");
    scale("by = 1.25", "by = inf", "by", "inf", "expected a number above 0", "write");
    scale("least = 0.01", "least = -1", "least", "-1", "expected a fraction from 0 to 1", "write");
    scale("most = 0.5", "most = 1.5", "most", "1.5", "expected a fraction from 0 to 1", "write");
    let bounds = "`least` is 0.6, more than `most`, which is 0.5";
    scale("least = 0.01", "least = 0.6", "most", "0.5", bounds, "write the smaller number as `least`");
    let missing = "`suite.app.0.rule.1.scale.by` is missing";
    let written = "{ app = \"chat\", least = 0.01, most = 0.5 }";
    scale("by = 1.25, ", "", "by", written, missing, "add the key `by`");
    let nodes =
        SUITE.replace("share = 0.2", "nodes = 200").replace("least = 0.01, most = 0.5", "least = 10, most = 5e9");
    let error = parse(&nodes).unwrap_err();
    check(&error, "suite.app.0.rule.1.scale.most", "5e9", "expected a number from 0 to 4294967295", "write");
}

#[test]
fn what_a_rule_adds_is_an_application_without_rules() {
    let add = |old: &str, new: &str, key: &str, at: &str, message: &str, help: &str| {
        refused(old, new, &format!("suite.app.1.rule.0.add{key}"), at, message, help);
    };
    let rule = "{ name = \"r\", when = \"size < 1\", remove = \"chat\" }";
    let message = "application \"backup\", which a rule adds, has a rule of its own";
    add("nodes = 500", &format!("nodes = 500, rule = [{rule}]"), ".rule.0", rule, message, "carry that rule");
    add("\"backup\"", "\"\"", ".name", "\"\"", "the name of this application is empty", "give it a name");
    add("nodes = 500", "nodes = -1", ".nodes", "-1", "expected a whole number", "write");
    let written = SUITE.lines().last().unwrap().strip_prefix("add = ").unwrap().replace("nodes = 500, ", "");
    add("nodes = 500, ", "", "", &written, "\"backup\" does not say how many nodes", "add one of");
    let error = read(&SUITE.replace("bottom = \"storage_gb\"", "bottom = \"storage\"")).unwrap_err();
    let message = "no node has an attribute `storage`";
    check(&error, "suite.app.1.rule.0.add.bottom", "\"storage\"", message, "did you mean `storage_gb`");
}

#[test]
fn a_suite_has_at_most_eight_rules() {
    let rules = |count: usize| {
        let rule = |number| format!("[[suite.app.rule]]\nname = \"{number}\"\nwhen = \"a < 1\"\nremove = \"a\"\n");
        let head = "[suite]\n[[suite.app]]\nname = \"a\"\nrest = true\n[[suite.app]]\nname = \"b\"\nrest = true\n";
        format!("{head}{}", (0..count).map(rule).collect::<String>())
    };
    assert_eq!(parse(&rules(8)).unwrap().suite.apps[1].rules.len(), 8);
    let error = parse(&rules(9)).unwrap_err();
    let message = "a suite has at most 8 rules, and this has 9";
    check(&error, "suite.app.1.rule.8", "[[suite.app.rule]]", message, "leave some out");
}

#[test]
fn applications_that_rules_may_add_count_towards_the_most() {
    let app = |number| format!("[[suite.app]]\nname = \"{number}\"\nrest = true\n");
    let apps: String = (0..253).map(app).collect();
    let add = |name: &str| {
        format!("[[suite.app.rule]]\nname = \"r\"\nwhen = \"a < 1\"\nadd = {{ name = \"{name}\", rest = 1 }}\n")
    };
    let error = parse(&format!("{apps}{}", add("more"))).unwrap_err();
    let message = "with those that rules may add, a suite has at most 253 applications";
    check(&error, "suite.app.252.rule.0.add", "{ name = \"more\", rest = 1 }", message, "leave this rule out");
    parse(&format!("{apps}{}", add("7"))).unwrap();
}

#[test]
fn a_rule_watches_aggregates_that_start_anew() {
    let watches = |name: &str, message: &str, help: &str| {
        let text = SUITE.replace("load > 0.9", &format!("{name} > 0.9"));
        let whole = format!("\"{name} > 0.9\"");
        check(&read(&text).unwrap_err(), "suite.app.0.rule.1.when", &whole, message, help);
        // In a file of its own, be it the first version or one that comes later.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("apps.toml");
        fs::write(&file, &text).unwrap();
        for suite in ["[suite]\nfile = \"apps.toml\"\n", "[[event]]\nat_cycle = 3\nsuite = \"apps.toml\"\n"] {
            let path = folder.path().join("cloud.toml");
            fs::write(&path, format!("{HEAD}{suite}")).unwrap();
            let error = scenario::read(&path, &[]).unwrap_err();
            assert_eq!(error.path(), file);
            check(&error, "suite.app.0.rule.1.when", &whole, message, help);
        }
        parse(&text).unwrap();
    };
    let message = "rule \"grow\" watches `lode`, and no aggregate has that name";
    watches("lode", message, "did you mean `load`? The scenario has: size, load, forever, spread");
    watches("forever", "rule \"grow\" watches `forever`, which has no epochs", "add `epoch_cycles = 30`");
    watches("spread", "which is not one number", "another function");
}

/// A share of chat, and of what else there is, with a rule.
fn suite(chat: Request, other: f64, action: Action) -> (Suite, Rule) {
    let mut suite = parse(SUITE).unwrap().suite;
    suite.apps[0].request = Request::Share(other);
    suite.apps[1].request = chat;
    let rule = Rule { action, ..suite.apps[0].rules[0].clone() };
    (suite, rule)
}

/// What chat asks for once it was scaled.
fn scaled(chat: Request, other: f64, by: f64, least: f64, most: f64) -> Option<Request> {
    let (suite, rule) = suite(chat, other, Action::Scale { app: "chat".to_owned(), by, least, most });
    let next = rule::apply(&suite, &rule, 9)?;
    assert_eq!((next.version, next.until, next.apps.len()), (9, suite.until, 2));
    assert_eq!(next.apps[0], suite.apps[0]);
    assert_eq!(App { request: suite.apps[1].request, ..next.apps[1].clone() }, suite.apps[1]);
    Some(next.apps[1].request)
}

#[test]
fn an_application_is_scaled_in_its_own_unit_within_its_bounds() {
    assert_eq!(scaled(Request::Share(0.25), 0.1, 2.0, 0.0, 1.0), Some(Request::Share(0.5)));
    assert_eq!(scaled(Request::Share(0.25), 0.1, 2.0, 0.0, 0.375), Some(Request::Share(0.375)));
    assert_eq!(scaled(Request::Share(0.25), 0.1, 0.5, 0.2, 1.0), Some(Request::Share(0.2)));
    assert_eq!(scaled(Request::Nodes(10), 0.1, 1.25, 0.0, 4e9), Some(Request::Nodes(13)));
    assert_eq!(scaled(Request::Nodes(u64::from(u32::MAX)), 0.1, 0.5, 0.0, 4e9), Some(Request::Nodes(2_147_483_648)));
    assert_eq!(scaled(Request::Rest(2.0), 0.1, 0.5, 0.0, f64::MAX), Some(Request::Rest(1.0)));
}

#[test]
fn a_share_grows_as_far_as_the_others_leave_room() {
    assert_eq!(scaled(Request::Share(0.5), 0.25, 2.0, 0.0, 1.0), Some(Request::Share(0.75)));
    assert_eq!(scaled(Request::Share(0.75), 0.25, 2.0, 0.0, 1.0), None);
    // 1 - 0.7 is a little more than 0.3: that is no room.
    assert_eq!(scaled(Request::Share(0.3), 0.7, 2.0, 0.0, 1.0), None);
}

#[test]
fn what_would_not_change_is_no_version() {
    assert_eq!(scaled(Request::Share(0.5), 0.1, 1.25, 0.0, 0.5), None);
    assert_eq!(scaled(Request::Share(0.0), 0.1, 1.25, 0.0, 0.5), None);
    assert_eq!(scaled(Request::Nodes(1), 0.1, 1.25, 0.0, 4e9), None, "1.25 nodes are one");
    assert_eq!(scaled(Request::Rest(5e-324), 0.1, 0.25, 0.0, 1.0), None, "a weight is never 0");
    // Never the other way.
    assert_eq!(scaled(Request::Share(0.5), 0.1, 1.25, 0.0, 0.25), None);
    assert_eq!(scaled(Request::Share(0.1), 0.1, 0.5, 0.25, 1.0), None);
}

#[test]
fn an_application_is_removed_with_its_rules_and_added_without() {
    let (full, remove) = suite(Request::Share(0.5), 0.25, Action::Remove { app: "chat".to_owned() });
    let without = rule::apply(&full, &remove, 4).unwrap();
    assert_eq!((without.version, without.apps.len(), without.rules().count()), (4, 1, 2));
    assert_eq!(rule::apply(&without, &remove, 5), None, "it is gone");
    let chat = App::of_share("chat", 0.75, Choice::Random);
    let (_, add) = suite(Request::Share(0.5), 0.25, Action::Add(Box::new(chat.clone())));
    let with = rule::apply(&without, &add, 6).unwrap();
    assert_eq!((with.version, &with.apps[1]), (6, &chat));
    assert_eq!(rule::apply(&with, &add, 7), None, "it is there");
    let large = App::of_share("chat", 0.76, Choice::Random);
    let (_, add) = suite(Request::Share(0.5), 0.25, Action::Add(Box::new(large)));
    assert_eq!(rule::apply(&without, &add, 7), None, "there is no room");
    let alone = Suite { apps: vec![full.apps[1].clone()], ..full };
    assert_eq!(rule::apply(&alone, &remove, 8), None, "no suite would be left");
}
