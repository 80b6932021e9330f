//! [`ConnectError`]: describes in a sentence why a connection could not be opened.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

use super::super::identity::ClientCertificate;
use super::Step;
use super::resolver::ResolveError;
use super::tls_failure::describe_tls;

/// The hint if a proxy rejects the user name and the password.
const CHECK_CREDENTIALS: &str = ": check the user name and the password of the proxy";

/// A connection that could not be opened. No request was sent over it.
#[derive(Debug)]
pub(crate) struct ConnectError {
    pub(crate) message: String,
    /// The code that Node.js has for the reason.
    pub(crate) code: Option<Cow<'static, str>>,
    /// The `errno` of the reason.
    pub(crate) number: Option<i32>,
    /// Whether another attempt would fail in the same way.
    pub(crate) is_permanent: bool,
    pub(crate) is_timeout: bool,
}

/// Why a step has failed.
#[derive(Debug)]
pub(super) enum Reason {
    Resolve(ResolveError),
    Tcp(io::Error),
    /// The handshake with the server, and the part that the client certificate had in it.
    Tls(io::Error, ClientCertificate),
    ProxyTls(io::Error),
    ProxyLost(io::Error),
    ProxyRefused(StatusCode),
    ProxyNotHttp,
    /// The message of a SOCKS proxy, and whether it is permanent.
    Socks(String, bool),
    /// The host of the URL is not valid in TLS.
    NoServerName,
    TimedOut(Duration, Step),
    Other(String),
}

impl Reason {
    /// The reason of an error of hyper's connector.
    pub(super) fn of_tcp(error: &(dyn std::error::Error + 'static)) -> Reason {
        for cause in std::iter::successors(Some(error), |error| error.source()) {
            if let Some(error) = cause.downcast_ref::<ResolveError>() {
                return Reason::Resolve(error.clone());
            }
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                return Reason::Tcp(copy(error));
            }
        }
        Reason::Other(error.to_string())
    }

    /// The reason of an error of a SOCKS proxy. The error has no public type, so its text is used.
    pub(super) fn of_socks(error: &dyn fmt::Display, has_credentials: bool) -> Reason {
        let text = error.to_string();
        let reason = text.strip_prefix("SOCKS error: ").unwrap_or(&text);
        let (message, is_permanent) = match (reason, has_credentials) {
            (reason, false) if reason.contains("authentication") => {
                ("the SOCKS proxy requires a user name and a password".into(), true)
            }
            (reason, _) if reason.contains("credentials") || reason.contains("authentication") => {
                (format!("the SOCKS proxy refused ({reason}){CHECK_CREDENTIALS}"), true)
            }
            ("network unreachable" | "host unreachable" | "connection refused" | "ttl expired", _) => {
                (format!("the SOCKS proxy cannot connect to the server ({reason})"), false)
            }
            (reason, _) => (format!("the SOCKS proxy refused ({reason})"), false),
        };
        Reason::Socks(message, is_permanent)
    }

    pub(super) fn into_error(self, authority: &str, proxy: Option<&str>) -> ConnectError {
        let (reason, code, is_permanent) = self.describe();
        let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        let is_timeout = matches!(self, Reason::TimedOut(..));
        ConnectError {
            message: format!("cannot connect to {authority}{through}: {reason}"),
            code,
            number: self.number(),
            is_permanent,
            is_timeout,
        }
    }

    fn number(&self) -> Option<i32> {
        match self {
            Reason::Tcp(error) | Reason::Tls(error, _) | Reason::ProxyTls(error) | Reason::ProxyLost(error) => {
                error.raw_os_error()
            }
            _ => None,
        }
    }

