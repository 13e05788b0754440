//! The layout of words in a suite: what is meant, what is refused and where, and how signing lays words out anew.

use std::path::Path;

use datasets::Error;
use datasets::suite::layout::{Draw, Segment, WORDS};
use datasets::suite::{Cloud, File, LayOut, Names, PrivateKey, Suite, parse, sign, sign_text};

const SUITE: &str = "\
[suite]
version = 2

[[suite.app]]
name = \"best\"
top = \"up\"
share = 0.1

[[suite.app]]
name = \"chat\"
share = 0.4

[[suite.app]]
name = \"disk\"
share = 0.1
where = \"space > 5\"

[[suite.app]]
name = \"game\"
share = 0.2
";

/// Line 22 is that of the first header, 23 that of its applications.
const LAYOUT: &str = "
[[suite.layout]]
apps = [\"disk\", \"\"]
ends = [5, 4294967296]

[[suite.layout]]
apps = [\"chat\", \"\", \"game\"]
ends = [1, 2, 4_294_967_296]
";

fn read(text: &str) -> Result<File, Error> {
    parse(Path::new("apps.toml"), text, Names::Any(Vec::new()))
}

fn draw(runs: &[(&str, u64)]) -> Draw {
    let run = |&(app, end): &(&str, u64)| Segment { app: Some(app.to_owned()).filter(|app| !app.is_empty()), end };
    Draw { segments: runs.iter().map(run).collect() }
}

#[test]
fn draws_stand_in_the_order_of_their_applications_and_are_written_out_again() {
    let file = read(&[SUITE, LAYOUT].concat()).expect("a suite");
    assert_eq!(file.suite.layout, [draw(&[("chat", 1), ("", 2), ("game", WORDS)]), draw(&[("disk", 5), ("", WORDS)])]);
    assert_eq!(read(&file.suite.to_toml(&file.attributes)).expect("a suite").suite, file.suite);
    assert_eq!(file.suite.layout[0].words_of("game").collect::<Vec<_>>(), [[2, WORDS]]);
    assert!(read(SUITE).expect("a suite").suite.layout.is_empty());
}

#[test]
fn a_layout_that_cannot_be_is_refused_where_it_stands() {
    let refused = |old: &str, new: &str, line: u64, words: &str| {
        let text = [SUITE, LAYOUT].concat();
        assert!(text.contains(old), "no {old:?}");
        let error = read(&text.replacen(old, new, 1)).expect_err("no layout");
        assert_eq!(error.line(), Some(line), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.help().is_some(), "{error}");
    };
    refused("[5, ", "[", 24, "2 runs of words have 1 ends");
    refused("[5, ", "[0, ", 24, "is 0, expected a whole number from 1");
    refused("[5, 4294967296]", "[5, 4294967295]", 24, "ends at 4294967295, expected 4294967296");
    refused("[5, 4294967296]", "[5, 4294967297]", 24, "expected a whole number from 1 to 4294967296");
    refused("[1, 2, ", "[2, 2, ", 28, "ends at 2, and begins at 2");
    refused("\"chat\", \"\", ", "\"chat\", \"chat\", ", 28, "are one");
    refused("[\"disk\", \"\"]", "[\"disc\", \"\"]", 23, "no such application");
    refused("[\"disk\", \"\"]", "[\"best\", \"\"]", 23, "takes nodes by their rank");
    refused("[\"disk\", \"\"]", "[\"disk\", \"game\"]", 23, "have other conditions, and share words");
    refused("[\"disk\", \"\"]", "[\"game\", \"\"]", 27, "are laid out twice");
    refused("\"disk\", \"\"]\nends = [5, ", "\"\"]\nends = [", 23, "nobody has any words");
    refused("ends = [5", "end = [5", 24, "end");
}

#[test]
fn a_signature_covers_the_layout_and_signing_lays_out_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("apps.toml");
    let owner = PrivateKey::of_seed(&[1; 32]);
    let cloud = Cloud::of(owner.public(), "").id;
    let signs = |text: &str, layout: Option<LayOut<'_>>| {
        std::fs::write(&path, text).expect("a file");
        sign(&path, (&owner, None), cloud, layout)
    };
    let anew = |suite: &Suite| {
        assert!(suite.layout.is_empty(), "the old one is left out");
        vec![draw(&[("game", 7), ("", WORDS)])]
    };
    let attributes = ["other".to_owned()];
    let lay_out = LayOut { attributes: &attributes, of: &anew };
    let kept = signs(&[SUITE, LAYOUT, "# The end.\n"].concat(), None).expect("a suite");
    assert_eq!(kept.suite.layout.len(), 2);
    assert!(kept.text.contains(LAYOUT), "{}", kept.text);
    // Of what another suite had, nothing is left, even what this one could not have.
    let stale = [SUITE, &LAYOUT.replace("disk", "gone"), "# The end.\n"].concat();
    assert!(signs(&stale, None).is_err());
    let signed = signs(&stale, Some(lay_out)).expect("a suite");
    assert_eq!(signed.suite.layout, anew(&Suite::default()));
    assert!(signed.text.starts_with(SUITE) && signed.text.contains("# The end.\n"), "{}", signed.text);
    let by = signed.signed_by.expect("a signature");
    assert!(by.key.verifies(&signed.description().encode(), &by.signature));
    let changed = read(&signed.text.replacen("[7, ", "[8, ", 1)).expect("a suite");
    assert!(!by.key.verifies(&changed.description().encode(), &by.signature));
    let without = signs(&signed.text, Some(LayOut { of: &|_| Vec::new(), ..lay_out })).expect("a suite");
    assert!(!without.text.contains("layout") && without.suite.layout.is_empty(), "{}", without.text);
}

