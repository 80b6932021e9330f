//! `zexa credits`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::texts::text;

/// Show the credit balance of the account
#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(context: &Context, Arguments {}: Arguments) -> Result {
    let credits = context.client()?.credits().get()?;
    context.output().result(&credits, || text!("credits", credits = credits.credits))?;
    Ok(Exit::Done)
}
