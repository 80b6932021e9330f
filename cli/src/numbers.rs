//! Phone numbers as people and spreadsheets write them, and their E.164 form.

use std::str::FromStr;

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use crate::table::Problem;
use crate::texts::text;

/// The maximum length of a number in characters, with its spaces and brackets.
const MAX_LENGTH: usize = 64;

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

impl Country {
    /// The country with this stored code. `None` requires E.164 numbers.
    pub(crate) fn of_code(code: Option<&str>) -> Option<Country> {
        code.map_or(Some(Country::None), |code| code.parse().ok().map(Country::Of))
    }

    /// The code of the country, such as `AO`.
    pub(crate) fn code(self) -> Option<String> {
        match self {
            Country::Of(id) => Some(id.as_ref().to_owned()),
            Country::None => None,
        }
    }
}

/// The number in E.164 form: separators are removed, `00` is replaced by `+`, and the country code is added if it is missing.
///
/// # Errors
///
/// If the text is not a number, or if the number does not exist.
pub(crate) fn normalise(text: &str, country: Country) -> Result<String, Problem> {
    let value = || shown(text);
    let bare = bare(text);
    if bare.is_empty() {
        return Err(Problem::EmptyValue);
    }
    if is_scientific(bare) {
        return Err(Problem::ScientificNumber { value: value() });
    }
    let Some(digits) = digits(bare) else {
        let is_list = bare.split([',', ';', '/', '\n', '|']).filter(|part| looks_like_number(part)).count() > 1;
        return Err(match is_list {
            true => Problem::SeveralNumbers { value: value() },
            false => Problem::NotANumber { value: value() },
        });
    };
    let Country::Of(country) = country else {
        return match is_e164(bare) {
            true => Ok(bare.to_owned()),
            false => Err(Problem::NotE164 { value: value() }),
        };
    };
    // Two prefixes of international calls: that of Europe and Africa, and a plus sign.
    let international = digits.strip_prefix("00").map(|rest| format!("+{rest}"));
    let digits = international.unwrap_or(digits);
    if let Some(number) = angolan_mobile(&digits, country) {
        return Ok(number);
    }
    let number = phonenumber::parse(Some(country), &digits).map_err(|error| match error {
        phonenumber::ParseError::InvalidCountryCode => Problem::UnknownCountry { value: value() },
        _ => Problem::NotANumber { value: value() },
    })?;
    if !number.is_valid() {
        // Without a plus sign, other countries cannot be recognised.
        let country =
            number.country().id().map_or_else(|| format!("+{}", number.code().value()), |id| id.as_ref().to_owned());
        return Err(Problem::InvalidNumber { value: value(), country });
    }
    Ok(number.format().mode(Mode::E164).to_string())
}

fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is probably a number and not a name.
pub(crate) fn looks_like_number(text: &str) -> bool {
    let text = bare(text);
    is_scientific(text) || digits(text).is_some_and(|digits| digits.trim_start_matches('+').len() >= 7)
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

/// Whether a number in E.164 form is certainly that of a landline or of a service. In some countries, the numbers of landlines and mobile phones look alike.
pub(crate) fn is_landline(number: &str) -> bool {
    use Type::{FixedLine, PremiumRate, SharedCost, TollFree, Uan, Voicemail};
    if angolan_mobile(number, Id::AO).is_some() {
        return false;
    }
    phonenumber::parse(None, number).is_ok_and(|number| {
        matches!(number.number_type(&DATABASE), FixedLine | PremiumRate | SharedCost | TollFree | Uan | Voicemail)
    })
}

/// The text without what programs add to numbers: invisible characters of copied text, the apostrophe and the formula that keep a spreadsheet from
/// calculating, `tel:`, and the decimals of a number that was one for a spreadsheet.
fn bare(text: &str) -> &str {
    let is_outer = |character: char| {
        character.is_whitespace()
            || matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let text = text.trim_matches(is_outer);
    let text = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let text = text.trim_matches(is_outer);
    let text = text.strip_prefix("tel:").unwrap_or(text).trim_matches(is_outer);
    for decimals in [".0", ".00", ",0", ",00"] {
        if let Some(whole) = text.strip_suffix(decimals)
            && whole.len() >= 7
            && whole.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit())
        {
            return whole;
        }
    }
    text
}

/// Whether the text is a number in the form `9.23E+08`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    is_number(exponent) && is_number(whole.trim_start_matches(['+', '-'])) && is_number(fraction)
}

