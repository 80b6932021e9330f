//! The forms in which a private key may be in memory.

use std::fs;
use std::path::Path;

use ring::digest::{SHA512, digest};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

/// The order of the group of P-256, from the least to the most significant part.
const ORDER: [u64; 4] = [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, u64::MAX, 0xffff_ffff_0000_0000];

/// The forms of the private key in a PEM file, which is a P-256 or an Ed25519 key: its text, its secret number in both byte orders, and what the TLS
/// library stores after parsing it.
pub(super) fn forms(file: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let text = fs::read_to_string(file).expect("a key file");
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).expect("a key");
    let der = key.secret_der();
    let start = memchr::memmem::find(der, b"\x04\x20").expect("a number of 32 bytes") + 2;
    let number: [u8; 32] = der[start..start + 32].try_into().expect("32 bytes");
    let reversed = number.iter().rev().copied().collect();
    let base64 = text.lines().nth(1).expect("base64");
    let is_ed25519 = der.len() < 64;
    let parsed = if is_ed25519 { digest(&SHA512, &number).as_ref()[32..].to_vec() } else { in_montgomery_form(number) };
    vec![
        ("PEM", base64.as_bytes()[base64.len() - 16..].to_vec()),
        ("private key", number.to_vec()),
        ("reversed private key", reversed),
        ("parsed private key", parsed),
    ]
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
