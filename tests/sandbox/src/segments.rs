//! The cost of a message: the segments of an SMS, and the price per channel.

/// Characters of the GSM 03.38 basic table, which count as one.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Characters of the GSM 03.38 extension table, which count as two.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Returns the number of SMS segments of a text: 160 GSM-7 characters each, or 70 if any character is outside GSM-7.
///
/// Characters of the GSM-7 extension table count as two. Outside GSM-7, UTF-16 code units are counted. A character of two units is not split.
#[must_use]
pub fn segments(text: &str) -> u32 {
    let (size, units): (_, Vec<_>) = match text.chars().map(gsm7_units).collect() {
        Some(units) => (160, units),
        None => (70, text.chars().map(char::len_utf16).collect()),
    };
    let (mut count, mut used) = (1, 0);
    for units in units {
        used += units;
        if used > size {
            (count, used) = (count + 1, units);
        }
    }
    count
}

fn gsm7_units(character: char) -> Option<usize> {
    match character {
        _ if BASIC.contains(character) => Some(1),
        _ if EXTENSION.contains(character) => Some(2),
        _ => None,
    }
}

/// Cost of one message, in credits.
pub(crate) fn cost(channel: &str, to: &str, body: Option<&str>) -> f64 {
    match channel {
        "sms" => {
            let price = if to.starts_with("+244") { 1 } else { 2 };
            f64::from(price * segments(body.unwrap_or_default()))
        }
        "email" | "slack" => 0.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_contains_160_or_70_characters() {
        for (text, expected) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("ã".repeat(70), 1),
            ("ã".repeat(71), 2),
            ("é".repeat(160), 1),
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
        ] {
            assert_eq!(segments(&text), expected, "{text}");
        }
    }

    #[test]
    fn prices() {
        assert_eq!(cost("sms", "+244912345678", Some("a")), 1.0);
        assert_eq!(cost("sms", "+351912345678", Some(&"a".repeat(161))), 4.0);
        assert_eq!(cost("whatsapp", "+351912345678", None), 1.0);
        assert_eq!(cost("email", "a@b.example", Some("a")), 0.5);
    }
}
