//! Phone numbers: normalises what people type to E.164.

use std::str::FromStr;

use phonenumber::Mode;
use phonenumber::country::Id;

use crate::texts::text;

/// Whose numbers are completed: the country of numbers without a country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Country {
    /// A country, for numbers without a country code.
    Of(Id),
    /// No country: numbers must be in E.164 format, and are not changed.
    None,
}

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Country, String> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Country::None);
        }
        text.to_uppercase().parse().map(Country::Of).map_err(|_| text!("value-country"))
    }
}

/// Why a text is not a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It contains letters or other characters, such as `2.44912E+11`.
    Characters,
    /// It is not a number of any country, such as one with a digit too few.
    Number,
}

impl Invalid {
    /// Return the reason as a sentence.
    pub(crate) fn reason(self) -> String {
        match self {
            Invalid::Characters => text!("number-characters"),
            Invalid::Number => text!("number-invalid"),
        }
    }
}

/// Normalise a phone number to E.164: separators are removed, `00` is replaced by `+`, and the country code is added if it is missing.
pub(crate) fn normalise(text: &str, country: Country) -> Result<String, Invalid> {
    let Country::Of(country) = country else {
        return if is_e164(text) { Ok(text.to_owned()) } else { Err(Invalid::Number) };
    };
    let compact: String = text.chars().filter(|character| !is_separator(*character)).collect();
    let digits = compact.strip_prefix('+').unwrap_or(&compact);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalid::Characters);
    }
    let international = match compact.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => compact,
    };
    let number = phonenumber::parse(Some(country), &international).map_err(|_| Invalid::Number)?;
    let normalised = number.format().mode(Mode::E164).to_string();
    if number.is_valid() && is_e164(&normalised) { Ok(normalised) } else { Err(Invalid::Number) }
}

/// Whether a character only groups digits: spaces, also those of Excel, and punctuation.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{200e}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
}

fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANGOLA: Country = Country::Of(Id::AO);

    #[test]
    fn numbers_as_people_type_them() {
        for text in [
            "+244912345678",
            "912345678",
            "912 345 678",
            "912-345-678",
            "244912345678",
            "00244912345678",
            "+244 (912) 345.678",
            "\u{a0}+244\u{202f}912\u{202f}345\u{202f}678 ",
            "\u{202a}+244912345678\u{202c}",
        ] {
            assert_eq!(normalise(text, ANGOLA).as_deref(), Ok("+244912345678"), "{text:?}");
        }
        assert_eq!(normalise("+351 912 345 678", ANGOLA).as_deref(), Ok("+351912345678"));
        assert_eq!(normalise("912 345 678", "pt".parse().expect("a country")).as_deref(), Ok("+351912345678"));
    }

    #[test]
    fn what_is_not_a_number() {
        for text in ["", "+", "2.44912E+11", "ana@example.com", "912345678 ext. 5", "912345678a", "+244912+345678"] {
            assert_eq!(normalise(text, ANGOLA), Err(Invalid::Characters), "{text:?}");
        }
        for text in ["91234567", "9123456789", "012", "+24491234567", "+999123456789", "0000"] {
            assert_eq!(normalise(text, ANGOLA), Err(Invalid::Number), "{text:?}");
        }
    }

    #[test]
    fn without_a_country_nothing_is_changed() {
        assert_eq!(normalise("+24491234567", Country::None).as_deref(), Ok("+24491234567"));
        assert_eq!(normalise("912345678", Country::None), Err(Invalid::Number));
        assert_eq!(normalise("+244 912345678", Country::None), Err(Invalid::Number));
        assert!("nowhere".parse::<Country>().is_err());
    }
}
