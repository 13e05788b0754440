//! What people type from habit: texts in other encodings, paths with backslashes, numbers that are not TOML's.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::scenario::{self, Scenario};
use datasets::suite::{self, Names};
use datasets::{Error, Kind, sweep};

/// The scenario from which each case departs.
const GOOD: &str = r#"[run]
nodes = 1000
cycles = 20
[fleet]
file = "inv.csv"
[fleet.attributes]
up = { column = "up" }
disk = { column = "disk" }
[[suite.app]]
name = "top"
top = "up"
share = 0.1
"#;

/// Reads a file of these bytes beside an inventory.
fn read_bytes(bytes: &[u8], overrides: &[(&str, &str)]) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inv.csv"), "up,disk\n0.5,50\n0.6,70\n").unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, bytes).unwrap();
    let overrides: Vec<_> = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    scenario::read(&path, &overrides)
}

/// The good scenario with another line.
fn read(old: &str, new: &str) -> Result<Scenario, Error> {
    assert!(GOOD.contains(old), "{old}");
    read_bytes(GOOD.replacen(old, new, 1).as_bytes(), &[])
}

/// Checks what an error says, and its remedy.
fn says(error: &Error, message: &str, help: &str) {
    let shown = error.to_string();
    assert!(shown.contains(message), "{message:?} expected: {shown}");
    assert_eq!(error.help().unwrap(), help, "{shown}");
}

/// The bytes of a text in UTF-16.
fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

