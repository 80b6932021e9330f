//! Describes in a sentence why a TLS handshake has failed.

use std::borrow::Cow;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::super::identity::ClientCertificate;
use super::super::pinned;
use super::failure::{code, in_words};

/// What a server that requires a client certificate lacks.
pub(super) const SET_CLIENT_CERTIFICATE: &str = "set `client_cert_file` and `client_key_file`";

/// A description, the code that Node.js has for the reason, and whether another attempt would fail in the same way.
type Description = (String, Option<Cow<'static, str>>, bool);

/// Describes a failed handshake with the peer, which is the server or a proxy.
pub(super) fn describe_tls(peer: &str, error: &io::Error, certificate: ClientCertificate) -> Description {
    let Some(error) = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) else {
        return (
            format!("the {peer} closed the connection during the TLS handshake ({})", in_words(error)),
            code(error),
            false,
        );
    };
    let protocol_error = |message: String, is_permanent| (message, Some("EPROTO".into()), is_permanent);
    match error {
        rustls::Error::InvalidCertificate(error) => {
            let (what, code) = describe_certificate(error);
            (format!("the {peer}'s certificate {what}"), Some(code.into()), true)
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            protocol_error(format!("the {peer} does not use TLS on this port: it may be a port for http://"), true)
        }
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            protocol_error(format!("the {peer} supports neither TLS 1.2 nor TLS 1.3"), true)
        }
        rustls::Error::AlertReceived(alert) => match describe_rejection(*alert, certificate) {
            Some(rejection) => protocol_error(format!("the {peer} {rejection}"), true),
            None => {
                let hint = match (*alert, certificate) {
                    // In TLS 1.2, there is no alert for a missing client certificate.
                    (AlertDescription::HandshakeFailure, ClientCertificate::Missing) => {
                        format!(" after it had requested a client certificate: {SET_CLIENT_CERTIFICATE}")
                    }
                    _ => String::new(),
                };
                let alert = alert_in_words(*alert);
                protocol_error(format!("the {peer} aborted the TLS handshake with the alert \"{alert}\"{hint}"), false)
            }
        },
        rustls::Error::PeerIncompatible(_) | rustls::Error::NoApplicationProtocol => {
            protocol_error(format!("the {peer} supports no TLS version or cipher suite that the client supports"), true)
        }
        _ => protocol_error(format!("the TLS handshake with the {peer} failed"), false),
    }
}

/// Describes an alert with which a server rejects the client certificate, or the lack of one. `None` if it is another alert.
pub(super) fn describe_rejection(alert: AlertDescription, certificate: ClientCertificate) -> Option<String> {
    use AlertDescription as Alert;

    if !matches!(
        alert,
        Alert::CertificateRequired
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::UnknownCA
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateUnknown
    ) {
        return None;
    }
    match certificate {
        ClientCertificate::NotRequested => None,
        ClientCertificate::Missing => Some(format!("requires a client certificate: {SET_CLIENT_CERTIFICATE}")),
        ClientCertificate::Sent => {
            let reason = match alert {
                Alert::CertificateExpired => ", because it has expired".into(),
                Alert::CertificateRevoked => ", because it was revoked".into(),
                Alert::UnknownCA => ", because it does not trust the issuer".into(),
                alert => format!(" with the alert \"{}\"", alert_in_words(alert)),
            };
            Some(format!("rejected the client certificate{reason}"))
        }
    }
}

fn describe_certificate(error: &CertificateError) -> (Cow<'static, str>, &'static str) {
    let (what, code) = match error {
        CertificateError::UnknownIssuer => (
            "has an unknown issuer: to trust your company's own certificate authority, set `ca_file`",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("has expired, or the clock of this machine is wrong", "CERT_HAS_EXPIRED")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet, or the clock of this machine is wrong", "CERT_NOT_YET_VALID")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("is not valid for this host name", "ERR_TLS_CERT_ALTNAME_INVALID")
        }
        CertificateError::Revoked => ("was revoked", "CERT_REVOKED"),
        // As with an authority that was created again with the same name.
        CertificateError::BadSignature | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            "has an invalid signature: a trusted authority has the name of its issuer, but another key",
            "CERT_SIGNATURE_FAILURE",
        ),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. } => {
            ("has a signature of an unsupported algorithm", "CERT_SIGNATURE_FAILURE")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ("is not a server certificate", "INVALID_PURPOSE")
        }
        error if pinned::is_of_authority(error) => {
            ("is a certificate of an authority, not of a server", "INVALID_PURPOSE")
        }
        // As that of the verifier of Windows or macOS.
        CertificateError::Other(reason) => {
            return (format!("is invalid: {}", reason_in_words(reason)).into(), REJECTED);
        }
        _ => ("is invalid", REJECTED),
    };
    (what.into(), code)
}

