//! `zexa completion` and `zexa man`.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::arguments;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::texts::text;

/// Write the completions of a shell to stdout
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa completion bash > ~/.local/share/bash-completion/completions/zexa
  zexa completion zsh > ~/.zfunc/_zexa
  zexa completion fish > ~/.config/fish/completions/zexa.fish")]
pub(crate) struct Arguments {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Write the man pages to a folder
#[derive(Args)]
pub(crate) struct ManArguments {
    /// Folder, which is created if it does not exist
    folder: PathBuf,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut arguments::command(), "zexa", &mut script);
    context.output().bytes(&script)?;
    Ok(Exit::Done)
}

pub(crate) fn write_man_pages(arguments: &ManArguments) -> Result {
    let folder = &arguments.folder;
    fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(arguments::command(), folder)).map_err(
        |error| Failure::Local(text!("file-failed", path = folder.display().to_string(), reason = error.to_string())),
    )?;
    Ok(Exit::Done)
}
