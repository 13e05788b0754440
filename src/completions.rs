//! `subcloud completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::run::print;

/// Print what makes a shell complete commands and options of subcloud.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud completions bash > ~/.local/share/bash-completion/completions/subcloud
  subcloud completions fish > ~/.config/fish/completions/subcloud.fish
  subcloud completions zsh > \"${fpath[1]}/_subcloud\"")]
pub struct Arguments {
    /// The shell.
    shell: Shell,
}

/// Prints the completion of a shell.
#[expect(clippy::unnecessary_wraps, reason = "every command may fail")]
pub fn completions(arguments: &Arguments) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Arguments::command(), "subcloud", &mut text);
    print(String::from_utf8_lossy(&text).trim_end());
    Ok(())
}
