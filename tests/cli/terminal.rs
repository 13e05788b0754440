//! What a terminal shows: a bar with the time left, in 80 columns.

use std::process::Command;

use crate::harness::Place;

/// Starts a program in a terminal of 80 columns, and prints what it shows there.
const TERMINAL: &str = "
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";

/// The lines that a terminal shows one after another, and in place of one another.
fn shown(place: &Place, arguments: &[&str]) -> Vec<String> {
    let mut python = Command::new("python3");
    python.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_subcloud")]).args(arguments).current_dir(place.path(""));
    let output = python.output().expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = Vec::new();
    for line in text.split(['\r', '\n', '\u{1b}']) {
        // What follows an escape is a movement of the cursor, which ends in a letter.
        let line = line.strip_prefix('[').map_or(line, |moved| moved.trim_start_matches(|c: char| !c.is_alphabetic()));
        lines.push(line.to_owned());
    }
    lines
}

#[test]
fn a_terminal_shows_a_bar_with_the_time_left_in_80_columns() {
    let place = Place::new();
    let size = ["--nodes", "200_000", "--cycles", "30", "--set", "trace.every=10"];
    let shown = shown(&place, &[&["run", "scenario.toml", "--out", "out"], &size[..]].concat());
    let of_cycles: Vec<&String> = shown.iter().filter(|line| line.contains("] ") && line.contains("cycle ")).collect();
    assert!(of_cycles.iter().any(|line| line.contains(" s left, cycle ")), "no time left in {shown:?}");
    assert!(shown.iter().any(|line| line.contains("building a cloud of 200,000 nodes")), "{shown:?}");
    let longest = shown.iter().map(|line| line.trim_end().chars().count()).max();
    assert!(longest <= Some(80), "{longest:?} columns: {shown:?}");
    // The bar is gone in the end, and the answer stays.
    assert!(shown.iter().any(|line| line.starts_with("trace in out")));
}

#[test]
fn a_terminal_shows_no_bar_if_it_is_to_be_quiet() {
    let place = Place::new();
    let shown = shown(&place, &["run", "scenario.toml", "--out", "out", "--quiet"]);
    assert!(!shown.iter().any(|line| line.contains("cycle 1/") || line.contains("building")), "{shown:?}");
}
