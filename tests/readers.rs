//! Strangers' readers open a real trace: DuckDB and Polars see the same tables, the same answers to our queries, and
//! draw the same figures in notebooks; pandas finds rows by their seeds. Strangers' launchers run a sweep: Dask and Ray
//! do its points, and a YAML reader sees the manifest for Kubernetes.
//!
//! The readers are installed below the build directory when they are first needed.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use python::{Python, succeed};
use tempfile::TempDir;

#[test]
fn duckdb_and_polars_open_every_table_and_agree_on_every_query() {
    let Some(python) = Python::of_an_analyst() else { return };
    let runs = Runs::new();
    let telco =
        runs.shipped("telco", &["--nodes", "20000", "--cycles", "12", "--set", "trace.nodes.cycles=[0, 6, 12]"]);
    let [everything, rules, export] = ["everything", "rules", "export"].map(|name| runs.own(name));
    // Versions that spread, a constraint that breaks, and a version that nodes drop.
    let spread = ["--nodes", "5000", "--cycles", "60", "--set", "trace.overlay.paths=8"];
    let [launch, forged] = ["launch", "forged"].map(|name| runs.shipped(name, &spread));
    // Contacts, members, code, an overlay and a topology for each application, and requests that go through that.
    let topology = [
        "--set",
        "subcloud.topology={protocol='chord'}",
        "--set",
        "subcloud.lookups={per_cycle=50}",
        "--set",
        "subcloud.registry={keys=100}",
    ];
    let life = runs.shipped("life_cycle", &[&spread[..], &topology].concat());

    let tables = runs.folder.path().join("tables.json");
    fs::write(&tables, schema()).expect("the columns of all tables");
    let script = [root().join("tests/readers/check.py"), tables, root().join("analysis/sql")];
    // A part of the cloud that is cut off, and comes back.
    let partition = runs.shipped("partition", &["--nodes", "3000"]);
    let runs_of_all = [telco, everything, rules, export, launch, forged, life, partition, runs.sweep("sweep")];
    let arguments = script.into_iter().chain(runs_of_all);
    succeed(python.command().args(arguments), "the check of DuckDB and Polars");
}

#[test]
fn networkx_finds_in_exported_graphs_what_the_run_measured() {
    let Some(python) = Python::of_an_analyst() else { return };
    let runs = Runs::new();
    let churning = runs.own("export");
    let file = root().join("tests/readers/export.toml");
    let graph = |graph: &str, more: &str| {
        let sampling = format!("sampling={{protocol='static', graph='{graph}', degree=6{more}}}");
        runs.call("run", &file, graph, &["--set", &sampling])
    };
    let graphs = [graph("watts-strogatz", ", rewiring=0.2"), graph("k-out", "")];
    let script = root().join("tests/readers/export.py");
    succeed(python.command().arg(script).arg(churning).args(graphs), "the check of NetworkX");
}

#[test]
fn pandas_finds_and_joins_rows_by_the_numbers_of_their_seeds() {
    let Some(python) = Python::of_an_analyst() else { return };
    let runs = Runs::new();
    // The last seed that all readers take for a number is the largest of 31 bits.
    let small = |seed| ["--nodes", "2000", "--cycles", "4", "--seed", seed];
    let [first, last] = ["1", "2147483647"].map(|seed| {
        runs.call("run", &root().join("datasets/scenarios/telco.toml"), &format!("seed-{seed}"), &small(seed))
    });
    let arguments = [root().join("tests/readers/seeds.py"), first, last, runs.sweep("sweep")];
    succeed(python.command().args(arguments), "the check of pandas");
}

#[test]
fn notebooks_and_the_plot_of_the_readme_draw_what_a_run_left() {
    let Some(python) = Python::of_an_analyst() else { return };
    let runs = Runs::new();
    let telco = runs.shipped("telco", &["--nodes", "20000", "--cycles", "60"]);
    // One whose nodes keep views, and that aggregates several things.
    let everything = runs.own("everything");
    let script =
        ["tests/readers/notebooks.py", "analysis/notebooks", "analysis/README.md"].map(|name| root().join(name));
    let arguments = script.into_iter().chain([telco, everything]);
    succeed(python.command().args(arguments), "the check of the notebooks");
}

#[test]
fn rows_of_a_run_that_crashed_are_read_as_those_of_a_finished_one() {
    let Some(python) = Python::of_an_analyst() else { return };
    let runs = Runs::new();
    let more = ["--nodes", "20000", "--cycles", "8", "--set", "trace.nodes={cycles=[1, 3, 8], sample='all'}"];
    let whole = runs.shipped("launch", &more);
    let crashed = runs.folder.path().join("crashed");
    let mut program = Command::new(env!("CARGO_BIN_EXE_subcloud"));
    program.arg("run").arg(root().join("datasets/scenarios/launch.toml")).arg("--out").arg(&crashed).args(more);
    program.args(["--quiet", "--checkpoint", "2cycles"]).env("SUBCLOUD_STOP_AFTER", "4");
    assert!(!program.output().expect("the program starts").status.success(), "the run did not crash");
    let script = root().join("tests/readers/crashed.py");
    succeed(python.command().arg(script).args([crashed, whole]), "the check of rows of a run that crashed");
}