#[test]
fn what_is_signed_is_what_the_file_says() {
    let owner = PrivateKey::of_seed(&[1; 32]);
    let cloud = Cloud::of(owner.public(), "").id;
    let signs = |text: &str| sign_text(Path::new("apps.toml"), text, (&owner, None), cloud);
    let base = format!("{SUITE}\n[certificate]\nkey = \"k\"\napps = [\"chat\", ");
    // A line within a text begins with [, and would be an application if the text were cut off before it.
    let hidden = format!("{base}\"\"\"\\\n[[suite.app]] # \\\n  name = \"evil\" # \\\n  share = 0.1 # \"\"\"]\n");
    let error = signs(&hidden).expect_err("another suite would be signed");
    assert!(error.to_string().contains("is written in another form than as a table of its own"), "{error}");
    assert!(signs(&format!("{base}\"game\"]\n")).is_ok());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("apps.toml");
    let lay_out = LayOut { attributes: &[], of: &|_| Vec::new() };
    for header in ["[[ suite.layout ]]", "[[\"suite\".layout]]"] {
        let text = [SUITE, &LAYOUT.replace("[[suite.layout]]", header)].concat();
        std::fs::write(&path, &text).expect("a file");
        assert!(read(&text).is_ok());
        let error = sign(&path, (&owner, None), cloud, Some(lay_out)).expect_err("another form");
        assert!(error.to_string().contains("`suite.layout` is written in another form"), "{error}");
    }
}

#[test]
fn words_are_laid_out_in_a_limited_number_of_runs() {
    let layout = |runs: usize| {
        let names: Vec<&str> = ["\"chat\"", "\"game\""].into_iter().cycle().take(runs).collect();
        let ends: Vec<String> = (1..runs as u64).chain([WORDS]).map(|end| end.to_string()).collect();
        format!("{SUITE}\n[[suite.layout]]\napps = [{}]\nends = [{}]\n", names.join(", "), ends.join(", "))
    };
    assert!(read(&layout(1024)).is_ok());
    let error = read(&layout(1025)).expect_err("too many");
    assert!(error.to_string().contains("in more than 1024 runs"), "{error}");
}
