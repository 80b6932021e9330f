//! Posts events to webhooks, and records the attempts.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::server::Server;
use crate::world::webhooks::Attempt;

/// Delays before the second and the third attempt. They are short, to keep tests fast.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// Posts the deliveries of one webhook, one after the other, until the server stops.
pub(crate) async fn post_all(
    server: Arc<Server>,
    client: reqwest::Client,
    url: String,
    mut queue: UnboundedReceiver<usize>,
) {
    let posting = async {
        while let Some(number) = queue.recv().await {
            deliver(&server, &client, &url, number).await;
        }
    };
    tokio::select! {
        () = posting => {}
        () = server.stopped() => {}
    }
}

async fn deliver(server: &Server, client: &reqwest::Client, url: &str, number: usize) {
    let payload = server.world().lock().webhooks.deliveries[number].payload.to_string();
    for wait in WAITS.into_iter().map(Some).chain([None]) {
        let attempt = post(client, url, payload.clone()).await;
        let delivered = attempt.status.is_some_and(|status| (200..300).contains(&status));
        {
            let delivery = &mut server.world().lock().webhooks.deliveries[number];
            delivery.attempts.push(attempt);
            match (delivered, wait) {
                (true, _) => delivery.state = "delivered",
                (false, None) => delivery.state = "failed",
                (false, Some(_)) => {}
            }
        }
        server.world().notify_all();
        match wait {
            Some(wait) if !delivered => tokio::time::sleep(wait).await,
            _ => return,
        }
    }
}

async fn post(client: &reqwest::Client, url: &str, payload: String) -> Attempt {
    let request = client.post(url).header("content-type", "application/json").body(payload);
    match request.send().await {
        Ok(response) => Attempt { status: Some(response.status().as_u16()), error: None },
        Err(error) => Attempt { status: None, error: Some(error.to_string()) },
    }
}

/// Returns a client that accepts any certificate, because tests use self-signed certificates.
pub(crate) fn client() -> reqwest::Client {
    let provider = Arc::new(ring::default_provider());
    let tls = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring supports the usual versions of TLS")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("zexa-sandbox/", env!("CARGO_PKG_VERSION")))
        .build()
        .expect("the settings above are valid")
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
