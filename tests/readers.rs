//! Strangers' readers open a real trace: DuckDB and Polars see the same tables, and the same answers to our queries.
//!
//! The readers are installed below the build directory when they are first needed.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("readers/requirements.txt");

const NEEDS: &str = "This test needs python3 with venv or pip, and a package index; SUBCLOUD_SKIP_READERS=1 skips it.";

#[test]
fn duckdb_and_polars_open_every_table_and_agree_on_every_query() {
    if std::env::var_os("SUBCLOUD_SKIP_READERS").is_some_and(|value| value == "1") {
        eprintln!("skipped: SUBCLOUD_SKIP_READERS=1");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let [telco, everything, rules] = ["telco", "everything", "rules"].map(|name| folder.path().join(name));
    let size = ["--nodes", "20000", "--cycles", "12", "--set", "trace.nodes.cycles=[0, 6, 12]"];
    simulate(&root.join("datasets/scenarios/telco.toml"), &telco, &size);
    simulate(&root.join("tests/readers/everything.toml"), &everything, &[]);
    simulate(&root.join("tests/readers/rules.toml"), &rules, &[]);
    // Versions that spread, a constraint that breaks, and a version that nodes drop.
    let [launch, forged] = ["launch", "forged"].map(|name| {
        let (scenario, out) = (root.join(format!("datasets/scenarios/{name}.toml")), folder.path().join(name));
        simulate(&scenario, &out, &["--nodes", "5000", "--cycles", "60", "--set", "trace.overlay.paths=8"]);
        out
    });

    let python = Python::prepare(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let script = [root.join("tests/readers/check.py"), root.join("analysis/sql")];
    let arguments = script.into_iter().chain([telco, everything, rules, launch, forged]);
    succeed(python.command().args(arguments), "the check of DuckDB and Polars");
}

fn simulate(scenario: &Path, out: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subcloud"));
    command.arg("run").arg(scenario).arg("--out").arg(out).arg("--quiet").args(arguments);
    succeed(&mut command, "the run");
}

/// A Python that has the readers.
struct Python {
    interpreter: PathBuf,
    /// Where the packages are, if not in an environment of their own.
    packages: Option<PathBuf>,
}

impl Python {
    /// Makes the environment below the build directory, unless it is there with the same requirements.
    fn prepare(target: &Path) -> Python {
        let folder = target.join("readers");
        let lock = File::create(target.join("readers.lock")).expect("a lock in the build directory");
        lock.lock().expect("the lock of the Python environment");
        let marker = folder.join("installed.txt");
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
            return Python::in_folder(&folder);
        }
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a folder for the Python environment");
        let environment = folder.join("environment");
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&environment).output();
        match venv {
            Err(error) => panic!("python3 cannot be started: {error}. {NEEDS}"),
            // Some systems ship Python without the part that puts pip into an environment.
            Ok(output) if !output.status.success() => drop(fs::remove_dir_all(&environment)),
            Ok(_) => {}
        }
        let python = Python::in_folder(&folder);
        let mut pip = Command::new(&python.interpreter);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        if let Some(packages) = &python.packages {
            pip.arg("--target").arg(packages);
        }
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/requirements.txt");
        succeed(pip.arg("-r").arg(requirements), &format!("the installation of DuckDB and Polars ({NEEDS})"));
        fs::write(marker, REQUIREMENTS).expect("a marker in the Python environment");
        python
    }

    fn in_folder(folder: &Path) -> Python {
        let interpreter = folder.join("environment/bin/python");
        if interpreter.exists() {
            Python { interpreter, packages: None }
        } else {
            Python { interpreter: "python3".into(), packages: Some(folder.join("packages")) }
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        if let Some(packages) = &self.packages {
            command.env("PYTHONPATH", packages);
        }
        command
    }
}

fn succeed(command: &mut Command, what: &str) {
    let program = Path::new(command.get_program()).file_name().unwrap_or(OsStr::new("?")).to_owned();
    match command.output() {
        Err(error) => panic!("{what} failed: {}: {error}", program.display()),
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(output.status.success(), "{what} failed:\n{said}");
            println!("{said}");
        }
    }
}