    fn describe(&self) -> (String, Option<Cow<'static, str>>, bool) {
        match self {
            Reason::Resolve(error) => (error.reason.clone(), Some(error.code.into()), false),
            Reason::Tcp(error) => (in_words(error), code(error), false),
            Reason::Tls(error, certificate) => describe_tls("server", error, *certificate),
            // The client certificate is not for proxies.
            Reason::ProxyTls(error) => describe_tls("proxy", error, ClientCertificate::NotRequested),
            // In TLS 1.3, a proxy can abort the handshake after that of the client.
            Reason::ProxyLost(error) if is_of_tls(error) => {
                describe_tls("proxy", error, ClientCertificate::NotRequested)
            }
            Reason::ProxyLost(error) => {
                (format!("the proxy did not respond ({})", in_words(error)), code(error), false)
            }
            Reason::ProxyRefused(status) => {
                let hint = match status.as_u16() {
                    // Some proxies return 401 for a wrong password.
                    401 | 407 => CHECK_CREDENTIALS,
                    _ => "",
                };
                // The same statuses as for responses of the API.
                let is_temporary = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
                (format!("the proxy returned {status}{hint}"), Some("ECONNREFUSED".into()), !is_temporary)
            }
            Reason::ProxyNotHttp => (
                "the response of the proxy is not HTTP: it may not be an HTTP proxy".into(),
                Some("EPROTO".into()),
                true,
            ),
            Reason::Socks(reason, is_permanent) => (reason.clone(), Some("ECONNREFUSED".into()), *is_permanent),
            Reason::NoServerName => ("the host name is not valid for TLS".into(), Some("ENOTFOUND".into()), true),
            Reason::TimedOut(limit, step) => {
                (format!("the connect timeout of {limit:?} passed {step}"), Some("ETIMEDOUT".into()), false)
            }
            Reason::Other(reason) => (reason.clone(), None, false),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Tcp => "during the DNS lookup or the TCP connect",
            Step::Proxy => "while waiting for the proxy",
            Step::Tls => "during the TLS handshake",
        })
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}

/// Whether an I/O error is one of TLS.
fn is_of_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|error| error.is::<rustls::Error>())
}

/// Copies an I/O error, which cannot be cloned.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// The text of an I/O error without its number, such as `connection refused`.
pub(super) fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().collect::<String>() + characters.as_str()).unwrap_or_default()
}

/// The name of the `errno`, such as `ECONNREFUSED`.
pub(super) fn code(error: &io::Error) -> Option<Cow<'static, str>> {
    #[cfg(unix)]
    if let Some(code) = error.raw_os_error() {
        return Some(format!("{:?}", nix::errno::Errno::from_raw(code)).into());
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some("ECONNREFUSED".into()),
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => Some("ECONNRESET".into()),
        io::ErrorKind::TimedOut => Some("ETIMEDOUT".into()),
        _ => None,
    }
}

/// Whether the server closed the connection before it had sent a response.
pub(crate) fn is_closed_by_server(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
}

/// The code that Node.js has for the reason why an open connection was lost.
pub(crate) fn code_of_loss(error: &(dyn std::error::Error + 'static)) -> Option<Cow<'static, str>> {
    if is_closed_by_server(error) {
        return Some("ECONNRESET".into());
    }
    // TLS can also fail after the handshake, if the server rejects the client.
    let (_, code, _) = describe_tls("server", error.downcast_ref()?, ClientCertificate::NotRequested);
    code
}

#[cfg(test)]
mod tests {
    use rustls::AlertDescription;

    use super::*;

    #[test]
    fn a_message_names_the_proxy() {
        let error = rustls::Error::General("secret".into());
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        let reason = Reason::Tls(error, ClientCertificate::NotRequested);
        assert_eq!(
            reason.into_error("api.zexa.ao:443", Some("proxy.example:3128")).message,
            "cannot connect to api.zexa.ao:443 through the proxy proxy.example:3128: the TLS handshake with the server failed"
        );
    }

    #[test]
    fn a_lost_connection_has_a_code() {
        let rejected = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        for (error, code) in [
            (io::Error::from_raw_os_error(104), Some("ECONNRESET")),
            (io::ErrorKind::UnexpectedEof.into(), Some("ECONNRESET")),
            (io::Error::new(io::ErrorKind::InvalidData, rejected), Some("EPROTO")),
            (io::ErrorKind::OutOfMemory.into(), None),
        ] {
            assert_eq!(code_of_loss(&error).as_deref(), code, "{error}");
        }
        assert_eq!(code_of_loss(&std::fmt::Error), None);
    }

    #[test]
    fn system_errors() {
        let error = Reason::Tcp(io::Error::from_raw_os_error(111)).into_error("127.0.0.1:1", None);
        assert_eq!(error.message, "cannot connect to 127.0.0.1:1: connection refused");
        assert_eq!((error.code.as_deref(), error.number, error.is_permanent), (Some("ECONNREFUSED"), Some(111), false));
    }
}
