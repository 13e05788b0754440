//! `subcloud suite show`.

use analysis::number::{count, counted, percent};
use std::path::PathBuf;

use datasets::suite::layout::WORDS;
use datasets::suite::{self, App, Draw, File, Names, Scope, moment};

use super::certify::{allows, warn_of_alike};
use super::rules::{choice, codes, request, rules, told, topologies, wrapped};
use super::table::{header, table};
use crate::failure::Failure;
use crate::run::print;

/// Show a version of the suite: its applications, their rules, its size, and who signed it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud suite show apps.toml")]
pub struct Arguments {
    /// The suite file (TOML).
    #[arg(value_name = "SUITE.toml")]
    suite: PathBuf,
}

/// Shows a version.
pub fn show(arguments: &Arguments) -> Result<(), Failure> {
    let file = suite::read(&arguments.suite, Names::Any(Vec::new()))?;
    let until = file.suite.until.map_or_else(String::new, |until| format!(", good until {}", moment::text(until)));
    let applications = counted(file.suite.apps.len() as u64, "application", "applications");
    print(&format!("{}: version {}, {applications}{until}\n", file.path.display(), file.suite.version));
    let names = header(&["application", "asks for", "chooses", "where", "broken below"]);
    let rows = file.suite.apps.iter().map(|app| row(app, &file.attributes));
    table(&std::iter::once(names).chain(rows).collect::<Vec<_>>(), 5);
    let (codes, topologies): (Vec<String>, Vec<String>) =
        (codes(&file.suite).collect(), topologies(&file.suite).collect());
    for (lines, what) in [(codes, "code"), (topologies, "topology")] {
        if !lines.is_empty() {
            print(&format!("\nWhat applications say of their {what}; the rest is as the scenario has it\n"));
        }
        for line in lines {
            print(&format!("  {line}"));
        }
    }
    if rules(&file.suite).next().is_some() {
        print("\nRules by which nodes of an application change the suite\n");
    }
    for (app, rule) in rules(&file.suite) {
        wrapped(&format!("{} of {app}: {}", rule.name, told(rule, &file.attributes)));
    }
    print("");
    let description = file.description();
    let certified = file.certificate.as_ref().map(|certificate| &certificate.grant.scope);
    let certified: Vec<&String> = certified
        .iter()
        .flat_map(|scope| if let Scope::Apps(apps) = scope { apps.keys().collect() } else { Vec::new() })
        .collect();
    warn_of_alike(file.suite.apps_ever().map(|app| &*app.name).chain(certified.iter().map(|name| name.as_str())));
    print(&format!("description  {} bytes", count(description.bytes_count())));
    print(&format!("signature    {}", signature(&file)));
    if let Some(cloud) = description.cloud() {
        print(&format!("cloud        {cloud}"));
    }
    if !file.suite.layout.is_empty() {
        print(&format!("layout       {}", layout(&file)));
    }
    for key in &file.suite.revoked {
        print(&format!("revoked      {key}"));
    }
    let certificate = file.certificate.as_ref().map_or_else(
        || "none".to_owned(),
        |certificate| {
            let grant = &certificate.grant;
            format!("{} {}, if the owner signed this: see verify", grant.key, allows(grant))
        },
    );
    print(&format!("certificate  {certificate}"));
    Ok(())
}

/// The shares of all words that applications have, by draw.
fn layout(file: &File) -> String {
    let share = |draw: &Draw, app: &str| {
        let words: u64 = draw.words_of(app).map(|[from, to]| to - from).sum();
        percent(words as f64 / WORDS as f64)
    };
    let shares = |draw: &Draw| {
        let has = |app: &&App| draw.words_of(&app.name).next().is_some();
        let shares = file.suite.apps.iter().filter(has).map(|app| format!("{} {}", app.name, share(draw, &app.name)));
        format!("{} of the words", shares.collect::<Vec<_>>().join(", "))
    };
    file.suite.layout.iter().map(shares).collect::<Vec<_>>().join("; ")
}

fn signature(file: &File) -> String {
    match &file.signed_by {
        None => "none".to_owned(),
        Some(signed_by) if signed_by.key.verifies(&file.description().encode(), &signed_by.signature) => {
            let renew = if signed_by.cloud.is_none() { ", in format 1: sign it again to renew it" } else { "" };
            format!("by {}{renew}", signed_by.key)
        }
        Some(signed_by) => format!("bad: what it says is not what {} signed", signed_by.key),
    }
}

fn row(app: &App, attributes: &[String]) -> Vec<String> {
    let condition = app.condition.as_ref().map_or_else(|| "-".to_owned(), |condition| one_line(&condition.text));
    vec![app.name.clone(), request(app), choice(app, attributes), condition, limits(app, attributes)]
}

fn limits(app: &App, attributes: &[String]) -> String {
    let nodes = app.min_nodes.map(|nodes| counted(nodes, "node", "nodes"));
    let means = app.min_means.iter().map(|&(attribute, limit)| format!("mean {} {limit}", attributes[attribute]));
    let limits: Vec<String> = nodes.into_iter().chain(means).collect();
    if limits.is_empty() { "-".to_owned() } else { limits.join(", ") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
