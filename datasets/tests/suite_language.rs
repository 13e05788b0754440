//! The language of suites, in a scenario and in a file of its own: what is meant, and what is refused, where and in
//! which words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::scenario::{self, Scenario};
use datasets::suite::{self, App, Choice, Comparison, File, Names, Operand, Request, Suite, Test};
use datasets::{Error, Kind};
use proptest::prelude::*;

/// A cloud whose nodes have three attributes; 7 lines.
const HEAD: &str = "[run]
nodes = 1000
cycles = 40
[[fleet.class]]
name = \"box\"
share = 1
attributes = { availability = { uniform = [0, 1] }, storage_gb = 50, bandwidth_mbps = 10 }
";

/// A suite that uses the whole language.
const SUITE: &str = r#"[suite]
version = 3

[[suite.app]]
name = "recorder"
top = "storage_gb"
nodes = 5_00
where = "storage_gb >= 50 and not (availability < 0.5 or bandwidth_mbps == 0)"
min_nodes = 100
min_mean = { storage_gb = 50, availability = 0.5 }

[[suite.app]]
name = "monitoring"
bottom = "availability"
share = 0.1

[[suite.app]]
name = "chat"
rest = true

[[suite.app]]
name = "backup"
rest = 2.5
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

/// The error of the suite with `old` replaced by `new`, in a scenario and in a file of its own: it is about `key`,
/// points at `at`, and says these words and this remedy.
fn refused(old: &str, new: &str, key: &str, at: &str, message: &str, help: &str) {
    assert!(SUITE.contains(old), "{old}");
    let text = SUITE.replacen(old, new, 1);
    let names = ["availability", "storage_gb", "bandwidth_mbps"].map(str::to_owned);
    let own = suite::parse(Path::new("apps.toml"), &text, Names::Fleet(&names)).unwrap_err();
    for error in [read(&text).unwrap_err(), own] {
        let (source, span) = (error.source_text().unwrap(), error.span().unwrap());
        assert_eq!(&source[span.clone()], at, "{error}");
        let line = 1 + source[..span.start].matches('\n').count();
        assert_eq!(error.line(), Some(line as u64), "{error}");
        assert_eq!(error.key(), Some(key), "{error}");
        assert!(error.message().contains(message), "`{message}` expected: {error}");
        assert!(error.help().unwrap().contains(help), "`{help}` expected: {}", error.help().unwrap());
    }
}

#[test]
fn the_whole_language_is_read() {
    let suite = read(SUITE).unwrap().first.suite;
    assert_eq!((suite.version, suite.until, suite.apps.len()), (3, None, 4));
    let [recorder, monitoring, chat, backup] = &suite.apps[..] else { panic!("four applications") };
    assert_eq!((recorder.choice, recorder.request), (Choice::Top(1), Request::Nodes(500)));
    assert_eq!((recorder.min_nodes, &*recorder.min_means), (Some(100), &[(1, 50.0), (0, 0.5)][..]));
    let Some(Test::And(tests)) = recorder.condition.as_ref().map(|condition| &condition.test) else { panic!("and") };
    assert_eq!(tests[0], Test::Compare(Operand::Attribute(1), Comparison::AtLeast, Operand::Number(50.0)));
    assert_eq!(*monitoring, App::of_share("monitoring", 0.1, Choice::Bottom(0)));
    assert_eq!([chat.request, backup.request], [1.0, 2.5].map(Request::Rest));
    assert_eq!(chat.choice, Choice::Random);
}

#[test]
fn a_suite_in_a_file_of_its_own_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("apps.toml"), SUITE).unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}[suite]\nfile = \"apps.toml\"\n")).unwrap();
    let scenario = scenario::read(&path, &[]).unwrap();
    let inline = Scenario { name: scenario.name.clone(), ..read(SUITE).unwrap() };
    assert_eq!(scenario, inline);
    assert_eq!(scenario.hash(), inline.hash());
}

#[test]
fn a_file_without_a_fleet_gives_the_attributes_that_it_names() {
    let file = parse(SUITE).unwrap();
    assert_eq!(file.attributes, ["storage_gb", "availability", "bandwidth_mbps"]);
    assert_eq!(file.suite.apps[1].choice, Choice::Bottom(1));
    assert_eq!((&*file.text, file.certificate, file.signed_by), (SUITE, None, None));
    // A second one has the same numbers, with what is new behind.
    let names = Names::Any(file.attributes);
    let text = "[[suite.app]]\nname = \"a\"\nrest = true\ntop = \"load\"\n[suite]\nversion = 9\n";
    let other = suite::parse(Path::new("b.toml"), text, names).unwrap();
    assert_eq!(other.suite.apps[0].choice, Choice::Top(3));
}

