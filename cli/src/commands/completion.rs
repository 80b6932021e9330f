//! `zexa completion`.

use clap::Args;
use clap_complete::Shell;

use crate::arguments;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

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

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut arguments::command(), "zexa", &mut script);
    context.output().bytes(&script)?;
    Ok(Exit::Done)
}
