//! [`Rejected`]: a server that rejects the client certificate, or the lack of one, after the handshake of the client.
//!
//! In TLS 1.3, the client completes the handshake first, and sends the request immediately. A server that requires a certificate reads the client's
//! part of the handshake before the request, and aborts the handshake with an alert. It has then not read the request, and cannot decrypt it later.

use std::fmt;
use std::io;

use rustls::AlertDescription;

use super::super::identity::ClientCertificate;
use super::tls_failure::describe_rejection;

/// A server has aborted the handshake because of the client certificate. It has not processed the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rejected {
    alert: AlertDescription,
    certificate: ClientCertificate,
}

/// The alerts that servers send about the certificate of a client. Outside of a handshake, they have no meaning.
const ALERTS: [AlertDescription; 7] = [
    AlertDescription::CertificateRequired,
    AlertDescription::CertificateExpired,
    AlertDescription::CertificateRevoked,
    AlertDescription::UnknownCA,
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
    AlertDescription::CertificateUnknown,
];

impl Rejected {
    /// The rejection that an error of a TLS stream reports, if nothing else was received before.
    pub(super) fn of_first_read(error: &io::Error, certificate: ClientCertificate) -> Option<Rejected> {
        let Some(rustls::Error::AlertReceived(alert)) = error.get_ref()?.downcast_ref() else { return None };
        describe_rejection(*alert, certificate).map(|_| Rejected { alert: *alert, certificate })
    }

    /// Finds the rejection in an error of the HTTP library.
    pub(crate) fn find(error: &(dyn std::error::Error + 'static)) -> Option<Rejected> {
        let cause = error.downcast_ref::<io::Error>()?.get_ref()?;
        // The HTTP/2 library keeps only the text of an I/O error.
        let of_text = || Rejected::all().find(|rejected| rejected.to_string() == cause.to_string());
        cause.downcast_ref().copied().or_else(of_text)
    }

    fn all() -> impl Iterator<Item = Rejected> {
        let of_state = |certificate| ALERTS.into_iter().map(move |alert| Rejected { alert, certificate });
        [ClientCertificate::Missing, ClientCertificate::Sent].into_iter().flat_map(of_state)
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = describe_rejection(self.alert, self.certificate).unwrap_or_default();
        write!(f, "the server {description}")
    }
}

impl std::error::Error for Rejected {}

impl From<Rejected> for io::Error {
    fn from(rejected: Rejected) -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionAborted, rejected)
    }
}
