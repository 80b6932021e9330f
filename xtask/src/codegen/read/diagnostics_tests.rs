//! Sources that are wrong, and what is said of them.

use std::path::{Path, PathBuf};

use super::understand;

/// A core in which everything occurs once. Each test below spoils one thing in it.
const CORE: [(&str, &str); 9] = [
    (
        "channel",
        r#"//! Channels.
open_enum! {
    /// The way.
    Channel {
        /// Text.
        Sms = "sms",
    }
}
impl Channel {
    /// Whether.
    pub fn is_old(&self) -> bool { true }
}
"#,
    ),
    (
        "messages",
        r#"//! Messages.
model! {
    /// A message.
    Message {
        required {
            /// Its id.
            id: String,
        }
        optional {
            /// Its error.
            error or "why": Option<Value>,
        }
    }
}
params! {
    /// To send.
    #[derive(Default)]
    SendMessage {
        required {
            /// Whither.
            #[serde(default)]
            to: Vec<Channel>,
        }
        optional {}
    }
}
redacted_debug!(Message { id as Masked, error });
redacted_debug!(SendMessage { to });
"#,
    ),
    ("sender_ids", "//! Sender IDs."),
    ("campaigns", "//! Campaigns."),
    ("contacts", "//! Contacts."),
    ("webhooks", "//! Webhooks."),
    ("credits", "//! Credits."),
    (
        "endpoints",
        r#"//! Endpoints.
endpoints! {
    /// Messages.
    messages: Messages, AsyncMessages {
        /// Sends.
        post send("/messages", message: SendMessage) -> Message;
    }
}
"#,
    ),
    (
        "error",
        r#"//! Errors.
pub enum Kind {
    /// An option.
    Config = 1,
    /// The rest.
    #[default]
    Other = 2,
}
pub enum Outcome {
    /// Nobody knows.
    Unknown = 1,
}
names!(Kind { Config = "config", Other = "other", });
names!(Outcome { Unknown = "unknown", });
"#,
    ),
];