#[test]
fn a_suite_that_is_written_out_reads_back_the_same() {
    let file = parse(&SUITE.replace("version = 3", "version = 3\nuntil = 2026-11-22T01:30:00+01:30")).unwrap();
    let text = file.suite.to_toml(&file.attributes);
    assert!(text.contains("until = 2026-11-22T00:00:00Z"), "{text}");
    let again = suite::parse(Path::new("b.toml"), &text, Names::Fleet(&file.attributes)).unwrap();
    assert_eq!(again.suite, file.suite);
}

#[test]
fn an_application_says_in_one_way_how_many_nodes_it_asks_for() {
    let nothing = "application \"chat\" does not say how many nodes it asks for";
    let remedy = "add one of `share = 0.1`, `nodes = 1000` and `rest = true`";
    refused("rest = true\n", "", "suite.app.2", "[[suite.app]]", nothing, remedy);
    let more = |both: &str, at: &str, key: &str, words: &str| {
        refused("rest = true", both, &format!("suite.app.2.{key}"), at, words, "keep one");
    };
    more("share = 0.1\nnodes = 7", "7", "nodes", "application \"chat\" asks for both `share` and `nodes`");
    more("share = 0.1\nrest = 7", "7", "rest", "asks for both `share` and `rest`");
    more("nodes = 7\nrest = true", "true", "rest", "asks for both `nodes` and `rest`");
}

#[test]
fn requests_outside_their_range_are_refused() {
    refused("nodes = 5_00", "nodes = -1", "suite.app.0.nodes", "-1", "is -1, expected a whole number from 0", "write");
    refused("nodes = 5_00", "nodes = 1.5", "suite.app.0.nodes", "1.5", "expected a whole number", "1_000");
    refused("nodes = 5_00", "nodes = 1e10", "suite.app.0.nodes", "1e10", "from 0 to 4294967295", "write");
    refused(
        "rest = true",
        "rest = false",
        "suite.app.2.rest",
        "false",
        "`rest = false` asks for nothing",
        "leave it out",
    );
    refused("rest = true", "rest = 0", "suite.app.2.rest", "0", "is 0, expected `true` or a weight above 0", "write");
    refused("rest = true", "rest = -1.5", "suite.app.2.rest", "-1.5", "expected `true` or a weight above 0", "write");
    refused("rest = true", "rest = inf", "suite.app.2.rest", "inf", "expected `true` or a weight above 0", "write");
    refused("rest = true", "rest = \"all\"", "suite.app.2.rest", "\"all\"", "expected `true` or a weight", "write");
    refused("share = 0.1", "share = 1.1", "suite.app.1.share", "1.1", "expected a fraction from 0 to 1", "write");
    let sum = "the applications up to \"chat\" ask for 1.100000 of the cloud";
    refused("rest = true", "share = 1", "suite.app.2.share", "1", sum, "the earlier ones ask for 0.100000");
}

#[test]
fn constraints_outside_their_range_are_refused() {
    refused("min_nodes = 100", "min_nodes = -1", "suite.app.0.min_nodes", "-1", "expected a whole number", "write");
    let means = "min_mean = { storage_gb = 50, availability = 0.5 }";
    let key = "suite.app.0.min_mean";
    refused(means, "min_mean = {}", key, "{}", "`min_mean` names no attribute", "min_mean = { storage_gb = 50 }");
    refused(means, "min_mean = 50", key, "50", "is 50, expected a table of attributes", "write a table");
    let wrong = |new: &str, key: &str, at: &str, words: &str, help: &str| {
        refused(means, new, &format!("suite.app.0.min_mean.{key}"), at, words, help);
    };
    wrong("min_mean = { storage = 5 }", "storage", "storage", "no node has an attribute `storage`", "did you mean");
    wrong("min_mean = { storage_gb = nan }", "storage_gb", "nan", "expected a finite number", "write");
}

