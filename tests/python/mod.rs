//! A Python environment below the build directory, made when a test first needs it.
#![allow(dead_code, reason = "not every test needs everything")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has the packages of a test.
pub struct Python {
    interpreter: PathBuf,
    /// Where the packages are, if not in an environment of their own.
    packages: Option<PathBuf>,
    /// The folder of the environment.
    folder: PathBuf,
}

impl Python {
    /// Makes the environment `name` below the build directory, unless it is there with the same requirements;
    /// `otherwise` says what whoever cannot have it may do.
    pub fn prepare(name: &str, requirements: &str, otherwise: &str) -> Python {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = target.join(name);
        let _lock = lock(&folder);
        let marker = folder.join("installed.txt");
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
            return Python::in_folder(&folder);
        }
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a folder for the Python environment");
        let needs = format!("This test needs python3 with venv or pip, and a package index; {otherwise}.");
        let environment = folder.join("environment");
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&environment).output();
        match venv {
            Err(error) => panic!("python3 cannot be started: {error}. {needs}"),
            // Some systems ship Python without the part that puts pip into an environment.
            Ok(output) if !output.status.success() => drop(fs::remove_dir_all(&environment)),
            Ok(_) => {}
        }
        let python = Python::in_folder(&folder);
        let mut pip = python.pip("install");
        let list = folder.join("requirements.txt");
        fs::write(&list, requirements).expect("a list of packages in the Python environment");
        succeed(pip.arg("-r").arg(list), &format!("the installation of the packages of {name} ({needs})"));
        fs::write(marker, requirements).expect("a marker in the Python environment");
        python
    }

    /// What an analyst has: DuckDB, Polars, pandas, and what the notebooks need. `None` if whoever tests has no use for
    /// it.
    pub fn of_an_analyst() -> Option<Python> {
        if std::env::var_os("SUBCLOUD_SKIP_READERS").is_some_and(|value| value == "1") {
            eprintln!("skipped: SUBCLOUD_SKIP_READERS=1");
            return None;
        }
        let requirements = concat!(
            include_str!("../readers/requirements.txt"),
            include_str!("../../analysis/notebooks/requirements.txt")
        );
        Some(Python::prepare("readers", requirements, "SUBCLOUD_SKIP_READERS=1 skips it"))
    }

    /// Adds a package of which there is no wheel for some machines, unless it is there; `false` on such a machine, and
    /// for no other reason.
    pub fn add(&self, requirement: &str) -> bool {
        let name = requirement.split("==").next().unwrap_or_default();
        let _lock = lock(&self.folder);
        let marker = self.folder.join(format!("added-{name}.txt"));
        let [added, none] = ["added", "no wheel"].map(|outcome| format!("{outcome}: {requirement}"));
        match fs::read_to_string(&marker) {
            Ok(found) if found == added => return true,
            Ok(found) if found == none => return false,
            _ => {}
        }
        let output = self.pip("install").args(["--only-binary", name, requirement]).output().expect("pip starts");
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let words = [format!("No matching distribution found for {name}"), "(from versions: none)".to_owned()];
            assert!(words.iter().all(|words| said.contains(words)), "{requirement} cannot be installed:\n{said}");
            // An index that does not answer has no package at all.
            let mut answer = self.pip("download");
            answer.args(["--no-deps", "--no-cache-dir", "--dest"]).arg(&self.folder).arg("toolz");
            succeed(&mut answer, &format!("a package of the index, since there is no {requirement},"));
        }
        fs::write(marker, if output.status.success() { added } else { none }).expect("a marker");
        output.status.success()
    }

    /// A command of pip in the environment.
    fn pip(&self, command: &str) -> Command {
        let mut pip = Command::new(&self.interpreter);
        pip.args(["-m", "pip", command, "--quiet", "--disable-pip-version-check"]);
        if let Some(packages) = self.packages.as_ref().filter(|_| command == "install") {
            pip.arg("--target").arg(packages);
        }
        pip
    }

    fn in_folder(folder: &Path) -> Python {
        let interpreter = folder.join("environment/bin/python");
        let folder = folder.to_owned();
        if interpreter.exists() {
            Python { interpreter, packages: None, folder }
        } else {
            Python { interpreter: "python3".into(), packages: Some(folder.join("packages")), folder }
        }
    }

    /// Starts it, with its packages.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        if let Some(packages) = &self.packages {
            command.env("PYTHONPATH", packages);
        }
        command
    }
}

/// The lock of an environment: one process at a time makes it, or adds to it.
fn lock(folder: &Path) -> File {
    let lock = File::create(folder.with_extension("lock")).expect("a lock in the build directory");
    lock.lock().expect("the lock of the Python environment");
    lock
}

/// Runs a command to its end and gives what it said; if it fails, the test says that.
pub fn succeed(command: &mut Command, what: &str) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(OsStr::new("?")).to_owned();
    match command.output() {
        Err(error) => panic!("{what} failed: {}: {error}", program.display()),
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(output.status.success(), "{what} failed:\n{said}");
            println!("{said}");
            said.into_owned()
        }
    }
}
