//! Strangers' readers open a real trace: DuckDB and Polars see the same tables, and the same answers to our queries.
//!
//! The readers are installed below the build directory when they are first needed.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod python;

use std::path::Path;
use std::process::Command;

use python::{Python, succeed};

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

    let python =
        Python::prepare("readers", include_str!("readers/requirements.txt"), "SUBCLOUD_SKIP_READERS=1 skips it");
    let script = [root.join("tests/readers/check.py"), root.join("analysis/sql")];
    let arguments = script.into_iter().chain([telco, everything, rules, launch, forged]);
    succeed(python.command().args(arguments), "the check of DuckDB and Polars");
}

fn simulate(scenario: &Path, out: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subcloud"));
    command.arg("run").arg(scenario).arg("--out").arg(out).arg("--quiet").args(arguments);
    succeed(&mut command, "the run");
}
