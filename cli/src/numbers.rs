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
    if let Some(number) = angolan_mobile(&international, country) {
        return Ok(number);
    }
    let number = phonenumber::parse(Some(country), &international).map_err(|_| Invalid::Number)?;
    let normalised = number.format().mode(Mode::E164).to_string();
    if number.is_valid() && is_e164(&normalised) { Ok(normalised) } else { Err(Invalid::Number) }
}

/// A number of an Angolan mobile phone, like most. Needs none of the tables of `phonenumber`, which take tens of milliseconds to load.
fn angolan_mobile(number: &str, country: Id) -> Option<String> {
    let national = match number.strip_prefix("+244") {
        Some(national) => national,
        None if country != Id::AO => return None,
        None if number.len() == 12 => number.strip_prefix("244")?,
        None => number,
    };
    let is_mobile = national.len() == 9 && national.starts_with('9') && !matches!(national.as_bytes()[1], b'0' | b'8');
    is_mobile.then(|| format!("+244{national}"))
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

    /// The shortcut agrees with the tables for each prefix.
    #[test]
    fn angolan_mobile_numbers() {
        for prefix in 900..1000 {
            let number = format!("{prefix}123456");
            let parsed = phonenumber::parse(Some(Id::AO), &number).expect("a number");
            let is_mobile = angolan_mobile(&number, Id::AO).is_some();
            assert_eq!(is_mobile, parsed.is_valid(), "{number}");
            let forms = [number.clone(), format!("244{number}"), format!("+244{number}"), format!("00244{number}")];
            for form in forms {
                assert_eq!(normalise(&form, ANGOLA).is_ok(), is_mobile, "{form}");
            }
        }
        assert_eq!(angolan_mobile("912345678", Id::PT), None);
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
