//! The proxy that the environment selects, by the rules of the client.

use std::net::IpAddr;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::probe;
use crate::context::environment;

/// A proxy, and the variable that it is from.
pub(super) struct Proxy {
    pub(super) variable: &'static str,
    url: Url,
    /// The value of the `Proxy-Authorization` header.
    pub(super) authorization: Option<String>,
}

impl Proxy {
    /// Return the proxy for the base URL. `None` without a proxy, or if its variable is invalid, which the client reports.
    pub(super) fn of(api: &Url) -> Option<Proxy> {
        if is_loopback(api) {
            return None;
        }
        let names = match api.scheme() {
            "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
            _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let (variable, text) = names.into_iter().find_map(|name| Some((name, environment(name)?)))?;
        let exceptions = environment("NO_PROXY").or_else(|| environment("no_proxy")).unwrap_or_default();
        let matcher = Matcher::builder().all(text.as_str()).no(exceptions).build();
        let intercept = matcher.intercept(&api.as_str().parse().ok()?)?;
        let authorization = intercept.basic_auth().and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = if text.contains("://") { text } else { format!("http://{text}") };
        Some(Proxy { variable, url: Url::parse(&text).ok()?, authorization })
    }

    /// Return the URL without the user name and the password.
    pub(super) fn shown(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    /// Return the host and the port, to show.
    pub(super) fn authority(&self) -> String {
        let (host, port) = self.host_and_port();
        format!("{host}:{port}")
    }

    /// Return the host and the port to connect to.
    pub(super) fn host_and_port(&self) -> (String, u16) {
        let (host, port) = probe::host_and_port(&self.url);
        // The standard knows no default port for SOCKS.
        (host, if port == 0 { 1080 } else { port })
    }

    /// Whether the proxy is one that a certificate can be seen through with CONNECT, without TLS to the proxy.
    pub(super) fn is_http(&self) -> bool {
        self.url.scheme() == "http"
    }
}

/// Whether the host is this machine, which is never reached through a proxy.
fn is_loopback(url: &Url) -> bool {
    let (host, _) = probe::host_and_port(url);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
