//! The program's flags.

use lexopt::prelude::*;
use zexa_sandbox::{DEFAULT_API_KEY, Listen, ServerSpec};

/// What the command line asks for.
pub(crate) enum Wish {
    Run(Box<Flags>),
    /// To print this and leave.
    Tell(String),
}

#[derive(Default)]
pub(crate) struct Flags {
    pub(crate) spec: ServerSpec,
    pub(crate) listen: Listen,
    pub(crate) exit_with_parent: bool,
}

impl Flags {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Wish, lexopt::Error> {
        let mut flags = Self::default();
        while let Some(flag) = parser.next()? {
            match flag {
                Long("port") => flags.listen.port = parser.value()?.parse()?,
                Long("host") => flags.listen.host = parser.value()?.parse()?,
                Long("tls") => flags.spec.state.tls = true,
                Long("speed") => flags.spec.state.speed = parser.value()?.parse()?,
                Long("credits") => flags.spec.state.credits = parser.value()?.parse_with(credits)?,
                Long("key") => flags.spec.state.api_key = parser.value()?.parse_with(key)?,
                Long("whatsapp-windows") => flags.spec.state.whatsapp_windows = true,
                Long("max-concurrent-streams") => {
                    flags.spec.state.max_concurrent_streams = parser.value()?.parse()?;
                }
                Long("goaway-after") => flags.spec.state.goaway_after = Some(parser.value()?.parse()?),
                Long("exit-with-parent") => flags.exit_with_parent = true,
                Short('h') | Long("help") => return Ok(Wish::Tell(help())),
                Short('V') | Long("version") => {
                    return Ok(Wish::Tell(concat!("zexa-sandbox ", env!("CARGO_PKG_VERSION")).to_owned()));
                }
                other => return Err(other.unexpected()),
            }
        }
        Ok(Wish::Run(Box::new(flags)))
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
    Err("expected a key without spaces".to_owned())
}

fn help() -> String {
    format!(
        "The Zexa API in one program, in memory.

Usage: zexa-sandbox [flags]

  --port N            listen on this port (any free one)
  --host ADDRESS      listen on this address (127.0.0.1)
  --tls               speak TLS, with a certificate of its own making
  --speed X           sandbox seconds per real second, or `manual` (1)
  --credits N         the balance to start with (4250)
  --key KEY           the API key to accept ({DEFAULT_API_KEY})
  --whatsapp-windows  reject free-form WhatsApp messages to recipients who have not written within 24 hours
  --max-concurrent-streams N[,N...]
                      limit HTTP/2 streams; each request on a connection moves on to its next limit (200)
  --goaway-after N    send an HTTP/2 GOAWAY after so many responses on a connection (never)
  --exit-with-parent  end when stdin does
  -h, --help          print this
  -V, --version       print the version

Once it listens, it prints one line of JSON: its base URL, the API key, and the URL of the control path."
    )
}
