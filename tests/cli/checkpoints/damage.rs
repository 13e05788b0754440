//! Checkpoints of which something is lost or changed.

use std::fs;
use std::path::Path;

use super::{Outcome, Random, checkpoint, rich, run, stop_after};
use crate::harness::Place;

/// A folder in which a run was ended after a checkpoint, of which there is a copy.
struct Ended {
    place: Place,
    undisturbed: Outcome,
    folder: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Ended {
    fn new() -> Self {
        let place = rich();
        let undisturbed = Outcome::undisturbed(&place, &[]);
        stop_after(&place, 4, "out", &["--checkpoint", "2cycles"]);
        let folder = checkpoint(&place);
        let files = place.contents().into_iter().filter(|path| path.starts_with(&format!("{folder}/")));
        let files = files.filter(|path| place.path(path).is_file());
        let files = files.map(|path| (path.clone(), super::read(&place, &path))).collect();
        Self { place, undisturbed, folder, files }
    }

    /// Puts the checkpoint back as it was, into an empty directory.
    fn again(&self) {
        fs::remove_dir_all(self.place.path("out")).expect("the result goes");
        for (path, bytes) in &self.files {
            let path = self.place.path(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of the checkpoint");
            fs::write(path, bytes).expect("a file of the checkpoint");
        }
    }

    /// Calls the run again: it ends as if nothing had happened, or names the file.
    fn goes_on(&self, path: &str, case: &str) {
        let said = run(&self.place, "out", &[]);
        if said.code == Some(0) {
            self.undisturbed.is_that_of(&self.place, "out", case);
            return;
        }
        let name = Path::new(path).file_name().expect("a name").to_string_lossy();
        let list = format!("{}/checkpoint.json", self.folder);
        assert!(said.err.contains(&*name) || said.err.contains(&list), "{case}: {}", said.err);
        said.failed(1, &["--fresh"]);
    }
}

#[test]
fn a_flipped_bit_is_noticed() {
    let ended = Ended::new();
    let mut random = Random(50);
    for _ in 0..50 {
        ended.again();
        let (path, bytes) = &ended.files[random.below(ended.files.len() as u64) as usize];
        let mut bytes = bytes.clone();
        let place = random.below(bytes.len() as u64) as usize;
        bytes[place] ^= 1 << random.below(8);
        ended.place.write(path, &bytes);
        ended.goes_on(path, &format!("a bit of byte {place} of {path}"));
    }
    ended.again();
    run(&ended.place, "out", &["--fresh"]).quietly();
    ended.undisturbed.is_that_of(&ended.place, "out", "--fresh");
}

#[test]
fn files_that_are_cut_or_missing_are_noticed() {
    let ended = Ended::new();
    for (path, bytes) in &ended.files {
        for len in [0, bytes.len() / 2, bytes.len() - 1] {
            ended.again();
            ended.place.write(path, &bytes[..len]);
            ended.goes_on(path, &format!("{len} bytes of {path}"));
        }
        ended.again();
        fs::remove_file(ended.place.path(path)).expect("a file goes");
        ended.goes_on(path, &format!("without {path}"));
    }
}
