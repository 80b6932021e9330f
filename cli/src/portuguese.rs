//! Errors of the client in Portuguese. The client's messages are English; the text of the API is quoted.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};
use zexa::{Error, Kind, binding};

use crate::texts::{Language, Texts};

static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::new(Language::Portuguese, &[FILE]));

const FILE: &str = include_str!("../locales/pt/errors.ftl");

/// The start of a reason of the client, and the id of its translation.
const REASONS: [(&str, &str); 17] = [
    ("is required and must not be empty", "required"),
    ("must not be empty", "empty"),
    ("is required unless a template", "content"),
    ("must be an E.164 number", "number"),
    ("must be a URL that starts with https://", "https"),
    ("must contain at least one event", "events"),
    ("must be a valid URL with a host", "url"),
    ("must start with https://, as in", "url-start"),
    ("must start with https://, because", "url-plain"),
    ("must not have port 0", "url-port"),
    ("must not have a query", "url-query"),
    ("must not have a user name", "url-user"),
    ("must not contain spaces, line breaks", "ascii"),
    ("must start with a single slash", "slash"),
    ("must not contain ?, #", "path"),
    ("must not contain a segment of dots", "dots"),
    ("must be at most 1024 bytes long", "long"),
];

/// Return the message of an error. `option` returns the name that a field has on the command line.
pub(crate) fn message(error: &Error, option: impl Fn(&str) -> String) -> String {
    let sentence = of_field(error, option).or_else(|| of_connection(error)).unwrap_or_else(|| of_kind(error));
    if error.attempts() == 0 {
        return sentence;
    }
    let facts = [
        error.code().map(str::to_owned),
        error.status().and_then(|status| find("fact-status", &[("status", status.to_string().into())])),
        error.request_id().and_then(|id| find("fact-request", &[("id", id.into())])),
        find("fact-outcome", &[("outcome", error.outcome().as_str().into()), ("attempts", error.attempts().into())]),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    find("call", &[("sentence", sentence.as_str().into()), ("facts", facts.into())]).unwrap_or(sentence)
}

/// An argument or an option that is invalid, which is known before anything is sent.
fn of_field(error: &Error, option: impl Fn(&str) -> String) -> Option<String> {
    let details = error.details().filter(|_| error.attempts() == 0)?;
    let (field, reason) = (details["field"].as_str()?, details["reason"].as_str()?);
    if let Some(sentence) = of_ledger(reason) {
        return Some(sentence);
    }
    let known = REASONS.iter().find(|(start, _)| reason.starts_with(start));
    let reason = match known {
        Some((_, id)) => find(&format!("reason-{id}"), &[])?,
        None => find("reason-other", &[("reason", reason.into())])?,
    };
    let start = error.message().strip_prefix("the environment variable ");
    match start.and_then(|rest| rest.split(' ').next()) {
        Some(variable) => find("variable", &[("name", variable.into()), ("reason", reason.into())]),
        None => find("field", &[("name", option(field).into()), ("reason", reason.into())]),
    }
}

/// A ledger that another server or another API key has created.
fn of_ledger(reason: &str) -> Option<String> {
    let (path, owner) = reason.split_once(" belongs to ")?;
    if owner.starts_with("another API key") {
        return find("ledger-key", &[("path", path.into())]);
    }
    let (origin, rest) = owner.split_once(", and this client uses ")?;
    let current = rest.split_once("; ").map_or(rest, |(current, _)| current);
    find("ledger-origin", &[("path", path.into()), ("origin", origin.into()), ("current", current.into())])
}

/// A connection that could not be opened, or was lost.
fn of_connection(error: &Error) -> Option<String> {
    let code = binding::reason_code(error).filter(|_| error.status().is_none())?;
    let reason = find(&format!("code-{code}"), &[])?;
    let peer = error.message().strip_prefix("cannot connect to ").and_then(|rest| Some(rest.split_once(": ")?.0));
    match peer.map(|peer| peer.split_once(" through the proxy ").ok_or(peer)) {
        None => find("lost", &[("reason", reason.into())]),
        Some(Err(peer)) => find("connect", &[("peer", peer.into()), ("reason", reason.into())]),
        Some(Ok((peer, proxy))) => {
            let peer = find("peer-proxy", &[("peer", peer.into()), ("proxy", proxy.into())])?;
            find("connect", &[("peer", peer.into()), ("reason", reason.into())])
        }
    }
}

/// What the kind says, with the message.
fn of_kind(error: &Error) -> String {
    let sentence = find(&format!("kind-{}", error.kind().as_str()), &[]).or_else(|| find("kind-other", &[]));
    let sentence = sentence.unwrap_or_default();
    // It would only repeat the sentence, in English.
    if error.kind() == Kind::Timeout && error.status().is_none() {
        return sentence;
    }
    let arguments = [("sentence", sentence.as_str().into()), ("message", error.message().into())];
    find("quoted", &arguments).unwrap_or(sentence)
}

fn find(id: &str, values: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        arguments.set(*name, value.clone());
    }
    TEXTS.find(id, Some(&arguments))
}

