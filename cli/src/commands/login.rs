//! `zexa login`.

use std::io::IsTerminal;

use clap::Args;
use serde_json::json;
use zexa::{CallOptions, Client, Kind, binding};

use crate::context::{Context, PRODUCT, environment};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::profile::{self, Profile};
use crate::texts::text;
use crate::{interrupt, prompt};

/// Store an API key in a profile
///
/// Asks for the key without showing it, checks it with the API, and stores it in a file that only you can read. Without a terminal, use --api-key-stdin.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa login
  zexa login --profile shop
  zexa login --api-key-stdin < key.txt")]
pub(crate) struct Arguments {
    /// Base URL of the API, if it is not the usual one
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    if context.uses_sandbox() {
        return Err(Failure::Usage(text!("login-sandbox")));
    }
    // Before someone types the key.
    profile::check_file()?;
    let base_url = arguments.base_url.or_else(|| environment("ZEXA_BASE_URL"));
    let api_key = match context.key_from_stdin() {
        // The advice to run this command would be circular.
        Some(Err(Failure::NoKey(message))) => return Err(Failure::BadKey(message)),
        Some(key) => key?,
        None => ask()?,
    };
    let mut builder = Client::builder().api_key(api_key.as_str());
    if let Some(url) = &base_url {
        builder = builder.base_url(url.as_str());
    }
    let client = binding::named(builder, PRODUCT).build()?;
    let client = client.with_options(CallOptions::new().cancel(interrupt::token()));
    context.progress_note(&text!("login-checking"));
    let credits = client.credits().get().map_err(|error| match error.kind() {
        Kind::Unauthorized => Failure::Login(error),
        _ => Failure::Read(error),
    })?;
    let name = context.profile_name();
    let path = profile::write(name, &Profile { api_key, base_url })?.display().to_string();
    let result = json!({"profile": name, "path": path, "credits": credits.credits, "currency": credits.currency});
    context
        .output()
        .result(&result, || text!("login-done", name = name, path = path.as_str(), credits = credits.credits))?;
    if environment("ZEXA_API_KEY").is_some() {
        context.note(&text!("login-environment"));
    }
    Ok(Exit::Done)
}

/// Asks for the key on the terminal, without showing it.
fn ask() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(text!("login-no-terminal")));
    }
    match prompt::ask_secret(&text!("login-prompt"), &text!("login-cancelled"))?.trim() {
        "" => Err(Failure::Usage(text!("login-empty"))),
        key => Ok(key.to_owned()),
    }
}