/// The code of a certificate that is invalid for another reason.
const REJECTED: &str = "CERT_REJECTED";

/// The text of an error: a sentence of the system, or a name.
fn reason_in_words(reason: &impl ToString) -> String {
    let reason = reason.to_string();
    let reason = reason.trim_end_matches('.');
    if reason.contains(char::is_whitespace) { reason.to_owned() } else { words(reason) }
}

fn alert_in_words(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::UnknownCA => "unknown ca".to_owned(),
        alert => words(&format!("{alert:?}")),
    }
}

/// Splits a name into words: `HandshakeFailure` becomes `handshake failure`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;

    use super::*;

    fn described(error: rustls::Error, certificate: ClientCertificate) -> Description {
        describe_tls("server", &io::Error::new(io::ErrorKind::InvalidData, error), certificate)
    }

    #[test]
    fn an_untrusted_certificate() {
        let error = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let (message, code, is_permanent) = described(error, ClientCertificate::NotRequested);
        assert_eq!(
            message,
            "the server's certificate has an unknown issuer: to trust your company's own certificate authority, set `ca_file`"
        );
        assert_eq!((code.as_deref(), is_permanent), (Some("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), true));
    }

    #[test]
    fn a_certificate_that_is_invalid_for_another_reason() {
        for (reason, expected) in [
            (
                "A certificate was explicitly revoked by its issuer. (0x800B010C)",
                "A certificate was explicitly revoked by its issuer. (0x800B010C)",
            ),
            ("The trust anchor is not valid.", "The trust anchor is not valid"),
            ("UnsupportedCriticalExtension", "unsupported critical extension"),
        ] {
            let error = CertificateError::Other(OtherError(Arc::new(io::Error::other(reason))));
            let (message, code, _) =
                described(rustls::Error::InvalidCertificate(error), ClientCertificate::NotRequested);
            assert_eq!(message, format!("the server's certificate is invalid: {expected}"));
            assert_eq!(code.as_deref(), Some("CERT_REJECTED"));
        }
    }

    #[test]
    fn errors_of_rustls_become_sentences() {
        for error in [
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
            rustls::Error::AlertReceived(AlertDescription::InternalError),
            rustls::Error::General("secret".into()),
        ] {
            let (message, _, _) = described(error, ClientCertificate::NotRequested);
            assert!(!message.contains(['(', '{']) && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn alerts_about_the_client_certificate() {
        use AlertDescription as Alert;
        use ClientCertificate::{Missing, NotRequested, Sent};

        const MISSING: &str = "the server requires a client certificate: set `client_cert_file` and `client_key_file`";
        for (alert, certificate, message, is_permanent) in [
            (Alert::CertificateRequired, Missing, MISSING, true),
            (Alert::BadCertificate, Missing, MISSING, true),
            (
                Alert::CertificateExpired,
                Sent,
                "the server rejected the client certificate, because it has expired",
                true,
            ),
            (
                Alert::UnknownCA,
                Sent,
                "the server rejected the client certificate, because it does not trust the issuer",
                true,
            ),
            (
                Alert::CertificateUnknown,
                Sent,
                "the server rejected the client certificate with the alert \"certificate unknown\"",
                true,
            ),
            (
                Alert::HandshakeFailure,
                Missing,
                "the server aborted the TLS handshake with the alert \"handshake failure\" after it had requested a client certificate: \
                 set `client_cert_file` and `client_key_file`",
                false,
            ),
            (
                Alert::UnknownCA,
                NotRequested,
                "the server aborted the TLS handshake with the alert \"unknown ca\"",
                false,
            ),
        ] {
            let (described, _, permanent) = described(rustls::Error::AlertReceived(alert), certificate);
            assert_eq!((described.as_str(), permanent), (message, is_permanent));
        }
    }
}