#[test]
fn a_text_in_utf_16_is_called_so() {
    let marked = format!("\u{feff}{GOOD}");
    for (bytes, name) in [
        (utf16(&marked, u16::to_le_bytes), "UTF-16 (little-endian)"),
        (utf16(&marked, u16::to_be_bytes), "UTF-16 (big-endian)"),
        (utf16(GOOD, u16::to_le_bytes), "UTF-16 (little-endian)"),
        (utf16(GOOD, u16::to_be_bytes), "UTF-16 (big-endian)"),
        (utf16(&format!("# Größe\n{GOOD}"), u16::to_le_bytes), "UTF-16 (little-endian)"),
    ] {
        let error = read_bytes(&bytes, &[]).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(&format!("cannot read the scenario: the text is in {name}, expected UTF-8")), "{shown}");
        assert!(error.help().unwrap().starts_with("save the file as UTF-8"), "{shown}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let marked = format!("\u{feff}{GOOD}");
    assert_eq!(read_bytes(marked.as_bytes(), &[]).unwrap().hash(), read_bytes(GOOD.as_bytes(), &[]).unwrap().hash());
    let error = read_bytes(marked.replace("nodes = 1000", "nods = 1000").as_bytes(), &[]).unwrap_err();
    assert_eq!(error.line(), Some(2));
}

#[test]
fn a_text_in_another_encoding_is_refused_at_its_line() {
    let mut bytes = GOOD.replace("name = \"top\"", "name = \"top\" # gr").into_bytes();
    bytes.splice(bytes.len() - 2..bytes.len() - 2, *b" # \xfc");
    let error = read_bytes(&bytes, &[]).unwrap_err();
    assert_eq!((error.kind(), error.line()), (Kind::Unreadable, Some(12)));
    let shown = error.to_string();
    assert!(shown.contains("the byte 0xFC is no UTF-8: the text is in another encoding, such as Windows-1252"));
    assert!(error.help().unwrap().starts_with("save the file as UTF-8"), "{shown}");
    let binary = read_bytes(b"PAR1\x15\x04\x00\x00\xff\xff\x80PAR1", &[]).unwrap_err();
    says(&binary, "this is no text: it holds bytes of 0", "give the path of a file in TOML");
}

#[test]
fn a_path_with_backslashes_in_double_quotes_gets_another_spelling() {
    for (written, remedy) in [
        (r"data\inventory\new.csv", "\"data/inventory/new.csv\", or in single quotes: 'data\\inventory\\new.csv'"),
        (r"C:\Users\me\inv.csv", "\"C:/Users/me/inv.csv\", or in single quotes: 'C:\\Users\\me\\inv.csv'"),
        (r"C:\\Users\me\inv.csv", "\"C:/Users/me/inv.csv\", or in single quotes: 'C:\\Users\\me\\inv.csv'"),
        (r"\\server\share\inv.csv", "\"/server/share/inv.csv\", or in single quotes: '\\server\\share\\inv.csv'"),
        (r"C:\data\", "\"C:/data/\", or in single quotes: 'C:\\data\\'"),
        (r"it's\inv.csv", "\"it's/inv.csv\""),
    ] {
        let error = read("inv.csv", written).unwrap_err();
        let message = format!("cloud.toml:5: not valid TOML: `file` holds \"{written}\", and in double quotes");
        says(&error, &message, &format!("write the path with / as in {remedy}"));
    }
    let other = read("name = \"top\"", "name = \"a\\q\"").unwrap_err();
    says(&other, "`name` holds \"a\\q\"", "write \\\\ for a backslash, or put the text in single quotes");
    let inline = read("up = { column = \"up\" }", "up = { column = \"x.y\\z\" }").unwrap_err();
    assert!(inline.to_string().contains("`column` holds \"x.y\\z\""), "{inline}");
}

#[test]
fn a_path_of_valid_escapes_is_refused_before_it_is_looked_for() {
    let remedy = "write the path with / as in \"./temp/nodes.csv\", or in single quotes: '.\\temp\\nodes.csv'";
    let error = read("inv.csv", r".\temp\nodes.csv").unwrap_err();
    says(&error, "cloud.toml:5: the path `fleet.file` holds a tab", remedy);
    let line = read("inv.csv", r".\nodes.csv").unwrap_err();
    says(&line, "the path `fleet.file` holds a line break", &remedy.replace("/temp", "").replace("\\temp", ""));
    for (table, key) in [
        ("[[event]]\nat_cycle = 3\nsuite = \".\\temp\\nodes.csv\"", "event.0.suite"),
        ("[adversaries]\nshare = 0.1\nsuite = \".\\temp\\nodes.csv\"", "adversaries.suite"),
        ("[monitor]\nkey = \".\\temp\\nodes.csv\"", "monitor.key"),
        ("[fleet.replay]\nfile = \".\\temp\\nodes.csv\"", "fleet.replay.file"),
        ("[suite]\ntrust = \".\\temp\\nodes.csv\"", "suite.trust"),
        ("[suite]\nfile = \".\\temp\\nodes.csv\"", "suite.file"),
    ] {
        let text = if table.starts_with("[suite]") { GOOD.split("[[suite").next().unwrap() } else { GOOD };
        let error = read_bytes(format!("{text}{table}\n").as_bytes(), &[]).unwrap_err();
        says(&error, &format!("the path `{key}` holds a tab"), remedy);
    }
    let set = read_bytes(GOOD.as_bytes(), &[("fleet.file", r#"".\temp\nodes.csv""#)]).unwrap_err();
    says(&set, "--set fleet.file=", remedy);
}

#[test]
fn a_number_in_another_notation_is_told_as_toml_has_it() {
    for (written, remedy) in [
        ("10%", "0.1"),
        ("10 %", "0.1"),
        ("12.5 %", "0.125"),
        ("0,1", "0.1"),
        ("12,5%", "0.125"),
        ("\"10%\"", "0.1"),
        ("\"0.1\"", "0.1"),
    ] {
        let error = read("0.1", written).unwrap_err();
        assert_eq!(error.line(), Some(12));
        says(&error, &format!("share` is {written}, "), &format!("write {remedy}"));
    }
    for (written, remedy) in [
        ("200.000", "200_000 or 200"),
        ("200,000", "200_000 or 200"),
        ("1.000.000", "1_000_000"),
        ("1,000,000", "1_000_000"),
        ("1.500", "1_500"),
        ("200 000", "200_000"),
        ("200'000", "200_000"),
        ("2 million", "2_000_000"),
        ("100k", "100_000"),
        ("1M", "1_000_000"),
        ("\"100k\"", "100_000"),
    ] {
        let error = read("1000", written).unwrap_err();
        assert_eq!(error.line(), Some(2), "{error}");
        says(&error, &format!("nodes` is {written}, "), &format!("write {remedy}"));
    }
    for fine in ["1e6", "200_000", "200.0", "1.5e3", "2000.000"] {
        read("1000", fine).unwrap();
    }
    // Where any number will do, a point is a decimal point.
    read("cycles = 20", "cycles = 20\ncycle_seconds = 200.000").unwrap();
}

#[test]
fn numbers_in_lists_and_inner_tables_are_told_one_by_one() {
    let trace = |cycles: &str| {
        let text = format!("{GOOD}[trace]\nnodes = {{ cycles = {cycles} }}\n");
        read_bytes(text.as_bytes(), &[]).unwrap_err()
    };
    says(&trace("[0, 1k, 3]"), "1k, which is no number in TOML", "write 1_000");
    says(&trace("[0,1.000.000,3]"), "1.000.000, which is no number in TOML", "write 1_000_000");
    says(&trace("[0, 1.000]"), "`trace.nodes.cycles.1` is 1.000, in which the point may be", "write 1_000 or 1");
    says(&trace("[\n  0,\n  10%,\n]"), "the value is 10%, which is no number in TOML", "write 0.1");
    let event = format!("{GOOD}[[event]]\nat_cycle = 3\ncrash = {{ share = 5%, top = \"up\" }}\n");
    says(&read_bytes(event.as_bytes(), &[]).unwrap_err(), "`share` is 5%, which is no number", "write 0.05");
    let words = read("0.1", "a lot").unwrap_err();
    says(&words, "not valid TOML: ", "correct the text here: keys stand as `key = value`, text in double quotes");
}

#[test]
fn overrides_have_the_same_remedies() {
    for (key, value, remedy) in [
        ("suite.app.top.share", "10%", "0.1"),
        ("suite.app.top.share", "10 %", "0.1"),
        ("suite.app.top.share", "0,1", "0.1"),
        ("run.nodes", "200.000", "200_000 or 200"),
        ("run.nodes", "200,000", "200_000 or 200"),
        ("run.nodes", "200 000", "200_000"),
        ("run.nodes", "1.000.000", "1_000_000"),
        ("run.nodes", "100k", "100_000"),
    ] {
        let error = read_bytes(GOOD.as_bytes(), &[(key, value)]).unwrap_err();
        says(&error, &format!("--set {key}={value} "), &format!("write {remedy}"));
    }
    read_bytes(GOOD.as_bytes(), &[("run.nodes", "1e6")]).unwrap();
}

#[test]
fn a_sweep_reads_its_paths_and_values_alike() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inv.csv"), "up,disk\n0.5,50\n0.6,70\n").unwrap();
    fs::write(folder.path().join("cloud.toml"), GOOD).unwrap();
    let read = |text: &str| {
        let path = folder.path().join("sweep.toml");
        fs::write(&path, text).unwrap();
        sweep::read(&path).unwrap_err()
    };
    fs::write(folder.path().join("sweep.toml"), utf16("scenario = \"cloud.toml\"\n", u16::to_le_bytes)).unwrap();
    let foreign = sweep::read(&folder.path().join("sweep.toml")).unwrap_err();
    assert!(foreign.to_string().contains("cannot read the sweep: the text is in UTF-16 (little-endian)"), "{foreign}");
    let remedy = "write the path with / as in \"./temp/nodes.toml\", or in single quotes: '.\\temp\\nodes.toml'";
    says(&read("scenario = \".\\temp\\nodes.toml\"\n"), "the path `scenario` holds a tab", remedy);
    let grid = "scenario = \"cloud.toml\"\n[grid]\n\"run.nodes\" = [200.000, 400.000]\n";
    says(&read(grid), "sweep.toml:3: `run.nodes` is 200.000, in which the point may be", "write 200_000 or 200");
    let percent = "scenario = \"cloud.toml\"\n[grid]\n\"network.reply_loss\" = [0%, 20%]\n";
    says(&read(percent), "0%, which is no number in TOML", "write 0");
    let replicates = "scenario = \"cloud.toml\"\nreplicates = 1.000\n";
    says(&read(replicates), "`replicates` is 1.000, in which the point may be", "write 1_000 or 1");
}

#[test]
fn a_suite_file_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("suite.toml");
    let text = "[suite]\nversion = 2\n[[suite.app]]\nname = \"top\"\ntop = \"up\"\nshare = 0.1\n";
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        suite::read(&path, Names::Any(Vec::new()))
    };
    read(format!("\u{feff}{text}").as_bytes()).unwrap();
    let error = read(&utf16(text, u16::to_be_bytes)).unwrap_err();
    assert!(error.to_string().contains("cannot read the suite: the text is in UTF-16 (big-endian)"), "{error}");
    let error = read(text.replace("0.1", "10 %").as_bytes()).unwrap_err();
    says(&error, "suite.toml:6: not valid TOML: `share` is 10 %", "write 0.1");
    let error = read(text.replace("share = 0.1", "nodes = 5.000").as_bytes()).unwrap_err();
    says(&error, "suite.toml:6: `suite.app.0.nodes` is 5.000", "write 5_000 or 5");
}
