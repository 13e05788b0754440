//! Runs that are killed at random times.

use std::process::Stdio;
use std::time::Duration;

use super::{Outcome, Random, arguments, rich, run};

/// Kills in all.
const KILLS: usize = 20;

#[test]
fn a_run_that_is_killed_again_and_again_ends_as_if_nothing_had_happened() {
    let place = rich();
    // A kill may come between the end of a run and that of its process: then there is a run to replace.
    let more = ["--force", "--checkpoint", "1cycles", "--cycles", "40"];
    let undisturbed = Outcome::undisturbed(&place, &more[3..]);
    let mut random = Random(17);
    let mut kills = 0;
    while kills < KILLS {
        let mut program = place.program(&arguments("out", &more));
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        std::thread::sleep(Duration::from_millis(5 + random.below(300)));
        // A kill is no failure where the run has ended.
        child.kill().expect("a run that may be killed");
        let ended = child.wait_with_output().expect("the run ends");
        if ended.status.code().is_none() {
            kills += 1;
            continue;
        }
        assert!(ended.status.success(), "after {kills} kills: {}", String::from_utf8_lossy(&ended.stderr));
        undisturbed.is_that_of(&place, "out", &format!("after {kills} kills"));
        std::fs::remove_dir_all(place.path("out")).expect("the result goes");
    }
    run(&place, "out", &more).quietly();
    undisturbed.is_that_of(&place, "out", "after all kills");
}
