//! Checkpoints whose lists are whole and lie.

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::{Outcome, checkpoint, read, rich, run, stop_after};
use crate::harness::{Place, Said};

/// The list of a checkpoint, with the digest that it must have.
fn sealed(list: &Value) -> Vec<u8> {
    let inner = serde_json::to_string_pretty(list).expect("JSON") + "\n";
    format!("{{\"xxh3\": \"{:016x}\", \"checkpoint\":\n{inner}}}\n", xxh3_64(inner.as_bytes())).into_bytes()
}

fn list(bytes: &[u8]) -> Value {
    let whole: Value = serde_json::from_slice(bytes).expect("the list of a checkpoint");
    whole["checkpoint"].clone()
}

/// A run that was ended after cycle 4, files that are not its own, and the list of its checkpoint.
fn ended() -> (Place, String, Value) {
    let place = rich();
    stop_after(&place, 4, "out", &["--checkpoint", "2cycles"]);
    let folder = checkpoint(&place);
    let found = list(&read(&place, &format!("{folder}/checkpoint.json")));
    for name in ["x", "out/x", "000001-book.bin", "out/000001-000-x.column"] {
        place.write(name, b"not ours");
    }
    (place, folder, found)
}

/// Calls the run with a list: nothing panics, and what is not its own stays.
fn call(place: &Place, folder: &str, list: &Value) -> Said {
    place.write(&format!("{folder}/checkpoint.json"), &sealed(list));
    let said = run(place, "out", &["--checkpoint", "1cycles"]);
    assert!(said.code.is_some_and(|code| code < 3) && !said.err.contains("panicked"), "{said:?}");
    for name in ["x", "out/x", "000001-book.bin", "out/000001-000-x.column"] {
        assert_eq!(read(place, name), b"not ours", "{name}");
    }
    said
}

/// All files of a case, with their bytes.
fn files(place: &Place) -> Vec<(String, Vec<u8>)> {
    let paths = place.contents().into_iter().filter(|path| place.path(path).is_file());
    paths.map(|path| (path.clone(), read(place, &path))).collect()
}

/// Puts files back in place of the result that is there.
fn put_back(place: &Place, files: &[(String, Vec<u8>)]) {
    std::fs::remove_dir_all(place.path("out")).expect("the result goes");
    for (path, bytes) in files {
        std::fs::create_dir_all(place.path(path).parent().expect("a folder")).expect("a folder");
        place.write(path, bytes);
    }
}

#[test]
fn the_seal_is_that_of_the_program() {
    let (place, folder, found) = ended();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    call(&place, &folder, &found).quietly();
    undisturbed.is_that_of(&place, "out", "sealed again");
}

/// Changes of the list, and words with which each is refused.
fn lies() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/columns/0/file", json!("../x"), "../x"),
        ("/columns/0/file", json!("../000001-000-x.column"), "../000001-000-x.column"),
        ("/columns/0/file", json!("/etc/hostname"), "/etc/hostname"),
        ("/columns/0/file", json!("checkpoint.json"), ""),
        ("/columns/0/bytes", json!(u64::MAX), "damaged"),
        ("/columns/0/bytes", json!(0), "damaged"),
        ("/columns/0/bytes", json!(-1), "damaged"),
        ("/book/file", json!("../../000001-book.bin"), "../../000001-book.bin"),
        ("/book/file", json!("/etc/hostname"), "/etc/hostname"),
        ("/book/bytes", json!(u64::MAX), "damaged"),
        ("/rows/files/0/path", json!("../x"), "damaged"),
        ("/rows/files/0/path", json!("../../x"), "damaged"),
        ("/rows/files/0/path", json!("/etc/hostname"), "damaged"),
        ("/rows/files/0/path", json!("rows/../../x"), "damaged"),
        ("/rows/files/0/path", json!("rows/cycles/part-000009.parquet"), "no file of a checkpoint"),
        ("/rows/files/0/rows", json!(u64::MAX), "damaged"),
        ("/rows/files/0/bytes", json!(0), "damaged"),
        ("/nodes", json!(5), "nodes"),
        ("/cycle", json!(9), "cycle"),
        ("/cycle", json!(0), "cycle"),
        ("/cycle", json!(u32::MAX), "cycle"),
        ("/columns", json!([]), ""),
        ("/rows/files", json!([]), ""),
        ("/sessions", json!([]), ""),
        ("/scenario", json!([1]), ""),
        ("/scenario/run/nodes", json!(5), "run.nodes"),
        ("/format", json!(1), "the format of the checkpoint is 1"),
        ("/format", json!(2), "the format of the checkpoint is 2"),
        ("/format", json!(3), "the format of the checkpoint is 3"),
        ("/format", json!(4), "the format of the checkpoint is 4"),
        ("/format", json!(6), "the format of the checkpoint is 6"),
        ("/format", json!("1"), "the format of the checkpoint"),
        ("/versions/results", json!(1_000), "the number of results is 1000"),
    ]
}

#[test]
fn a_list_that_lies_is_refused_or_does_no_harm() {
    let (place, folder, found) = ended();
    let files = files(&place);
    for (key, value, word) in lies() {
        let mut changed = found.clone();
        let case = format!("{key}: {value}");
        *changed.pointer_mut(key).unwrap_or_else(|| panic!("no {key}")) = value;
        let said = call(&place, &folder, &changed);
        if !word.is_empty() {
            assert!(said.code != Some(0) && said.err.contains(word), "{case}: {said:?}");
        }
        put_back(&place, &files);
    }
}

#[test]
fn a_book_of_anything_is_refused() {
    let (place, folder, found) = ended();
    let name = found["book"]["file"].as_str().expect("a file").to_owned();
    let book = read(&place, &format!("{folder}/{name}"));
    let mut random = super::Random(9);
    let mut books =
        vec![Vec::new(), vec![0xff; 64], vec![0; 4096], book[1..].to_vec(), book[..book.len() / 2].to_vec()];
    books.extend((0..8).map(|_| (0..2000).map(|_| random.below(256) as u8).collect()));
    for book in books {
        let mut changed = found.clone();
        changed["book"]["bytes"] = json!(book.len());
        changed["book"]["xxh3"] = json!(xxh3_64(&book));
        place.write(&format!("{folder}/{name}"), &book);
        call(&place, &folder, &changed).failed(1, &["its book cannot be read", "--fresh"]);
    }
}

#[test]
fn a_book_with_other_bytes_is_refused_or_read_without_harm() {
    let (place, folder, found) = ended();
    let name = found["book"]["file"].as_str().expect("a file").to_owned();
    let path = format!("{folder}/{name}");
    let files = files(&place);
    let book = read(&place, &path);
    let mut random = super::Random(11);
    let mut refused = 0;
    for case in 0..60 {
        let mut other = book.clone();
        for _ in 0..=random.below(3) {
            let place = random.below(book.len() as u64) as usize;
            other[place] = [0, 1, 0x7f, 0x80, 0xff, random.below(256) as u8][random.below(6) as usize];
        }
        let mut changed = found.clone();
        changed["book"]["bytes"] = json!(other.len());
        changed["book"]["xxh3"] = json!(xxh3_64(&other));
        place.write(&path, &other);
        let said = call(&place, &folder, &changed);
        assert!(matches!(said.code, Some(0 | 1)), "case {case}: {said:?}");
        assert!(!said.err.contains("panicked"), "case {case}: {said:?}");
        refused += u32::from(said.code == Some(1));
        put_back(&place, &files);
    }
    assert!(refused > 0);
}
