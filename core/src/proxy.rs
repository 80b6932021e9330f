//! [`Route`]: whether a client connects directly or through a proxy, which the option `proxy` or the environment sets.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use crate::config::secret_header;
use crate::environment::Environment;
use crate::url::{is_loopback, names_host};
use crate::{Error, Result};

/// The maximum length of the user name and of the password in bytes. SOCKS encodes the length as one byte.
const MAX_SOCKS_CREDENTIAL: usize = 255;

/// How connections are opened. Determined when the client is created.
#[derive(Clone)]
pub(crate) enum Route {
    Direct,
    Proxy(Arc<Proxy>),
}

/// A proxy for all connections.
pub(crate) struct Proxy {
    pub(crate) protocol: Protocol,
    /// The URL of the proxy, without user name and password.
    pub(crate) uri: Uri,
    /// Host and port, for errors.
    pub(crate) authority: String,
    /// User name and password, for SOCKS.
    pub(crate) credentials: Option<Credentials>,
    /// The value of the `Proxy-Authorization` header, for HTTP proxies.
    pub(crate) authorization: Option<HeaderValue>,
}

/// User name and password.
pub(crate) type Credentials = (Zeroizing<String>, Zeroizing<String>);

/// The protocol between the client and a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    Https,
    /// The client resolves host names.
    Socks5,
    /// The proxy resolves host names.
    Socks5h,
}

impl Protocol {
    fn of(scheme: &str) -> Option<(Protocol, u16)> {
        match scheme {
            "http" => Some((Protocol::Http, 80)),
            "https" => Some((Protocol::Https, 443)),
            "socks5" => Some((Protocol::Socks5, 1080)),
            "socks5h" => Some((Protocol::Socks5h, 1080)),
            _ => None,
        }
    }

    pub(crate) fn is_socks(self) -> bool {
        matches!(self, Protocol::Socks5 | Protocol::Socks5h)
    }
}

impl Route {
    /// Returns the route of the option `proxy`.
    ///
    /// # Errors
    ///
    /// If the proxy is invalid or would receive the API key unencrypted.
    pub(crate) fn by_option(proxy: &str, base_url: &Url, allow_http: bool) -> Result<Route> {
        Route::through(proxy, "", base_url, allow_http)
    }

    /// Returns the route of the usual environment variables. Empty variables count as unset.
    ///
    /// # Errors
    ///
    /// The same as [`by_option`](Route::by_option). A proxy is never bypassed because its variable is invalid.
    pub(crate) fn by_environment(environment: &Environment, base_url: &Url, allow_http: bool) -> Result<Route> {
        if is_loopback(base_url) {
            return Ok(Route::Direct);
        }
        let names: &[&str] = match base_url.scheme() {
            "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
            // In a CGI program, a client of the web server can set HTTP_PROXY with the header `Proxy`.
            _ if environment.get("REQUEST_METHOD").is_some() => &["http_proxy", "ALL_PROXY", "all_proxy"],
            _ => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let Some((name, proxy)) = first_variable(environment, names)? else { return Ok(Route::Direct) };
        if let Some((_, exceptions)) = first_variable(environment, &["NO_PROXY", "no_proxy"])?
            && is_exception(base_url, &exceptions)
        {
            return Ok(Route::Direct);
        }
        Route::through(&proxy, &format!("from the environment variable {name} "), base_url, allow_http)
    }

    /// `source` says where the text is from, if it is not the option. It is a part of errors.
    fn through(text: &str, source: &str, base_url: &Url, allow_http: bool) -> Result<Route> {
        let proxy = Proxy::parse(text).map_err(|reason| Error::config("proxy", format_args!("{source}{reason}")))?;
        let is_here = Url::parse(&proxy.uri.to_string()).is_ok_and(|url| is_loopback(&url));
        if base_url.scheme() == "http" && !allow_http && !is_here {
            return Err(Error::config(
                "proxy",
                format_args!(
                    "{source}would receive the API key unencrypted, because base_url starts with http://; to permit that, set allow_http"
                ),
            ));
        }
        Ok(Route::Proxy(Arc::new(proxy)))
    }
}

impl Proxy {
    /// Parses a URL, or a host with a port. Errors do not quote the text, which may contain a password.
    fn parse(text: &str) -> Result<Proxy, String> {
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\\')) {
            return Err("must not contain spaces, quotes or backslashes; percent-encode them in a password".into());
        }
        // The same as curl.
        let scheme = if text.contains("://") { "" } else { "http://" };
        let text = Zeroizing::new([scheme, text].concat());
        let invalid = || "must be a URL such as http://proxy.example:3128".to_owned();
        let url = Url::parse(&text).map_err(|_| invalid())?;
        let Some((protocol, default_port)) = Protocol::of(url.scheme()) else {
            return Err("must start with http://, https://, socks5:// or socks5h://".into());
        };
        let port = url.port().unwrap_or(default_port);
        if !names_host(&text, &url) || port == 0 {
            return Err(invalid());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("must not have a path, a query or a fragment".into());
        }
        let authority = format!("{}:{port}", url.host_str().unwrap_or_default());
        let uri_authority = Authority::try_from(authority.as_str()).map_err(|_| invalid())?;
        let scheme = if protocol == Protocol::Https { Scheme::HTTPS } else { Scheme::HTTP };
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(uri_authority)
            .path_and_query("/")
            .build()
            .map_err(|_| invalid())?;
        let credentials = credentials(&url, protocol);
        // Overwrites the URL, which contains the password.
        drop(Zeroizing::new(String::from(url)));
        let credentials = credentials?;
        let authorization = credentials.as_ref().map(|(user, password)| basic(user, password));
        Ok(Proxy { protocol, uri, authority, credentials, authorization })
    }
}

