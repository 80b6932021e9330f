//! Issuer, subject and expiry of a certificate.

use std::fmt::Write;

use jiff::civil::DateTime;
use yasna::models::{ObjectIdentifier, TaggedDerValue};
use yasna::tags::{
    TAG_BMPSTRING, TAG_GENERALIZEDTIME, TAG_IA5STRING, TAG_NUMERICSTRING, TAG_PRINTABLESTRING, TAG_TELETEXSTRING,
    TAG_UTCTIME, TAG_UTF8STRING,
};
use yasna::{ASN1Error, ASN1ErrorKind, ASN1Result, BERReader, Tag};

/// Names of the attributes that certificates usually have, by RFC 4519 and RFC 2985.
const ATTRIBUTES: [(&[u64], &str); 14] = [
    (&[2, 5, 4, 3], "CN"),
    (&[2, 5, 4, 4], "SN"),
    (&[2, 5, 4, 5], "SERIALNUMBER"),
    (&[2, 5, 4, 6], "C"),
    (&[2, 5, 4, 7], "L"),
    (&[2, 5, 4, 8], "ST"),
    (&[2, 5, 4, 9], "STREET"),
    (&[2, 5, 4, 10], "O"),
    (&[2, 5, 4, 11], "OU"),
    (&[2, 5, 4, 12], "TITLE"),
    (&[2, 5, 4, 42], "GN"),
    (&[0, 9, 2342, 19200300, 100, 1, 25], "DC"),
    (&[0, 9, 2342, 19200300, 100, 1, 1], "UID"),
    (&[1, 2, 840, 113549, 1, 9, 1], "EMAILADDRESS"),
];

/// Who issued a certificate, and until when it is valid.
#[derive(Debug, PartialEq)]
pub(super) struct Issued {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) not_after: String,
}

/// Read a certificate in DER form. `None` if it is malformed.
pub(super) fn issued(certificate: &[u8]) -> Option<Issued> {
    yasna::parse_der(certificate, |reader| {
        reader.read_sequence(|reader| {
            let issued = reader.next().read_sequence(|reader| {
                let version = Tag::context(0);
                reader.read_optional(|reader| reader.read_tagged(version, |reader| reader.read_u8()))?;
                let _serial_number = reader.next().read_der()?;
                let _signature_algorithm = reader.next().read_der()?;
                let issuer = name(reader.next())?;
                let not_after = reader.next().read_sequence(|reader| {
                    let _not_before = reader.next().read_der()?;
                    time(&reader.next().read_tagged_der()?)
                })?;
                let subject = name(reader.next())?;
                while reader.read_optional(|reader| reader.read_der())?.is_some() {}
                Ok(Issued { issuer, subject, not_after })
            })?;
            let _signature_algorithm = reader.next().read_der()?;
            let _signature = reader.next().read_der()?;
            Ok(issued)
        })
    })
    .ok()
}

/// A name in the form of RFC 4514, such as `CN=Example CA,O=Example,C=AO`. The most specific part is the last one in a certificate, and the first one here.
fn name(reader: BERReader<'_, '_>) -> ASN1Result<String> {
    let mut parts = reader.collect_sequence_of(|reader| {
        let attributes = reader.collect_set_of(|reader| {
            reader.read_sequence(|reader| Ok(attribute(&reader.next().read_oid()?, &reader.next().read_tagged_der()?)))
        })?;
        Ok(attributes.join("+"))
    })?;
    parts.reverse();
    Ok(parts.join(","))
}

/// An attribute of a name: `CN=Example CA`, or the number of its type and its bytes if one of them is unknown.
fn attribute(kind: &ObjectIdentifier, value: &TaggedDerValue) -> String {
    let known = ATTRIBUTES.iter().find(|(components, _)| components == kind.components());
    match (known, text(value)) {
        (Some((_, name)), Some(text)) => format!("{name}={}", escaped(&text)),
        _ => {
            let encoded = yasna::construct_der(|writer| writer.write_tagged_der(value));
            encoded.iter().fold(format!("{kind}=#"), |text, byte| text + &format!("{byte:02x}"))
        }
    }
}