#[cfg(test)]
mod tests {
    use zexa::{Client, CreateWebhook, SendMessage};

    use super::*;

    fn of(error: Error) -> String {
        message(&error, |field| format!("--{field}"))
    }

    fn error(url: &str, run: impl FnOnce(Client) -> zexa::Result<()>) -> Error {
        Client::builder().api_key("zx_key").base_url(url).max_retries(0).build().and_then(run).expect_err(url)
    }

    #[test]
    fn each_reason_is_translated() {
        for (start, id) in REASONS {
            assert!(find(&format!("reason-{id}"), &[]).is_some(), "{start}");
        }
    }

    #[test]
    fn arguments() {
        let send = |to: &str, body: &str| {
            let message = SendMessage::sms(to, "ZEXA", body);
            error("http://127.0.0.1:1", move |client| client.messages().send(&message).map(drop))
        };
        assert_eq!(of(send("", "Hi")), "«--to» é obrigatório, e não pode estar vazio");
        assert!(of(send("912", "Hi")).starts_with("«--to» tem de ser um número como +244912345678"));
        let webhook = error("http://127.0.0.1:1", |client| {
            client.webhooks().create(&CreateWebhook::new("http://a.example", ["*"])).map(drop)
        });
        assert!(of(webhook).starts_with("«--url» tem de ser um URL que começa por https://"));
        for (url, text) in [
            ("ftp://a.example", "«--base_url» tem de começar por https://, como"),
            ("http://a.example", "«--base_url» tem de começar por https://, porque"),
            ("https://", "«--base_url» tem de ser um URL válido"),
            ("https://a.example/?a=b", "«--base_url» não pode ter parâmetros"),
            ("https://user:secret@a.example/", "«--base_url» não pode ter um nome de utilizador"),
        ] {
            let message = of(error(url, |_| Ok(())));
            assert!(message.starts_with(text), "{message}");
        }
        let paths = [("a", "uma só barra"), ("/a?b", "use --query"), ("/../a", "só com pontos")];
        for (path, text) in paths {
            let result = |client: Client| binding::request(&client, zexa::Method::Get, path, &[], None).map(drop);
            let message = of(error("http://127.0.0.1:1", result));
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn connections() {
        let get = |client: Client| client.credits().get().map(drop);
        let refused = of(error("http://127.0.0.1:1", get));
        assert_eq!(
            refused,
            "não é possível ligar a 127.0.0.1:1: a ligação foi recusada (não enviado após 1 tentativa)"
        );
    }

    #[test]
    fn the_text_of_the_api_is_quoted() {
        let sandbox = zexa_sandbox::Sandbox::start();
        let message = of(error(sandbox.url(), |client| client.credits().get().map(drop)));
        let start = "a API não aceita a chave de API: «The API key is missing, invalid or revoked.» (unauthorized, estado 401, pedido req_";
        assert!(message.starts_with(start) && message.ends_with(", recusado após 1 tentativa)"), "{message}");
    }

    #[test]
    fn the_kinds_have_sentences() {
        for kind in [Kind::Connect, Kind::Decode, Kind::RateLimited, Kind::Server, Kind::Timeout, Kind::Unauthorized] {
            assert!(find(&format!("kind-{}", kind.as_str()), &[]).is_some(), "{kind:?}");
        }
    }
}