/// The digits of a number, with a plus sign if it has one. `None` if the text is not a number.
fn digits(text: &str) -> Option<String> {
    if text.chars().count() > MAX_LENGTH {
        return None;
    }
    let mut digits = String::new();
    for (position, character) in text.char_indices() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() => digits.push('+'),
            // `(+244) 923 000 001`
            '(' | ')' | '[' | ']' | '-' | '.' => {}
            '/' if position > 0 && text.matches('/').count() == 1 && short_prefix(text) => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            character if character.is_whitespace() && character != '\n' => {}
            _ => return None,
        }
    }
    (digits.len() > 1 && digits.bytes().any(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Whether a slash follows an area code, as in `0221/123456`, and does not separate two numbers.
fn short_prefix(text: &str) -> bool {
    text.split('/').next().is_some_and(|prefix| prefix.chars().filter(char::is_ascii_digit).count() < 7)
}

/// The value as an error shows it: on one line, and shortened.
pub(crate) fn shown(text: &str) -> String {
    const MAX: usize = 40;
    let visible = |character: char| if character.is_control() { ' ' } else { character };
    let mut shown: String = text.trim().chars().take(MAX).map(visible).collect();
    if text.trim().chars().count() > MAX {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(text: &str, code: &str) -> Result<String, &'static str> {
        normalise(text, code.parse().expect("a country")).map_err(|problem| problem.code())
    }

    #[test]
    fn numbers_of_angola() {
        for text in [
            "923000001",
            "923 000 001",
            "923-000-001",
            "(923) 000.001",
            "+244923000001",
            "+244 923 000 001",
            "(+244) 923 000 001",
            "00244923000001",
            "00 244 923 000 001",
            "244923000001",
            "244 923 000 001",
            "'923000001",
            "'+244923000001",
            "’923000001",
            "923000001.0",
            "923000001,00",
            "244923000001.0",
            "=\"923000001\"",
            "tel:+244923000001",
            "\u{202a}+244 923 000 001\u{202c}",
            "\u{feff}923000001",
            "923\u{a0}000\u{a0}001",
            "923–000–001",
            "  923000001  ",
            "923\t000001",
        ] {
            assert_eq!(normalised(text, "AO").as_deref(), Ok("+244923000001"), "{text:?}");
        }
        assert_eq!(normalised("222 123 456", "AO").as_deref(), Ok("+244222123456"));
    }

    #[test]
    fn numbers_of_other_countries() {
        for (text, code, expected) in [
            ("+351 912 345 678", "AO", "+351912345678"),
            ("912 345 678", "PT", "+351912345678"),
            ("(11) 96123-4567", "BR", "+5511961234567"),
            ("011 96123-4567", "BR", "+5511961234567"),
            ("020 7183 8750", "GB", "+442071838750"),
            ("0221/1234567", "DE", "+492211234567"),
            ("84 123 4567", "mz", "+258841234567"),
        ] {
            assert_eq!(normalised(text, code).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_named() {
        for (text, code) in [
            ("", "empty_value"),
            (" ' ", "empty_value"),
            ("9.23E+08", "scientific_number"),
            ("9,23E+08", "scientific_number"),
            ("2.44923E+11", "scientific_number"),
            ("9e8", "scientific_number"),
            ("Ana", "not_a_number"),
            ("923000001 (Ana)", "not_a_number"),
            ("#N/A", "not_a_number"),
            ("+", "not_a_number"),
            ("923000001/912000002", "several_numbers"),
            ("923000001; 912000002", "several_numbers"),
            ("923000001,912000002", "several_numbers"),
            ("923000001\n912000002", "several_numbers"),
            ("92300001", "invalid_number"),
            ("9230000012", "invalid_number"),
            ("+24492300000", "invalid_number"),
            ("+999123456789", "unknown_country"),
            ("٩٢٣٠٠٠٠٠١", "not_a_number"),
        ] {
            assert_eq!(normalised(text, "AO"), Err(code), "{text:?}");
        }
        let long = "9".repeat(1000);
        assert_eq!(normalised(&long, "AO"), Err("not_a_number"));
    }

    #[test]
    fn without_a_country_numbers_are_not_completed() {
        assert_eq!(normalise("+24491234567", Country::None).as_deref(), Ok("+24491234567"));
        for text in ["923000001", "+244 923 000 001", "00244923000001", "+0123456789"] {
            assert_eq!(normalise(text, Country::None).map_err(|problem| problem.code()), Err("not_e164"), "{text}");
        }
    }

    #[test]
    fn countries() {
        for code in ["AO", "pt", "none"] {
            let country: Country = code.parse().expect("a country");
            assert_eq!(Country::of_code(country.code().as_deref()), Some(country));
        }
        for text in ["XX", "", "Angola"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
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
                assert_eq!(normalise(&form, Country::Of(Id::AO)).is_ok(), is_mobile, "{form}");
            }
        }
        assert_eq!(angolan_mobile("912345678", Id::PT), None);
    }

    #[test]
    fn landlines() {
        for (number, expected) in [
            ("+244923000001", false),
            ("+244222123456", true),
            ("+351912345678", false),
            ("+351212345678", true),
            ("+351800123456", true),
            // Both kinds look alike.
            ("+12025550123", false),
            ("+1", false),
        ] {
            assert_eq!(is_landline(number), expected, "{number}");
        }
    }

    #[test]
    fn values_are_shown_on_one_line() {
        assert_eq!(shown(" a\nb "), "a b");
        assert_eq!(shown(&"é".repeat(50)), format!("{}…", "é".repeat(40)));
    }
}