fn text(value: &TaggedDerValue) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        TAG_UTF8STRING | TAG_PRINTABLESTRING | TAG_IA5STRING | TAG_NUMERICSTRING => {
            String::from_utf8(bytes.to_vec()).ok()
        }
        // In practice, Latin-1.
        TAG_TELETEXSTRING => Some(bytes.iter().copied().map(char::from).collect()),
        TAG_BMPSTRING => {
            let units: Vec<_> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// The text with the escapes of RFC 4514. Control characters, which could be sequences for the terminal, are escaped, too.
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut escaped = String::new();
    for (index, character) in text.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => escaped.extend(['\\', character]),
            '#' if index == 0 => escaped.push_str("\\#"),
            ' ' if index == 0 || index == last => escaped.push_str("\\ "),
            control if control.is_control() => {
                for byte in control.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(escaped, "\\{byte:02x}");
                }
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// A time such as `2026-07-01T09:00:00Z`.
fn time(value: &TaggedDerValue) -> ASN1Result<String> {
    let invalid = || ASN1Error::new(ASN1ErrorKind::Invalid);
    let digits = std::str::from_utf8(value.value()).map_err(|_| invalid())?;
    let digits = match value.tag() {
        // By RFC 5280, the years 1950 to 2049.
        TAG_UTCTIME => format!("{}{digits}", if digits < "5" { "20" } else { "19" }),
        TAG_GENERALIZEDTIME => digits.to_owned(),
        _ => return Err(invalid()),
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", digits).map_err(|_| invalid())?;
    Ok(format!("{time}Z"))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, DnValue, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(attributes: Vec<(DnType, DnValue)>, year: i32) -> Vec<u8> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in attributes {
            parameters.distinguished_name.push(kind, value);
        }
        parameters.not_after = date_time_ymd(year, 7, 1);
        let key = KeyPair::generate().expect("a key");
        parameters.self_signed(&key).expect("a certificate").der().to_vec()
    }

    fn utf8(text: &str) -> DnValue {
        DnValue::Utf8String(text.to_owned())
    }

    #[test]
    fn a_name_begins_with_its_most_specific_part() {
        let ascii = DnValue::PrintableString("AO".try_into().expect("ASCII"));
        let wide = DnValue::BmpString("João".try_into().expect("in the basic plane"));
        let certificate = certificate(
            vec![
                (DnType::CountryName, ascii),
                (DnType::OrganizationName, utf8("Telecom, Lda.")),
                (DnType::CommonName, wide),
            ],
            2031,
        );
        let name = "CN=João,O=Telecom\\, Lda.,C=AO".to_owned();
        let not_after = "2031-07-01T00:00:00Z".to_owned();
        assert_eq!(issued(&certificate), Some(Issued { issuer: name.clone(), subject: name, not_after }));
    }

    #[test]
    fn unusual_values_are_escaped() {
        let unknown = DnType::CustomDnType(vec![1, 2, 3, 4]);
        let attributes = vec![(unknown, utf8("a")), (DnType::CommonName, utf8("#\u{1b}[2J\u{9b} "))];
        let issued = issued(&certificate(attributes, 2031)).expect("a valid certificate");
        assert_eq!(issued.issuer, "CN=\\#\\1b[2J\\c2\\9b\\ ,1.2.3.4=#0c0161");
    }

    #[test]
    fn each_form_of_time() {
        // The first form has two digits for the year, and is used until 2049.
        for year in [1999, 2049, 2050, 2099] {
            let issued = issued(&certificate(vec![], year)).expect("a valid certificate");
            assert_eq!((issued.not_after, issued.issuer), (format!("{year}-07-01T00:00:00Z"), String::new()));
        }
    }

    #[test]
    fn a_malformed_certificate_is_ignored() {
        let certificate = certificate(vec![(DnType::CommonName, utf8("a"))], 2031);
        for length in 0..certificate.len() {
            assert_eq!(issued(&certificate[..length]), None);
        }
    }
}
