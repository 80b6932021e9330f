//! Certificates for the tests, valid and invalid.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// A certificate with its private key, as PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    /// The certificate, followed by the intermediate certificates.
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub(crate) pem: String,
    /// The certificates of the authorities between this one and the root.
    intermediates: String,
}

/// The parameters of a certificate for `localhost`.
pub(crate) fn localhost() -> CertificateParams {
    named("localhost", &["localhost", "127.0.0.1"])
}

/// The parameters of a certificate for these hosts.
pub(crate) fn named(common_name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("valid names");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

pub(crate) fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2019, 1, 1);
    params.not_after = date_time_ymd(2020, 1, 1);
    params
}

pub(crate) fn not_yet_valid(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2124, 1, 1);
    params.not_after = date_time_ymd(2125, 1, 1);
    params
}

pub(crate) fn for_clients(mut params: CertificateParams) -> CertificateParams {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// Marks the certificate as that of an authority, as `openssl req -x509` does.
pub(crate) fn of_authority(mut params: CertificateParams) -> CertificateParams {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// Creates a certificate that is its own issuer.
pub(crate) fn self_signed(params: CertificateParams) -> Pair {
    let key = new_key();
    let certificate = params.self_signed(&key).expect("a certificate");
    Pair { chain: certificate.pem(), key: key.serialize_pem() }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let (params, key) = (Authority::params(name), new_key());
        let certificate = params.self_signed(&key).expect("a certificate");
        Authority::of(params, key, &certificate, String::new())
    }

    /// Creates an authority whose certificate this one has issued.
    pub(crate) fn intermediate(&self, name: &str) -> Authority {
        let (params, key) = (Authority::params(name), new_key());
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let intermediates = certificate.pem() + &self.intermediates;
        Authority::of(params, key, &certificate, intermediates)
    }

    fn of(params: CertificateParams, key: KeyPair, certificate: &Certificate, intermediates: String) -> Authority {
        Authority { issuer: Issuer::new(params, key), pem: certificate.pem(), intermediates }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = of_authority(named(name, &[]));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }

    pub(crate) fn issue(&self, mut params: CertificateParams) -> Pair {
        params.use_authority_key_identifier_extension = true;
        let key = new_key();
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Pair { chain: certificate.pem() + &self.intermediates, key: key.serialize_pem() }
    }
}
