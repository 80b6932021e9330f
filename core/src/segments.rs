//! Segments of an SMS, and the cost of a message. Both are computed locally: nothing is sent.

use serde_json::Map;

use crate::model::model;
use crate::open_enum::open_enum;
use crate::redact::redacted_debug;
use crate::{Channel, Result, SendMessage};

open_enum! {
    /// Character encoding of an SMS.
    SmsEncoding {
        /// GSM 03.38: a segment holds 160 characters. The characters `^ { } \ [ ~ ] | €` and form feed count as two.
        Gsm7 = "gsm7",
        /// UTF-16: a segment holds 70 code units. Most characters are one code unit, and most emoji are two.
        Ucs2 = "ucs2",
    }
}

model! {
    /// How an SMS is encoded and split into segments.
    Segments {
        required {
            /// Number of segments, at least 1.
            count: u64,
        }
        documented {
            /// Character encoding of the whole text.
            encoding: SmsEncoding,
        }
        optional {
            /// First character that is not in GSM-7, the reason for UCS-2. Absent if all characters are in GSM-7.
            first_non_gsm7: Option<String>,
        }
    }
}

redacted_debug!(Segments { count, encoding, first_non_gsm7 });

/// Return how an SMS text is encoded and split into segments.
///
/// A segment holds 160 characters of GSM-7. If the text contains any other character, a segment holds 70 UTF-16 code units. GSM-7 contains
/// `à`, `é`, `ñ`, `ü` and `Ç`, for example, but not `á`, `ã`, `â`, `ê`, `í`, `ó`, `õ`, `ú` or `ç`.
///
/// These are the sizes that the API documents. Networks split longer texts into parts of 153 or 67, which the API does not mention: a long
/// text may be billed as more segments.
///
/// ```
/// use zexa::{SmsEncoding, segments};
///
/// assert_eq!(segments("Olá").encoding, SmsEncoding::Ucs2);
/// assert_eq!(segments("Olá").first_non_gsm7, Some("á".to_owned()));
/// assert_eq!(segments("Ola").encoding, SmsEncoding::Gsm7);
/// assert_eq!(segments(&"a".repeat(161)).count, 2);
/// ```
pub fn segments(text: &str) -> Segments {
    let (mut in_gsm7, mut in_ucs2) = (Parts::of(160), Parts::of(70));
    let mut first_non_gsm7 = None;
    for character in text.chars() {
        match gsm7_units(character) {
            Some(units) => in_gsm7.add(units),
            None => first_non_gsm7 = first_non_gsm7.or(Some(character)),
        }
        in_ucs2.add(character.len_utf16());
    }
    let (encoding, parts) = match first_non_gsm7 {
        None => (SmsEncoding::Gsm7, in_gsm7),
        Some(_) => (SmsEncoding::Ucs2, in_ucs2),
    };
    let first_non_gsm7 = first_non_gsm7.map(String::from);
    Segments { count: parts.count, encoding, first_non_gsm7, extra: Map::new() }
}

/// The segments of a text so far. A character of two units is not split.
struct Parts {
    count: u64,
    /// Units in the last segment.
    units: usize,
    units_per_segment: usize,
}

impl Parts {
    fn of(units_per_segment: usize) -> Parts {
        Parts { count: 1, units: 0, units_per_segment }
    }

    fn add(&mut self, units: usize) {
        self.units += units;
        if self.units > self.units_per_segment {
            self.count += 1;
            self.units = units;
        }
    }
}

/// Number of 7-bit units of a character in GSM 03.38: one in the basic table, two in the extension table.
fn gsm7_units(character: char) -> Option<usize> {
    match character {
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' => Some(1),
        '£' | '¥' | '¤' | '§' | '¡' | '¿' => Some(1),
        'à' | 'ä' | 'å' | 'æ' | 'è' | 'é' | 'ì' | 'ñ' | 'ò' | 'ö' | 'ø' | 'ß' | 'ù' | 'ü' => Some(1),
        'Ä' | 'Å' | 'Æ' | 'Ç' | 'É' | 'Ñ' | 'Ö' | 'Ø' | 'Ü' => Some(1),
        'Γ' | 'Δ' | 'Θ' | 'Λ' | 'Ξ' | 'Π' | 'Σ' | 'Φ' | 'Ψ' | 'Ω' => Some(1),
        '\u{c}' | '[' | '\\' | ']' | '^' | '{' | '|' | '}' | '~' | '€' => Some(2),
        _ => None,
    }
}

/// Return the lowest documented cost of a message, in credits.
///
/// | message | cost |
/// |---|---|
/// | SMS to Angola (`+244`) | 1 per segment |
/// | SMS to another country | 2 to 5 per segment |
/// | WhatsApp | 1 to 2 |
/// | Telegram | 1 |
/// | email, Slack | 0.5 |
///
/// Of a range, this is the lower end, so the real cost may be higher. `None` for a channel without a documented cost, and for an SMS without
/// a body, because its text is not known.
///
/// # Errors
///
/// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest) or [`Kind::Validation`](crate::Kind::Validation) for a message that
/// [`send`](crate::Messages::send) would reject before it is sent: a field is missing or invalid.
///
/// ```
/// use zexa::{Channel, SendMessage, estimate};
///
/// let message = SendMessage::new(Channel::Sms, "+244912345678", "ZEXA").body("Hello");
/// assert_eq!(estimate(&message)?, Some(1.0));
/// # Ok::<(), zexa::Error>(())
/// ```
pub fn estimate(message: &SendMessage) -> Result<Option<f64>> {
    message.check()?;
    Ok(match message.channel {
        Channel::Sms => {
            let price = if message.to.starts_with("+244") { 1.0 } else { 2.0 };
            message.body.as_deref().map(|body| price * segments(body).count as f64)
        }
        Channel::Whatsapp | Channel::Telegram => Some(1.0),
        Channel::Email | Channel::Slack => Some(0.5),
        _ => None,
    })
}