#[test]
fn a_condition_is_refused_at_the_word_that_is_wrong() {
    let written = "where = \"storage_gb >= 50 and not (availability < 0.5 or bandwidth_mbps == 0)\"";
    let wrong = |new: &str, at: &str, words: &str, help: &str| {
        refused(written, &format!("where = {new}"), "suite.app.0.where", at, words, help);
    };
    wrong("\"storage_gb = 50\"", "=", "`suite.app.0.where`: `=` is not part of a condition", "write `==`");
    wrong("' availablity > 0.5'", "availablity", "no node has an attribute", "did you mean `availability`");
    wrong("\"(storage_gb > 5\"", "(", "`suite.app.0.where`: this parenthesis is never closed", "add `)`");
    wrong("\"storage_gb > 5 ≥ 3\"", "≥", "`≥` is not part of a condition", "comparisons");
    wrong("\"\"", "\"\"", "the condition is empty", "leave the key out");
    // Where the text in the file is not the condition letter by letter, all of it is pointed at.
    wrong(r#""storage_gb \u003d 50""#, r#""storage_gb \u003d 50""#, "`=` is not part of a condition", "write `==`");
    wrong("\"\"\"storage_gb = 50\"\"\"", "\"\"\"storage_gb = 50\"\"\"", "`=` is not part", "write `==`");
    wrong("7", "7", "`suite.app.0.where` is 7, expected a string", "write a string");
}

#[test]
fn a_moment_is_a_date_a_time_and_an_offset() {
    let with = |moment: &str| parse(&SUITE.replace("version = 3", &format!("version = 3\nuntil = {moment}")));
    for (written, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("2026-11-22T00:00:00Z", 1_795_305_600),
        ("2026-11-22 00:00Z", 1_795_305_600),
        ("2026-11-21T18:30:00.75-05:30", 1_795_305_600),
        ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] {
        let file = with(written).unwrap();
        assert_eq!(file.suite.until, Some(seconds), "{written}");
        let again = parse(&file.suite.to_toml(&file.attributes)).unwrap();
        assert_eq!(again.suite.until, Some(seconds), "{written}");
    }
    let refused = |moment: &str, words: &str| {
        let error = with(moment).unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(3), Some("suite.until")), "{error}");
        assert!(error.message().contains(words), "{error}");
        assert!(error.help().is_some_and(|help| !help.is_empty()), "{error}");
    };
    refused("2026-11-22", "is 2026-11-22, expected a date, a time and an offset");
    refused("2026-11-22T00:00:00", "expected a date, a time and an offset");
    refused("07:30:00", "expected a date, a time and an offset");
    refused("1969-12-31T23:59:59Z", "expected a moment from 1970 to 9999");
    refused("0000-01-01T00:00:00+23:59", "expected a moment from 1970 to 9999");
    refused("9999-12-31T23:59:59-00:01", "expected a moment from 1970 to 9999");
    refused("\"2026-11-22T00:00:00Z\"", "expected a moment such as 2026-11-22T00:00:00Z");
    refused("1795305600", "expected a moment such as");
}

#[test]
fn a_suite_has_at_most_253_applications() {
    let apps = |count: usize| {
        let app = |number| format!("[[suite.app]]\nname = \"{number}\"\nrest = true\n");
        (0..count).map(app).collect::<String>()
    };
    assert_eq!(parse(&apps(253)).unwrap().suite.apps.len(), 253);
    let error = parse(&apps(254)).unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(253 * 3 + 1), Some("suite.app.253")));
    assert!(error.message().contains("at most 253 applications, and this has 254"), "{error}");
}

#[test]
fn a_file_that_is_laid_out_otherwise_is_told_how() {
    let told = |text: &str, line: u64, key: &str, help: &str| {
        let error = parse(text).unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(line), Some(key)), "{error}");
        assert!(error.to_string().starts_with("apps.toml:"), "{error}");
        assert!(error.help().unwrap().contains(help), "{}", error.help().unwrap());
    };
    let layout = "[suite], then [[suite.app]]";
    told("version = 1\n[[app]]\nname = \"a\"", 1, "version", layout);
    told("\n[[app]]\nname = \"a\"", 2, "app", layout);
    told("until = 2026-11-22T00:00:00Z", 1, "until", layout);
    told("", 1, "suite", "begin with [suite]");
    told("suite = 3", 1, "suite", "begin with [suite]");
    told("[run]\nnodes = 3", 1, "run", "known keys here: suite, certificate, signature");
    told("[suite]\nfile = \"other.toml\"", 2, "suite.file", "write the applications here");
    told("[suite]\nversions = 2", 2, "suite.versions", "did you mean `version`");
    let error = parse("[suite").unwrap_err();
    assert_eq!((error.kind(), error.line()), (Kind::Syntax, Some(1)));
    let gone = suite::read(Path::new("none/apps.toml"), Names::Any(Vec::new())).unwrap_err();
    assert_eq!(gone.kind(), Kind::Unreadable);
    assert!(gone.to_string().contains("none/apps.toml: cannot read the suite"), "{gone}");
}