#[test]
fn a_sweep_under_dask_is_the_sweep_done_at_once_though_a_worker_is_killed() {
    let Some(python) = Python::of_an_analyst() else { return };
    launched(&python, "Dask");
}

#[test]
fn a_sweep_under_ray_is_the_sweep_done_at_once_though_a_worker_is_killed() {
    let Some(python) = Python::of_an_analyst() else { return };
    if !python.add(include_str!("readers/ray.txt").trim()) {
        eprintln!("skipped: there is no wheel of Ray for this Python on this machine");
        return;
    }
    launched(&python, "Ray");
}

/// Runs twenty points by the script that the page on sweeps has for a launcher.
fn launched(python: &Python, launcher: &str) {
    let runs = Runs::new();
    let alone = runs.sweep("twenty");
    let folder = runs.folder.path().join(launcher);
    fs::create_dir(&folder).expect("a folder");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_subcloud"), folder.join("subcloud")).expect("a link");
    let path = std::env::var("PATH").expect("a path");
    let mut command = python.command();
    command.env("PATH", format!("{}:{path}", folder.display()));
    // Ray begins a cluster of its own, keeps its files and its key below the folder, and tells nobody.
    command.env("RAY_ADDRESS", "local").env("RAY_USAGE_STATS_ENABLED", "0");
    command.env("RAY_TMPDIR", runs.folder.path()).env("HOME", runs.folder.path());
    command.args([root().join("tests/readers/launchers.py"), root().join("docs/sweeps.md")]).arg(launcher);
    command.args([root().join("tests/readers/twenty.toml"), folder, alone]);
    succeed(&mut command, &format!("the sweep under {launcher}"));
}

#[test]
fn the_manifest_for_kubernetes_is_read_as_yaml() {
    let Some(python) = Python::of_an_analyst() else { return };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let [sweep, out] = ["it's a: \"sweep\".toml", "- out $(X) # é\u{2028}\u{1f30d}"];
    let text = fs::read_to_string(root().join("tests/readers/twenty.toml")).expect("a sweep");
    let scenario = root().join("datasets/scenarios/telco.toml").display().to_string();
    fs::write(folder.path().join(sweep), text.replace("../../datasets/scenarios/telco.toml", &scenario))
        .expect("a file");
    let mut program = Command::new(env!("CARGO_BIN_EXE_subcloud"));
    program
        .args(["sweep", "script", "kubernetes", sweep, &format!("--out={out}"), "--pack", "3"])
        .current_dir(folder.path());
    program.args(["--image", "a\"b\\c: é", "--claim", "work: 1"]);
    let manifest = folder.path().join("manifest.yaml");
    program.stdout(fs::File::create(&manifest).expect("a file"));
    assert!(program.status().expect("the program starts").success());
    let mut command = python.command();
    command.arg(root().join("tests/readers/manifest.py")).args(["7", out, sweep]);
    command.stdin(Stdio::from(fs::File::open(manifest).expect("the manifest")));
    succeed(&mut command, "the check of the manifest");
}

#[test]
fn every_query_is_listed_with_its_question_and_says_what_it_computes() {
    let list = fs::read_to_string(root().join("analysis/README.md")).expect("the list of queries");
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("analysis/sql")).expect("the queries") {
        let path = entry.expect("a query").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(list.contains(&format!("| [`{name}`](sql/{name}) | ")), "{name} is not listed in analysis/README.md");
        let text = fs::read_to_string(&path).expect("the text of a query");
        assert!(text.starts_with("-- "), "{name} does not say what it computes");
        names.push(name);
    }
    assert_eq!(list.matches("](sql/").count(), names.len(), "analysis/README.md lists a query that is not there");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the program says of its tables.
fn schema() -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subcloud"));
    command.args(["schema", "--tables", "json"]).output().expect("the program starts").stdout
}

/// Runs in a folder of their own.
struct Runs {
    folder: TempDir,
}

impl Runs {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A run of a shipped scenario.
    fn shipped(&self, name: &str, arguments: &[&str]) -> PathBuf {
        self.call("run", &root().join(format!("datasets/scenarios/{name}.toml")), name, arguments)
    }

    /// A run of a scenario that is here for its tables.
    fn own(&self, name: &str) -> PathBuf {
        self.call("run", &root().join(format!("tests/readers/{name}.toml")), name, &[])
    }

    /// The runs of a sweep that is here for its tables.
    fn sweep(&self, name: &str) -> PathBuf {
        self.call("sweep", &root().join(format!("tests/readers/{name}.toml")), name, &[])
    }

    fn call(&self, command: &str, file: &Path, name: &str, arguments: &[&str]) -> PathBuf {
        let out = self.folder.path().join(name);
        let mut program = Command::new(env!("CARGO_BIN_EXE_subcloud"));
        program.arg(command).arg(file).arg("--out").arg(&out).arg("--quiet").args(arguments);
        succeed(&mut program, &format!("the {command}"));
        out
    }
}
