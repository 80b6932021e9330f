//! The forms in which a private key may be in memory.

use std::fs;
use std::path::Path;

use ring::digest::{SHA512, digest};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

/// The order of the group of P-256, from the least to the most significant part.
const ORDER: [u64; 4] = [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, u64::MAX, 0xffff_ffff_0000_0000];

/// The forms of the private key in a PEM file, which is an RSA, P-256 or Ed25519 key: its text, its secret numbers in both byte orders, and what the TLS
/// library stores after parsing it.
pub(super) fn forms(file: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let text = fs::read_to_string(file).expect("a key file");
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).expect("a key");
    let der = key.secret_der();
    let base64 = text.lines().nth(1).expect("base64");
    // The text of an RSA key begins with its public numbers.
    let end = text.lines().rev().nth(1).expect("base64");
    if let Some(numbers) = rsa_numbers(der) {
        return std::iter::once(("PEM", end.as_bytes().to_vec())).chain(of_rsa(numbers)).collect();
    }
    let start = memchr::memmem::find(der, b"\x04\x20").expect("a number of 32 bytes") + 2;
    let number: [u8; 32] = der[start..start + 32].try_into().expect("32 bytes");
    let reversed = number.iter().rev().copied().collect();
    let is_ed25519 = der.len() < 64;
    let parsed = if is_ed25519 { digest(&SHA512, &number).as_ref()[32..].to_vec() } else { in_montgomery_form(number) };
    vec![
        ("PEM", base64.as_bytes()[base64.len() - 16..].to_vec()),
        ("private key", number.to_vec()),
        ("reversed private key", reversed),
        ("parsed private key", parsed),
    ]
}

/// The secret numbers of an RSA key: the private exponent, the primes, their exponents, and the coefficient. `None` if the key is of another kind.
fn rsa_numbers(der: &[u8]) -> Option<[Vec<u8>; 6]> {
    let (_, outer, _) = element(der)?;
    // PKCS#8: version, algorithm, and the key in the form of PKCS#1.
    let (_, _, rest) = element(outer)?;
    let (_, algorithm, rest) = element(rest)?;
    memchr::memmem::find(algorithm, RSA)?;
    let (_, key, _) = element(rest)?;
    let (_, mut numbers, _) = element(key)?;
    let mut read = Vec::new();
    while let Some((tag, number, rest)) = element(numbers) {
        assert_eq!(tag, 2, "a number");
        read.push(number.strip_prefix(&[0]).unwrap_or(number).to_vec());
        numbers = rest;
    }
    // After the version, the modulus and the public exponent.
    read.split_off(3).try_into().ok()
}

/// The object identifier of RSA.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The tag and content of the first element in DER, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first.checked_sub(0x80) {
        None => (first.into(), rest),
        Some(bytes) => {
            let (length, rest) = rest.split_at_checked(bytes.into())?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Each number in both byte orders. Parts of 32 bytes are searched, because a copy may be incomplete.
fn of_rsa(numbers: [Vec<u8>; 6]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let names = [
        ("exponent", "reversed exponent"),
        // The TLS library stores the primes from the least to the most significant part.
        ("first prime", "parsed private key"),
        ("second prime", "reversed second prime"),
        ("exponent of the first prime", "reversed exponent of the first prime"),
        ("exponent of the second prime", "reversed exponent of the second prime"),
        ("coefficient", "reversed coefficient"),
    ];
    names.into_iter().zip(numbers).flat_map(|((name, reversed_name), number)| {
        let part = number[number.len() - 32..].to_vec();
        let reversed = part.iter().rev().copied().collect();
        [(name, part), (reversed_name, reversed)]
    })
}

/// A number modulo the order of P-256, multiplied by 2^256, in the byte order of a little-endian processor.
fn in_montgomery_form(number: [u8; 32]) -> Vec<u8> {
    let limb = |index: usize| u64::from_be_bytes(number[24 - 8 * index..32 - 8 * index].try_into().expect("8 bytes"));
    let mut limbs = [limb(0), limb(1), limb(2), limb(3)];
    for _ in 0..256 {
        let overflows = limbs[3] >> 63 == 1;
        limbs =
            [0, 1, 2, 3].map(|index| limbs[index] << 1 | index.checked_sub(1).map_or(0, |lower| limbs[lower] >> 63));
        if overflows || limbs.iter().rev().ge(ORDER.iter().rev()) {
            let mut borrow = false;
            for (limb, order) in limbs.iter_mut().zip(ORDER) {
                let (difference, first) = limb.overflowing_sub(order);
                let (difference, second) = difference.overflowing_sub(borrow.into());
                (*limb, borrow) = (difference, first || second);
            }
        }
    }
    limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}
