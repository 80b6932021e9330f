//! [`DatabaseUrl`]: the URL of a ledger in a database. No error quotes a part of it, because a password that is not encoded can end anywhere.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The parameters of the URL that are passed on to the driver.
const PASSED_ON: [&str; 9] =
    ["application_name", "connect_timeout", "dbname", "host", "hostaddr", "options", "password", "port", "user"];

/// The ledger of a URL that does not name one.
const DEFAULT_LEDGER: &str = "default";

/// The maximum length of the name of a ledger.
const MAX_NAME: usize = 100;

/// The checked URL of a ledger in a database.
pub(super) struct DatabaseUrl {
    /// The URL without the parameters of this library. It may contain the password.
    url: Zeroizing<String>,
    /// The password of the environment, if the URL has none.
    password: Option<Zeroizing<String>>,
    pub(super) uses_tls: bool,
    /// The file with the certificate authorities of the server.
    pub(super) root_certificates: Option<PathBuf>,
    /// The name of the ledger in the database.
    pub(super) ledger: String,
    /// The URL without the password and without other parameters, for messages.
    pub(super) shown: String,
    /// The number of servers that are tried.
    pub(super) hosts: u32,
    pub(super) connect_timeout: Option<Duration>,
}

impl DatabaseUrl {
    /// Parses the URL.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the URL is invalid.
    pub(super) fn parse(url: &str, password: Option<Zeroizing<String>>) -> Result<DatabaseUrl> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut rest = Zeroizing::new(String::with_capacity(url.len() + 1));
        rest.push_str(base);
        let (mut ledger, mut mode, mut root_certificates) = (DEFAULT_LEDGER.to_owned(), None, None);
        let mut separator = '?';
        let mut names = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if names.contains(&name) {
                return Err(invalid("has the same parameter twice"));
            }
            names.push(name);
            let decoded =
                || percent_decode_str(value).decode_utf8().map_err(|_| invalid("has a value that is not UTF-8"));
            match name {
                "ledger" => ledger = checked_name(&decoded()?)?,
                "sslmode" => mode = Some(tls_mode(&decoded()?)?),
                "sslrootcert" => root_certificates = Some(PathBuf::from(&*decoded()?)),
                name if PASSED_ON.contains(&name) => {
                    rest.push(separator);
                    rest.push_str(parameter);
                    separator = '&';
                }
                _ => {
                    let known = PASSED_ON.join("`, `");
                    let reason =
                        format!("has an unknown parameter; valid are `ledger`, `sslmode`, `sslrootcert`, `{known}`");
                    return Err(invalid(&reason));
                }
            }
        }
        let config: Config = rest.parse().map_err(|_| {
            let example = "postgres://user:password@db.example:5432/zexa?ledger=june";
            invalid(&format!(
                "is not a valid URL; it must be like {example}, with special characters of the password encoded as %XX"
            ))
        })?;
        if config.get_hosts().is_empty() {
            return Err(invalid("must name a host, or the directory of a socket with `host=`"));
        }
        let is_local =
            config.get_hosts().iter().all(is_local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        Ok(DatabaseUrl {
            password: password.filter(|_| config.get_password().is_none()),
            uses_tls: mode.unwrap_or(!is_local),
            root_certificates,
            shown: shown(&config, &ledger),
            hosts: u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX),
            connect_timeout: config.get_connect_timeout().copied(),
            ledger,
            url: rest,
        })
    }

    /// The configuration of a connection. It contains the password, so it is not kept.
    pub(super) fn config(&self) -> Config {
        let mut config: Config = self.url.parse().expect("it was checked");
        if let Some(password) = &self.password {
            config.password(password.as_bytes());
        }
        if config.get_application_name().is_none() {
            config.application_name("zexa");
        }
        config.ssl_mode(if self.uses_tls { SslMode::Require } else { SslMode::Disable });
        // After a failover, the old primary may still accept connections as a standby.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config
    }
}

fn invalid(reason: &str) -> Error {
    Error::config("ledger", reason)
}

fn checked_name(name: &str) -> Result<String> {
    match name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        true => Err(invalid(&format!(
            "has an invalid `ledger` parameter: it must have 1 to {MAX_NAME} bytes without control characters"
        ))),
        false => Ok(name.to_owned()),
    }
}

