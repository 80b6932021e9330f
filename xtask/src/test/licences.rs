//! Licences that shipped crates may have.

pub(super) const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether an SPDX expression can be satisfied with licences that only require that their text is included.
pub(crate) fn allow(expression: &str) -> bool {
    let expression = expression.trim();
    if let Some(both) = split(expression, " AND ") {
        return both.iter().all(|part| allow(part));
    }
    // The slash is the deprecated form of OR.
    if let Some(either) = split(expression, " OR ").or_else(|| split(expression, "/")) {
        return either.iter().any(|part| allow(part));
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allow(inner),
        None => ALLOWED.contains(&expression),
    }
}

/// Splits at separators outside parentheses. `None` if the separator does not occur.
fn split<'a>(expression: &'a str, separator: &str) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in expression.match_indices(separator) {
        let before = &expression[..at];
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(&expression[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&expression[start..]);
    (parts.len() > 1).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::allow;

    #[test]
    fn spdx_expressions_are_evaluated() {
        for allowed in
            ["MIT", "MIT/Apache-2.0", "GPL-2.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 AND ISC"]
        {
            assert!(allow(allowed), "{allowed}");
        }
        for not in ["", "GPL-3.0-only", "MIT AND GPL-2.0", "(GPL-2.0 OR LGPL-2.1) AND MIT", "OpenSSL"] {
            assert!(!allow(not), "{not}");
        }
    }
}
