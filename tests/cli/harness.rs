//! A folder with a scenario in it, and the program run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A small scenario that is good; the cases depart from it.
pub const GOOD: &str = r#"[run]
nodes = 2_000
cycles = 6
seed = 1

[[fleet.class]]
name = "device"
share = 1.0
attributes.availability = { uniform = [0.1, 1.0] }
attributes.load = { uniform = [1.0, 2.0] }

[slicing]
protocol = "ordered"

[[aggregate]]
name = "mean load"
function = "average"
attribute = "load"

[suite]
version = 1

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.1

[[suite.app]]
name = "cache"
bottom = "load"
share = 0.2

[[suite.app]]
name = "chat"
share = 0.5
"#;

/// Enough cycles that no run of a test ends by itself.
pub const ENDLESS: &str = "100_000_000";

/// A working folder of its own, with `scenario.toml` in it.
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// A folder with the good scenario.
    pub fn new() -> Self {
        Self::with(GOOD)
    }

    /// A folder with this scenario.
    pub fn with(scenario: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        place.write("scenario.toml", scenario.as_bytes());
        place
    }

    /// A folder with the good scenario, in which `old` is replaced.
    pub fn but(old: &str, new: &str) -> Self {
        assert!(GOOD.contains(old), "the good scenario has no {old:?}");
        Self::with(&GOOD.replacen(old, new, 1))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file of the case");
    }

    /// The program with these arguments, to be run in the folder.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_subcloud"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn call(&self, arguments: &[&str]) -> Said {
        Said::of(&self.program(arguments).output().expect("the program starts"))
    }

    /// Runs the scenario into `out` without a word on the way.
    pub fn run(&self, more: &[&str]) -> Said {
        self.call(&[&["run", "scenario.toml", "--out", "out", "--quiet"], more].concat())
    }

    /// Runs `sh -c script program arguments…` in the folder.
    pub fn shell(&self, script: &str, arguments: &[&str]) -> Said {
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_subcloud")]).args(arguments).current_dir(self.folder.path());
        Said::of(&command.stdin(Stdio::null()).output().expect("a shell starts"))
    }

    /// Everything below the folder, as sorted paths.
    pub fn contents(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.folder.path(), self.folder.path(), &mut found);
        found.sort();
        found
    }

    /// Checks that a call that must fail leaves the folder as it was.
    pub fn unchanged<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.contents();
        let result = act();
        assert_eq!(self.contents(), before, "something was left behind, or is gone");
        result
    }

    /// Checks that a call is refused as bad input, and leaves nothing.
    pub fn refuse(&self, arguments: &[&str], words: &[&str]) -> Said {
        self.unchanged(|| self.call(arguments)).failed(2, words)
    }

    /// Checks that running the scenario is refused as bad input, and leaves nothing.
    pub fn refused(&self, more: &[&str], words: &[&str]) -> Said {
        self.unchanged(|| self.run(more)).failed(2, words)
    }
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder that can be listed") {
        let path = entry.expect("an entry of a folder").path();
        found.push(path.strip_prefix(root).expect("a path below the root").display().to_string());
        if path.is_dir() {
            list(root, &path, found);
        }
    }
}

/// What the program said, and its exit code.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// It was done, and nothing was said on stderr.
    pub fn quietly(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self
    }

    /// It failed with this exit code and one message that has these words and a remedy, in which nothing panicked.
    pub fn failed(self, code: i32, words: &[&str]) -> Self {
        let Self { err, .. } = &self;
        assert_eq!(self.code, Some(code), "stderr: {err}\nstdout: {}", self.out);
        assert_eq!(self.out, "", "a failure has no result");
        let messages = err.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(messages, 1, "expected one message:\n{err}");
        assert!(err.contains("help: "), "expected a remedy:\n{err}");
        assert!(!err.contains("panicked"), "{err}");
        for word in words {
            assert!(err.contains(word), "expected {word:?} in:\n{err}");
        }
        self
    }
}