/// Whether a mode uses TLS. The certificate of the server is always verified.
fn tls_mode(mode: &str) -> Result<bool> {
    match mode {
        "disable" => Ok(false),
        "require" | "verify-ca" | "verify-full" => Ok(true),
        _ => Err(invalid(
            "has an invalid `sslmode`: it must be `verify-full`, or `disable` to send everything unencrypted",
        )),
    }
}

/// Whether connections to a host stay on this machine.
fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config, ledger: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let user = config.get_user().map(|user| format!("{}@", encoded(user))).unwrap_or_default();
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let name = match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => encoded(&path.to_string_lossy()),
        };
        match ports.get(index).or(ports.first()).filter(|port| **port != 5432) {
            Some(port) => format!("{name}:{port}"),
            None => name,
        }
    });
    let hosts: Vec<_> = hosts.collect();
    let database = config.get_dbname().map(encoded).unwrap_or_default();
    format!(
        "postgres://{user}{}/{database}?ledger={}",
        hosts.join(","),
        encoded(ledger).replace("%2D", "-").replace("%5F", "_")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> DatabaseUrl {
        DatabaseUrl::parse(url, Some(Zeroizing::new("of-env".into()))).unwrap_or_else(|error| panic!("{error}"))
    }

    fn reason(url: &str) -> String {
        DatabaseUrl::parse(url, None).err().expect("invalid").to_string()
    }

    #[test]
    fn the_parts_of_a_url() {
        let url =
            parse("postgres://ana:s%2Fcret@db.example:5433/zexa?ledger=june-1&sslmode=require&application_name=shop");
        assert_eq!((url.ledger.as_str(), url.uses_tls), ("june-1", true));
        assert_eq!(url.shown, "postgres://ana@db.example:5433/zexa?ledger=june-1");
        let config = url.config();
        assert_eq!(config.get_password(), Some(&b"s/cret"[..]));
        assert_eq!((config.get_application_name(), config.get_ssl_mode()), (Some("shop"), SslMode::Require));
        let url = parse("postgresql://db.example,other.example/zexa?user=ana");
        assert_eq!((url.ledger.as_str(), url.hosts), (DEFAULT_LEDGER, 2));
        assert_eq!(url.config().get_password(), Some(&b"of-env"[..]));
        assert_eq!(url.shown, "postgres://ana@db.example,other.example/zexa?ledger=default");
    }

    #[test]
    fn what_is_shown_is_a_url_of_the_same_ledger() {
        for url in
            ["postgres://ana:b@[::1]:7000/my%20db?ledger=a%26b", "postgres:///zexa?host=/run/postgresql&port=6000"]
        {
            let once = parse(url);
            let again = parse(&once.shown);
            assert_eq!((&again.shown, &again.ledger), (&once.shown, &once.ledger));
            assert_eq!(again.config().get_hosts(), once.config().get_hosts());
        }
    }

    #[test]
    fn tls_is_verified_unless_the_host_is_local() {
        for (url, uses_tls) in [
            ("postgres://localhost/zexa", false),
            ("postgres://127.0.0.2/zexa", false),
            ("postgres://[::1]/zexa", false),
            ("postgres:///zexa?host=/run/postgresql", false),
            ("postgres://localhost,db.example/zexa", true),
            ("postgres://db.example/zexa", true),
            ("postgres://db.example/zexa?sslmode=disable", false),
            ("postgres://localhost/zexa?sslmode=verify-full", true),
            ("postgres://localhost/zexa?hostaddr=10.0.0.1", true),
        ] {
            assert_eq!(parse(url).uses_tls, uses_tls, "{url}");
        }
    }

    #[test]
    fn an_error_quotes_nothing() {
        for url in [
            "postgres://ana:zx_secret@db.example:port/zexa",
            "postgres://ana:x?zx_secret@db.example/zexa",
            "postgres://ana:x?zx_secret=1@db.example/zexa",
            "postgres://ana:zx_secret@db.example/zexa?sslmode=zx_secret",
            "postgres://ana:zx_secret@db.example/zexa?ledger=",
            "postgres://db.example/zexa?ledger=zx_secret&ledger=other",
            "postgres:///zexa?password=zx_secret",
        ] {
            let text = reason(url);
            assert!(
                text.starts_with("config: `ledger` ") && !text.contains("secret") && !text.contains("zx_"),
                "{text}"
            );
        }
    }
}
