//! Command-line flags.

use std::path::PathBuf;

use lexopt::prelude::*;
use zexa_sandbox::{DEFAULT_API_KEY, Listen, ServerSpec};

/// The action that the command line requests.
pub(crate) enum Action {
    Run(Box<Flags>),
    /// Print this text and exit.
    Print(String),
    /// Print the scenarios of this repository as JSON and exit.
    PrintScenarios(PathBuf),
}

#[derive(Default)]
pub(crate) struct Flags {
    pub(crate) spec: ServerSpec,
    pub(crate) listen: Listen,
    pub(crate) record: Option<PathBuf>,
    pub(crate) exit_with_parent: bool,
}

impl Flags {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Action, lexopt::Error> {
        let mut flags = Self::default();
        while let Some(flag) = parser.next()? {
            match flag {
                Long("port") => flags.listen.port = parser.value()?.parse()?,
                Long("host") => flags.listen.host = parser.value()?.parse()?,
                Long("tls") => flags.spec.state.tls = true,
                Long("require-client-certificate") => {
                    flags.spec.state.tls = true;
                    flags.spec.state.require_client_certificate = true;
                }
                Long("speed") => flags.spec.state.speed = parser.value()?.parse()?,
                Long("credits") => flags.spec.state.credits = parser.value()?.parse_with(credits)?,
                Long("key") => flags.spec.state.api_key = parser.value()?.parse_with(key)?,
                Long("whatsapp-windows") => flags.spec.state.whatsapp_windows = true,
                Long("max-concurrent-streams") => {
                    flags.spec.state.max_concurrent_streams = parser.value()?.parse()?;
                }
                Long("goaway-after") => flags.spec.state.goaway_after = Some(parser.value()?.parse()?),
                Long("record") => flags.record = Some(parser.value()?.into()),
                Long("exit-with-parent") => flags.exit_with_parent = true,
                Long("scenarios") => return Ok(Action::PrintScenarios(parser.value()?.into())),
                Short('h') | Long("help") => return Ok(Action::Print(help())),
                Short('V') | Long("version") => {
                    return Ok(Action::Print(concat!("zexa-sandbox ", env!("CARGO_PKG_VERSION")).to_owned()));
                }
                other => return Err(other.unexpected()),
            }
        }
        Ok(Action::Run(Box::new(flags)))
    }
}

fn credits(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(credits) if credits.is_finite() => Ok(credits),
        _ => Err("expected a number".to_owned()),
    }
}

fn key(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err("expected a non-empty key of printable ASCII characters without spaces".to_owned())
}

fn help() -> String {
    format!(
        "An in-memory server that implements the Zexa API, for tests.

Usage: zexa-sandbox [flags]

  --host ADDRESS      address to listen on (default: 127.0.0.1)
  --port N            port to listen on; 0 selects a free port (default: 0)
  --tls               use TLS, with a generated certificate
  --require-client-certificate
                      use TLS, and require a client certificate that the sandbox has issued
  --key KEY           API key to accept (default: {DEFAULT_API_KEY})
  --credits N         initial credit balance (default: 4250)
  --speed X           sandbox seconds per real second, or `manual` (default: 1)
  --whatsapp-windows  reject free-form WhatsApp messages to recipients who have not written within 24 hours
  --max-concurrent-streams N[,N...]
                      limit of concurrent HTTP/2 streams per connection; after each request, the
                      next limit in the list applies (default: 200)
  --goaway-after N    send an HTTP/2 GOAWAY after N responses on a connection (default: never)
  --record FILE       append each accepted message to FILE, as a line of JSON
  --exit-with-parent  exit when stdin closes
  --scenarios ROOT    print the scenarios of the repository ROOT as JSON, for the runners of its tests, and exit
  -h, --help          print this help
  -V, --version       print the version

When it is ready to accept connections, it prints one line of JSON: `url` (base URL), `api_key`, and
`control` (URL of the control API); with --tls also `ca_file` (CA certificate to trust), and
`client_cert_file` and `client_key_file` (client certificate that the server accepts, and its key)."
    )
}
