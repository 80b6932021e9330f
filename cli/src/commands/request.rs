//! `zexa request`.

use clap::{Args, ValueEnum};
use serde_json::value::RawValue;
use zexa::{Method, binding};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input;
use crate::texts::text;
use crate::values;

/// Send a request to any path of the API, for endpoints without a command
///
/// The request is authenticated and retried like that of any other command. The body is sent unchanged.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa request get /credits
  zexa request get /contacts --query list_id=lst_demo --query page=2
  zexa request post /contacts '{\"name\":\"Ana\",\"phone\":\"+244923456789\"}'
  zexa request post /messages - < message.json")]
pub(crate) struct Arguments {
    /// Method of the request
    #[arg(value_enum, ignore_case = true)]
    method: Verb,
    /// Path, relative to the base URL, such as /messages
    path: String,
    /// Body as JSON. `-` reads it from stdin
    body: Option<String>,
    /// Query parameter. Can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = values::pair)]
    query: Vec<(String, String)>,
}

/// Method of a request.
#[derive(Clone, Copy, ValueEnum)]
enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let body = arguments.body.map(|text| input::text_or_stdin(context, text)).transpose()?;
    // It would be the output of a program that has failed.
    if body.as_deref().is_some_and(|body| body.trim().is_empty()) {
        return Err(Failure::Usage(text!("request-body-empty")));
    }
    if let Some(body) = &body {
        serde_json::from_str::<&RawValue>(body)
            .map_err(|error| Failure::Usage(text!("request-body", reason = error.to_string())))?;
    }
    let query: Vec<_> = arguments.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (method, failure): (_, fn(zexa::Error) -> Failure) = match arguments.method {
        Verb::Get => (Method::Get, Failure::Read),
        Verb::Post => (Method::Post, Failure::Change),
        Verb::Put => (Method::Put, Failure::Change),
        Verb::Patch => (Method::Patch, Failure::Change),
        Verb::Delete => (Method::Delete, Failure::Change),
    };
    let client = context.client()?;
    let response = binding::request(&client, method, &arguments.path, &query, body.as_deref()).map_err(failure)?;
    context.output().result(&response, || {
        let body = serde_json::to_string_pretty(&response.body).unwrap_or_default();
        format!("{}\n{body}", response.status)
    })?;
    Ok(Exit::Done)
}