fn credentials(url: &Url, protocol: Protocol) -> Result<Option<Credentials>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8().map(|text| Zeroizing::new(text.into_owned()));
    let (Ok(user), Ok(password)) = (decode(url.username()), decode(url.password().unwrap_or_default())) else {
        return Err("must have a user name and a password in UTF-8".into());
    };
    if protocol.is_socks() && [&user, &password].iter().any(|part| part.is_empty() || part.len() > MAX_SOCKS_CREDENTIAL)
    {
        return Err("must have a user name and a password of 1 to 255 bytes each for SOCKS".into());
    }
    Ok(Some((user, password)))
}

fn basic(user: &str, password: &str) -> HeaderValue {
    let text = Zeroizing::new([user, ":", password].concat());
    secret_header("Basic ", &Zeroizing::new(STANDARD.encode(text.as_bytes())))
}

/// Returns the name and the value of the first of these variables that is not empty.
fn first_variable(
    environment: &Environment,
    names: &[&'static str],
) -> Result<Option<(&'static str, Zeroizing<String>)>> {
    for name in names {
        if let Some(value) = environment.text("proxy", name)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

/// Whether `NO_PROXY` contains the host, by the rules of curl.
fn is_exception(base_url: &Url, exceptions: &str) -> bool {
    let matcher = Matcher::builder().all("http://proxy.example").no(exceptions).build();
    Uri::try_from(base_url.as_str()).is_ok_and(|uri| matcher.intercept(&uri).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://api.zexa.ao/v1").expect("a URL")
    }

    #[test]
    fn valid_proxies() {
        for (text, protocol, authority) in [
            ("http://proxy.example:3128", Protocol::Http, "proxy.example:3128"),
            ("http://proxy.example", Protocol::Http, "proxy.example:80"),
            ("proxy.example:3128", Protocol::Http, "proxy.example:3128"),
            ("HTTPS://proxy.example/", Protocol::Https, "proxy.example:443"),
            ("socks5://[::1]", Protocol::Socks5, "[::1]:1080"),
            ("socks5h://u:p@10.0.0.1:9", Protocol::Socks5h, "10.0.0.1:9"),
        ] {
            let proxy = Proxy::parse(text).expect(text);
            assert_eq!((proxy.protocol, proxy.authority.as_str()), (protocol, authority), "{text}");
        }
    }

    #[test]
    fn a_password_may_be_percent_encoded() {
        let proxy = Proxy::parse("http://Aladdin:open%20sesame@proxy.example").expect("a proxy");
        assert_eq!(proxy.credentials, Some((String::from("Aladdin").into(), String::from("open sesame").into())));
        assert_eq!(proxy.authorization.expect("a header"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(!proxy.uri.to_string().contains("sesame") && !proxy.authority.contains("sesame"));
    }

    #[test]
    fn an_invalid_proxy_is_an_error() {
        for text in [
            "socks://secret@p:1",
            "\"http://secret@p:1\"",
            "'http://secret@p'",
            "http://secret@p:1\n",
            " http://secret@p",
            "htp://secret@p",
            "http://u:se cret@p",
            "http://secret@p:0",
            "http://secret@p:99999",
            "http:///secret",
            "http://secret@",
            "http://p/secret",
            "http://p?secret",
            "socks5://secret@p",
            "ftp://secret@p",
        ] {
            let error = Route::by_option(text, &base(), false).err().unwrap_or_else(|| panic!("{text} is accepted"));
            assert!(!format!("{error} {error:?} {:?}", error.details()).contains("cret"), "{error}");
        }
    }

    #[test]
    fn a_proxy_on_another_host_does_not_receive_the_key_unencrypted() {
        let base = Url::parse("http://127.0.0.1:1").expect("a URL");
        assert!(Route::by_option("http://proxy.example", &base, false).is_err());
        assert!(Route::by_option("http://proxy.example", &base, true).is_ok());
        assert!(Route::by_option("socks5://127.0.0.1", &base, false).is_ok());
    }

    #[test]
    fn exceptions() {
        for list in ["api.zexa.ao", ".zexa.ao", "zexa.ao", "*", "a.example, zexa.ao"] {
            assert!(is_exception(&base(), list), "{list}");
        }
        for list in ["exa.ao", "example.com", "10.0.0.0/8", ","] {
            assert!(!is_exception(&base(), list), "{list}");
        }
    }
}