#[test]
fn suite_file_stands_for_the_whole_suite_and_must_be_there() {
    let refused = |text: &str, line: u64, key: &str, words: &str| {
        let error = read(text).unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(line), Some(key)), "{error}");
        assert!(error.message().contains(words), "{error}");
    };
    let beside = "stands beside `suite.file`";
    refused("[suite]\nversion = 3\nfile = \"a.toml\"", 9, "suite.version", beside);
    refused("[suite]\nuntil = 2026-11-22T00:00:00Z\nfile = \"a.toml\"", 9, "suite.until", beside);
    refused("[suite]\nfile = \"a.toml\"\n[[suite.app]]\nname = \"a\"\nrest = true", 10, "suite.app.0", beside);
    let table = read("[suite]\nfile = \"a.toml\"\n[suite.app.chat]\nshare = 0.2").unwrap_err();
    assert_eq!(table.key(), Some("suite.app"), "{table}");
    assert!(table.help().unwrap().contains("changed in that file"), "{table}");
    refused("[suite]\nfile = \"gone.toml\"", 9, "suite.file", "`suite.file`: there is no file ");
}

#[test]
fn an_error_in_a_suite_file_points_into_that_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("apps.toml"), SUITE.replace("storage_gb >= 50", "storage >= 50")).unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}[suite]\nfile = \"apps.toml\"\n")).unwrap();
    let error = scenario::read(&path, &[]).unwrap_err();
    assert_eq!(error.path(), folder.path().join("apps.toml"));
    assert_eq!((error.line(), error.key()), (Some(8), Some("suite.app.0.where")));
    assert_eq!(&error.source_text().unwrap()[error.span().unwrap()], "storage");
    assert!(error.help().unwrap().contains("did you mean `storage_gb`? The fleet has: availability, storage_gb"));
}

#[test]
fn an_override_reaches_an_application() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{HEAD}{SUITE}")).unwrap();
    let set = |key: &str, value: &str| scenario::read(&path, &[(key.to_owned(), value.to_owned())]);
    let request = |scenario: Scenario, app: usize| scenario.first.suite.apps[app].request;
    assert_eq!(request(set("suite.app.recorder.nodes", "1e2").unwrap(), 0), Request::Nodes(100));
    assert_eq!(request(set("suite.app.chat.rest", "3").unwrap(), 2), Request::Rest(3.0));
    let condition =
        set("suite.app.chat.where", "storage_gb > 5").unwrap().first.suite.apps[2].condition.clone().unwrap();
    assert_eq!(condition.text, "storage_gb > 5");
    let error = set("suite.app.chat.where", "storage_gb = 5").unwrap_err();
    assert_eq!((error.span(), error.key()), (None, Some("suite.app.chat.where")));
    let shown = error.to_string();
    assert!(shown.starts_with("--set suite.app.chat.where=storage_gb = 5 (with "), "{shown}");
}

#[test]
fn a_suite_is_the_default_where_nothing_is_said() {
    let suite = read("").unwrap().first.suite;
    assert_eq!(suite, Suite { version: 1, ..Suite::default() });
    assert!(suite.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_damaged_the_reader_answers(
        cut in 0..SUITE.len(),
        length in 0..12_usize,
        put in "[\\[\\]{}=,.\"<>()\\-0-9a-zé\\n ]{0,6}",
    ) {
        let damaged = format!("{}{put}{}", &SUITE[..cut], &SUITE[(cut + length).min(SUITE.len())..]);
        if let Err(error) = parse(&damaged) {
            prop_assert!(error.to_string().len() > 20);
            prop_assert!(error.source_text().unwrap().get(error.span().unwrap()).is_some(), "{error}");
        }
    }
}
