//! Reports, opened in a real browser: at a desk and on a phone, in light and dark, without a network.
//!
//! The pictures stay below the build directory, in `tmp/report/`.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use datasets::trace::AppRow;
use datasets::trace::read::Run;
use python::{Python, succeed};

/// Programs that may be the browser, in the order in which they are tried.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

#[test]
fn a_browser_shows_what_the_tables_say() {
    let Some(browser) = browser() else {
        eprintln!(
            "SKIPPED: no report was looked at, for there is no browser. Install Chromium, or name one in \
             SUBCLOUD_BROWSER."
        );
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let pages = made(root).map(|(name, arguments)| {
        let (out, page) = (folder.path().join(name), folder.path().join(format!("{name}.html")));
        let mut make = Command::new(env!("CARGO_BIN_EXE_subcloud"));
        succeed(make.args(arguments).arg("--quiet").arg("--out").arg(&out), name);
        let mut report = Command::new(env!("CARGO_BIN_EXE_subcloud"));
        succeed(report.arg("report").arg(&out).arg("--out").arg(&page), "the report");
        (out, page)
    });

    let python = Python::prepare("report", include_str!("report/requirements.txt"), "without a browser it is skipped");
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    let mut look = python.command();
    look.arg(root.join("tests/report/look.py")).arg(browser).arg(pictures).args(pages.iter().map(|(_, page)| page));
    let said = succeed(&mut look, "the look at the reports");
    let tops: Vec<serde_json::Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(tops.len(), pages.len(), "a page a line");
    for ((out, _), top) in pages.iter().zip(&tops) {
        if !out.join("sweep.json").exists() {
            agree(out, top);
        }
    }
}

/// Names of what reports are made of, and the commands that make it.
fn made(root: &Path) -> [(&'static str, Vec<String>); 6] {
    let file = |path: &str| root.join(path).to_string_lossy().into_owned();
    let command = |words: &str, path: &str| {
        let mut words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        words.insert(1, file(path));
        words
    };
    [
        ("telco", command("run --nodes 20000 --cycles 100", "datasets/scenarios/telco.toml")),
        ("launch", command("run --nodes 6000 --set trace.overlay.every=10", "datasets/scenarios/launch.toml")),
        ("census", command("run --nodes 3000", "datasets/scenarios/census.toml")),
        ("hostile", command("run", "tests/report/hostile.toml")),
        ("sweep", command("sweep", "tests/report/sweep.toml")),
        ("size", command("size --app monitoring --hold 150 --nodes 2000 --cycles 40", "datasets/scenarios/telco.toml")),
    ]
}

/// What the page says at its top is what the last rows of the table `apps` say.
fn agree(run: &Path, top: &serde_json::Value) {
    let apps = Run::open(run).and_then(|run| run.apps()).expect("the trace of the run");
    let last = apps.last().map(|row| row.cycle);
    let rows: Vec<&AppRow> = apps.iter().filter(|row| Some(row.cycle) == last).collect();
    let shown = top["answer"].as_array().expect("rows of the answer");
    assert_eq!(shown.len(), rows.len(), "an application a row");
    let number = |cell: &serde_json::Value| cell.as_str().expect("a cell").replace(',', "").parse::<u64>().ok();
    for (row, shown) in rows.iter().zip(shown) {
        assert_eq!(shown[0], row.app.as_str());
        let counts = [row.asked_count, row.held_count, row.wrong_count].map(Some);
        assert_eq!([1, 2, 3].map(|column| number(&shown[column])), counts, "{shown}");
    }
    let headline = top["headline"].as_str().expect("a headline");
    let asking = rows.iter().filter(|row| row.asked_count > 0);
    let (held, asked) = asking.fold((0, 0), |(held, asked), row| (held + row.held_count, asked + row.asked_count));
    let sized = run.join("size.json");
    if sized.exists() {
        let size = std::fs::read_to_string(sized).expect("the answer of the search");
        let size: serde_json::Value = serde_json::from_str(&size).expect("the answer of the search as JSON");
        assert_eq!(top["headline"], size["headline"]);
    } else if asked > 0 {
        let said: Vec<u64> =
            headline.split([' ', '.', ':']).filter_map(|word| word.replace(',', "").parse().ok()).collect();
        assert!(said.contains(&held) && said.contains(&asked), "{headline}: {held} of {asked}");
    }
}

/// The browser of this machine; `None` if there is none.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("SUBCLOUD_BROWSER").map(PathBuf::from);
    let there = |program: &Path| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let named = named.into_iter().chain(BROWSERS.map(PathBuf::from));
    let found = named.into_iter().find(|program| there(program))?;
    // The driver of the browser wants the whole path.
    if found.is_absolute() {
        return Some(found);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(&found)).find(|path| path.is_file())
}