/// The complaints about that core, with `wrong` instead of `right` in one of its files.
fn complaints(file: &str, right: &str, wrong: &str) -> Vec<String> {
    let spoil = |(name, text): (&str, &str)| {
        assert!(name != file || text.contains(right), "`{right}` is not in {name}.rs");
        let text = if name == file { text.replacen(right, wrong, 1) } else { text.to_owned() };
        (Path::new("core/src").join(name).with_extension("rs"), text)
    };
    let complaints = understand(Path::new("core/src"), CORE.map(spoil).into()).err().unwrap_or_default();
    complaints.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_right() {
    assert_eq!(complaints("messages", "", ""), [""; 0]);
}

#[test]
fn what_is_wrong_in_a_section() {
    const LIST: &str = "an open enum, Vec of String or of an open enum";
    const PLAIN: &str = "String, u32, u64, f64, Timestamp";
    for (file, right, wrong, complaint) in [
        ("channel", "//! Channels.", "", "channel.rs:1: the file does not say what it is about: it needs a `//!`"),
        ("channel", "/// The way.", "", "channel.rs:4: `Channel` has no doc comment"),
        ("channel", "/// Text.", "", "channel.rs:6: `Sms` has no doc comment"),
        ("channel", "/// Whether.", "", "channel.rs:11: `is_old` has no doc comment"),
        ("channel", "\"sms\"", "1", "channel.rs:6: expected string literal"),
        ("channel", "= \"sms\"", "=", "channel.rs:6: expected string literal"),
        ("channel", "true", "1 +", "channel.rs:11: unexpected end of input, expected an expression"),
        ("messages", "/// A message.", "", "messages.rs:4: `Message` has no doc comment"),
        ("messages", "/// Its id.", "", "messages.rs:7: `id` has no doc comment"),
        (
            "messages",
            "/// Its id.",
            "/// Its id.\n#[serde(rename = \"x\")]",
            "messages.rs:7: the other languages know nothing of the attribute `serde(rename)`",
        ),
        (
            "messages",
            "derive(Default)",
            "derive(Default, Eq)",
            "messages.rs:17: the other languages know nothing of the attribute `derive(Eq)`",
        ),
        (
            "messages",
            "id: String",
            "id: HashMap<String,\n u8>",
            &format!("messages.rs:7: `HashMap<String, u8>` cannot be expressed here, only {PLAIN}, Value, {LIST}"),
        ),
        (
            "messages",
            "id: String",
            "id: Message",
            &format!("messages.rs:7: `Message` cannot be expressed here, only {PLAIN}, Value, {LIST}"),
        ),
        (
            "messages",
            "<Value>",
            "<bool>",
            &format!(
                "messages.rs:11: `Option<bool>` cannot be expressed here, only Option of {PLAIN}, Value, a model, an open enum"
            ),
        ),
        (
            "messages",
            "Vec<Channel>",
            "Vec<u8>",
            &format!("messages.rs:22: `Vec<u8>` cannot be expressed here, only String, {LIST}"),
        ),
        (
            "messages",
            "optional {}",
            "optional {\n/// A sum.\nsum: f64,\n}",
            &format!("messages.rs:26: `f64` cannot be expressed here, only String, u32, Timestamp, Template, {LIST}"),
        ),
        (
            "messages",
            "redacted_debug!(Message { id as Masked, error });",
            "",
            "messages.rs:4: `Message` has neither `redacted_debug!` nor `derive(Debug)`",
        ),
        (
            "messages",
            "as Masked",
            "as Secret",
            "messages.rs:27: there is no way to show a field `as Secret`, only Masked and Hidden",
        ),
    ] {
        assert_eq!(complaints(file, right, wrong), [format!("core/src/{complaint}")], "{wrong}");
    }
}

#[test]
fn what_is_wrong_in_the_table_of_endpoints() {
    for (right, wrong, complaint) in [
        ("/// Messages.", "", "4: `messages` has no doc comment"),
        ("/// Sends.", "", "6: `send` has no doc comment"),
        ("messages: ", "letters: ", "4: there is no section `letters` for this resource"),
        ("post", "patch", "6: there is no shape `patch`, only post, get, get_one, wait, list, delete"),
        ("post", "delete", "6: `delete` is written `delete name(\"path\");`"),
        ("post", "wait", "6: `wait` is written `wait name(\"path\") -> Model;`"),
        (" -> Message", "", "6: `post` is written `post name(\"path\", argument: Params) -> Model;`"),
        (": SendMessage", ": Message", "6: there are no parameters `Message`"),
        ("-> Message", "-> Letter", "6: there is no model `Letter`"),
        ("-> Message;", "-> Message", "7: expected `;`"),
        ("-> Message;", "-> Message, or Config | Gone;", "6: there is no `Kind::Gone`"),
    ] {
        assert_eq!(complaints("endpoints", right, wrong), [format!("core/src/endpoints.rs:{complaint}")]);
    }
}

#[test]
fn what_is_wrong_with_constants() {
    for (right, wrong, complaint) in [
        ("/// An option.", "", "4: `Config` has no doc comment"),
        (" = 2,", ",", "7: `Other` has no number: write `Other = 1,` with one that was never used"),
        (" = 2,", " = -1,", "7: `Other` has no number: write `Other = 1,` with one that was never used"),
        (" = 2,", " = 1,", "7: `Other` has the number 1, and so has `Config`"),
        (" Other = \"other\",", "", "7: `Other` has no name in `names!(Kind …)`"),
        ("enum Outcome", "enum Income", "1: there is no `enum Outcome` in it"),
    ] {
        assert_eq!(complaints("error", right, wrong), [format!("core/src/error.rs:{complaint}")]);
    }
}

#[test]
fn everything_that_is_wrong_is_told_in_order() {
    let text = "//! Messages.\nmodel! { Message { required { id: u8, } optional {} } }\nopen_enum! {\n/// X.\nX { A = \"a\", } }";
    let (_, right) = CORE.into_iter().find(|(name, _)| *name == "messages").expect("is there");
    let all = complaints("messages", right, text);
    let expected = [
        "core/src/endpoints.rs:6: there are no parameters `SendMessage`",
        "core/src/messages.rs:2: `Message` has no doc comment",
        "core/src/messages.rs:2: `Message` has neither `redacted_debug!` nor `derive(Debug)`",
        "core/src/messages.rs:2: `id` has no doc comment",
        "core/src/messages.rs:2: `u8` cannot be expressed here",
        "core/src/messages.rs:5: `A` has no doc comment",
    ];
    assert_eq!(all.len(), expected.len(), "{all:#?}");
    for (complaint, expected) in all.iter().zip(expected) {
        assert!(complaint.starts_with(expected), "{complaint}");
    }
}

#[test]
fn a_file_too_many_and_a_file_too_few() {
    let files = CORE.map(|(name, text)| (PathBuf::from(format!("{name}.rs")), text.to_owned()));
    let stray = (PathBuf::from("letters.rs"), "//! Letters.\ncrate::model::model! {}".to_owned());
    let more: Vec<_> = files.iter().cloned().chain([stray]).collect();
    let expected = "letters.rs:2: `model!` is not read from this file: add `letters` to SECTIONS in ";
    let [complaint] = &understand(Path::new(""), more).err().expect("a complaint")[..] else { panic!("not one") };
    assert_eq!(complaint.to_string(), format!("{expected}xtask/src/codegen/read/mod.rs"));

    let fewer = files.into_iter().filter(|(file, _)| file != Path::new("credits.rs")).collect();
    let [complaint] = &understand(Path::new(""), fewer).err().expect("a complaint")[..] else { panic!("not one") };
    assert_eq!(complaint.to_string(), "credits.rs:1: there is no such file");
}
