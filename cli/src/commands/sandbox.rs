//! `zexa sandbox`.

use std::sync::mpsc;

use clap::Args;
use zexa_sandbox::{Listen, Sandbox, ServerSpec, Speed};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::io_reason::io_reason;
use crate::texts::text;
use crate::{interrupt, values};

/// Run a sandbox: the API as a server on this machine, which sends nothing
///
/// Prints the variables that make other programs use it, and runs until Ctrl-C. The state is in memory.
/// The separate program zexa-sandbox has more options, such as TLS: see zexa-sandbox --help.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa sandbox
  zexa sandbox --port 4010 --speed 60")]
pub(crate) struct Arguments {
    /// Port to listen on. 0 selects a free port
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    port: u16,
    /// Initial balance
    #[arg(long, value_name = "NUMBER", default_value_t = 4250.0, value_parser = values::balance)]
    credits: f64,
    /// Seconds of the sandbox for each real second: 60 delivers messages 60 times as fast
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    speed: Speed,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    // Before anything is printed, so that no signal is missed.
    let (interrupted, interrupt) = mpsc::channel();
    interrupt::on_interrupt(move |_| {
        // The receiver lives as long as the process.
        let _ = interrupted.send(());
    });
    let mut spec = ServerSpec::default();
    spec.state.credits = arguments.credits;
    spec.state.speed = arguments.speed;
    let sandbox = Sandbox::try_start(spec, Listen { port: arguments.port, ..Listen::default() })
        .map_err(|error| Failure::Local(text!("sandbox-failed", reason = io_reason(&error))))?;
    context.output().result(&sandbox.announcement(), || {
        let (url, key) = (sandbox.url(), sandbox.api_key());
        format!("{}\n\nexport ZEXA_BASE_URL={url}\nexport ZEXA_API_KEY={key}", text!("sandbox-runs"))
    })?;
    // The sender is dropped only with the process.
    let _ = interrupt.recv();
    Ok(Exit::Done)
}
