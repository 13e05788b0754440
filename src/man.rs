//! `subcloud man`.

use analysis::number::counted;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use crate::failure::Failure;
use crate::file;
use crate::run::print;

/// Print the manual page of a command, or write the pages of all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud man | man -l -
  subcloud man suite sign | man -l -
  subcloud man --out ~/.local/share/man/man1")]
pub struct Arguments {
    /// The command, as in: run, or suite sign [default: subcloud itself].
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Write the pages of all commands into this directory.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes manual pages.
pub fn man(arguments: &Arguments) -> Result<(), Failure> {
    let mut root = crate::Arguments::command().disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &arguments.out {
        return write(&root, folder);
    }
    let command = arguments
        .command
        .iter()
        .try_fold(&root, |command, name| command.find_subcommand(name).ok_or_else(|| unknown(command, name)))?;
    print(page(command)?.trim_end());
    Ok(())
}

fn unknown(command: &Command, name: &str) -> Failure {
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    let help = if names.is_empty() {
        format!("leave it out: `{}` has no commands of its own", command.get_bin_name().unwrap_or("subcloud"))
    } else {
        format!("choose one of: {}", names.join(", "))
    };
    Failure::input(format!("there is no command `{name}`"), help)
}

/// Writes the pages of a command and of all below it.
fn write(root: &Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        let help = "choose a directory that can be written, with --out";
        Failure::input(format!("{}: cannot be made: {error}", folder.display()), help)
    })?;
    let pages = all(root);
    for command in &pages {
        file::write(&folder.join(format!("{}.1", title(command))), &page(command)?)?;
    }
    print(&format!("{}: {}", folder.display(), counted(pages.len() as u64, "page", "pages")));
    Ok(())
}

/// A command and all below it.
fn all(command: &Command) -> Vec<&Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(all)).collect()
}

/// The name of a page, as in subcloud-suite-sign.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let made = clap_mangen::Man::new(command.clone()).render(&mut text);
    made.map_err(|error| Failure::run(format!("no manual page: {error}"), None))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
