//! Tests of the diagnostics for invalid sources.

use std::path::{Path, PathBuf};

use super::{Definition, Diagnostic, understand};

/// The files of a minimal core. Each test below replaces one part by something invalid.
const CORE: &str = r#"=== channel
//! Channels.
open_enum! {
    /// The channel.
    Channel {
        /// Text.
        Sms = "sms",
    }
}
impl Channel {
    /// Whether.
    pub fn is_old(&self) -> bool { true }
}
=== messages
//! Messages.
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
            /// The recipient.
            #[serde(default)]
            to: Vec<Channel>,
        }
        optional {}
    }
}
redacted_debug!(Message { id as Masked, error });
redacted_debug!(SendMessage { to });
=== sender_ids
//! Sender IDs.
=== campaigns
//! Campaigns.
=== contacts
//! Contacts.
=== webhooks
//! Webhooks.
=== credits
//! Credits.
=== segments
//! Segments.
=== ledger
//! Ledger.
=== bulk
//! Bulk runs.
=== endpoints
//! Endpoints.
endpoints! {
    /// Messages.
    messages: Messages, AsyncMessages {
        /// Sends.
        post send("/messages", message: SendMessage) -> Message;
    }
}
=== client_options
//! Options of a client.
options! {
    ClientValues of ClientBuilder {
        /// Set the key.
        api_key: secret from "KEY";
        /// Set the timeout.
        timeout: duration = 30 s;
    }
}
=== call_options
//! Options of a call.
options! { CallValues of CallOptions {} }
=== bulk_options
//! Options of a bulk run.
options! { BulkValues of BulkOptions {} }
=== error
//! Errors.
pub enum Kind {
    /// An option.
    Config = 1,
    /// The rest.
    #[default]
    Other = 2,
}
pub enum Outcome {
    /// Not known.
    Unknown = 1,
}
names!(Kind { Config = "config", Other = "other", });
names!(Outcome { Unknown = "unknown", });
"#;

/// The names of these files, and their texts.
fn core() -> impl Iterator<Item = (&'static str, &'static str)> {
    CORE.split("=== ").filter_map(|file| file.split_once('\n'))
}

/// Reads this core with `right` replaced by `wrong` in one file.
fn read(file: &str, right: &str, wrong: &str) -> Result<Definition, Vec<Diagnostic>> {
    let replace = |(name, text): (&str, &str)| {
        assert!(name != file || text.contains(right), "`{right}` is not in {name}.rs");
        let text = if name == file { text.replacen(right, wrong, 1) } else { text.to_owned() };
        (Path::new("core/src").join(name).with_extension("rs"), text)
    };
    understand(Path::new("core/src"), core().map(replace).collect())
}

fn diagnostics(file: &str, right: &str, wrong: &str) -> Vec<String> {
    read(file, right, wrong).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_valid_core_has_no_diagnostics() {
    assert_eq!(diagnostics("messages", "", ""), [""; 0]);
    assert_eq!(diagnostics("messages", "optional {}", "optional { /** Text. */ body: String, } extra"), [""; 0]);
}

#[test]
fn all_parts_of_a_model_are_read() {
    let documented =
        "documented { /** To. */ to: Option<String>, /** Lists. */ lists: Vec<String> as Code, }\noptional {";
    let with = |right, wrong: &str| {
        let text = core().find(|(name, _)| *name == "messages").expect("it exists").1;
        read("messages", text, &text.replacen("optional {", documented, 1).replacen(right, wrong, 1))
    };
    let definition = with("<Value>,\n        }", "<Value>, } from SendMessage { to, lists } then Message::finish");
    let message = definition.as_ref().map(|definition| &definition.model("Message").fields);
    let fields: Vec<_> =
        message.iter().flat_map(|fields| fields.iter()).map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(fields, [("id", true), ("to", false), ("lists", true), ("error", false)]);
}

#[test]
fn invalid_sections_are_reported() {
    for (file, right, wrong, diagnostic) in [
        ("channel", "//! Channels.", "", "1: the file has no `//!` comment"),
        ("channel", "/// The channel.", "", "4: `Channel` has no doc comment"),
        ("channel", "/// Text.", "", "6: `Sms` has no doc comment"),
        ("channel", "/// Whether.", "", "11: `is_old` has no doc comment"),
        ("channel", "\"sms\"", "1", "6: expected string literal"),
        ("channel", "= \"sms\"", "=", "6: expected string literal"),
        ("channel", "true", "1 +", "11: unexpected end of input, expected an expression"),
        ("messages", "/// A message.", "", "4: `Message` has no doc comment"),
        ("messages", "/// Its id.", "", "7: `id` has no doc comment"),
        (
            "messages",
            "/// Its id.",
            "/// Its id.\n#[serde(rename = \"x\")]",
            "7: unsupported attribute `serde(rename)`",
        ),
        ("messages", "derive(Default)", "derive(Default, Eq)", "17: unsupported attribute `derive(Eq)`"),
        (
            "messages",
            "redacted_debug!(Message { id as Masked, error });",
            "",
            "4: `Message` has neither `redacted_debug!` nor `derive(Debug)`",
        ),
        ("messages", "required {", "optional {", "5: expected `required`"),
        ("messages", "\"why\"", "why", "11: expected string literal"),
        ("messages", "id: String", "id: String as 1", "7: expected identifier"),
        ("messages", "{ to }", "{ to as }", "28: unexpected end of input, expected identifier"),
        ("messages", "optional {}", "optional {} from", "25: unexpected end of input, expected identifier"),
        ("messages", "as Masked", "as Secret", "27: unknown form `as Secret`: expected Masked or Hidden"),
    ] {
        assert_eq!(diagnostics(file, right, wrong), [format!("core/src/{file}.rs:{diagnostic}")], "{wrong}");
    }
}

#[test]
fn unsupported_types_are_reported() {
    const LISTS: &str = "Vec of String or of an open enum";
    const IN_A_MODEL: &str = "String, u32, u64, f64, Timestamp, Value, an open enum";
    for (right, wrong, line, kind, choices) in [
        ("id: String", "id: HashMap<String,\n u8>", 7, "HashMap<String, u8>", format!("{IN_A_MODEL}, {LISTS}")),
        ("id: String", "id: Message", 7, "Message", format!("{IN_A_MODEL}, {LISTS}")),
        (
            "<Value>",
            "<bool>",
            11,
            "Option<bool>",
            "Option of String, u32, u64, f64, Timestamp, Value, a model, an open enum".into(),
        ),
        ("Vec<Channel>", "Vec<u8>", 22, "Vec<u8>", format!("String, an open enum, {LISTS}")),
        (
            "optional {}",
            "optional {\n/// A sum.\nsum: f64,\n}",
            26,
            "f64",
            format!("String, u32, Timestamp, Template, an open enum, {LISTS}"),
        ),
    ] {
        let expected = format!("core/src/messages.rs:{line}: `{kind}` is not supported here, expected {choices}");
        assert_eq!(diagnostics("messages", right, wrong), [expected]);
    }
}

#[test]
fn an_invalid_endpoint_table_is_reported() {
    for (right, wrong, diagnostic) in [
        ("/// Messages.", "", "4: `messages` has no doc comment"),
        ("/// Sends.", "", "6: `send` has no doc comment"),
        ("messages: ", "letters: ", "4: no section `letters` for this resource"),
        ("post", "patch", "6: unknown kind `patch`: expected post, get, get_one, wait, list, delete"),
        ("post", "delete", "6: invalid `delete`: expected `delete name(\"path\");`"),
        ("post", "wait", "6: invalid `wait`: expected `wait name(\"path\") -> Model;`"),
        (" -> Message", "", "6: invalid `post`: expected `post name(\"path\", argument: Params) -> Model;`"),
        (": SendMessage", ": Message", "6: unknown parameters `Message`"),
        ("-> Message", "-> Letter", "6: unknown model `Letter`"),
        ("-> Message;", "-> Message", "7: expected `;`"),
        ("-> Message;", "-> Message, and Config;", "6: expected `or`"),
        ("\"/messages\", message: SendMessage", "", "6: unexpected end of input, expected string literal"),
        ("-> Message;", "-> Message, or Config | Gone;", "6: unknown `Kind::Gone`"),
    ] {
        assert_eq!(diagnostics("endpoints", right, wrong), [format!("core/src/endpoints.rs:{diagnostic}")]);
    }
}

#[test]
fn invalid_options_are_reported() {
    for (right, wrong, diagnostic) in [
        ("/// Set the key.", "", "5: `api_key` has no doc comment"),
        (
            "secret",
            "key",
            "5: unknown kind of option `key`: expected text, secret, path, location, duration, wait, count, limit, rate, time, flag, headers, query, object",
        ),
        ("30 s;", "30 s", "8: expected `;`"),
        ("of ClientBuilder", "of Builder", "1: no `options!` of `ClientBuilder`"),
    ] {
        assert_eq!(diagnostics("client_options", right, wrong), [format!("core/src/client_options.rs:{diagnostic}")]);
    }
}

#[test]
fn invalid_constants_are_reported() {
    for (right, wrong, diagnostic) in [
        ("/// An option.", "", "4: `Config` has no doc comment"),
        (" = 2,", ",", "7: `Other` has no number: write `Other = 1,` with an unused number"),
        (" = 2,", " = -1,", "7: `Other` has no number: write `Other = 1,` with an unused number"),
        (" = 2,", " = 1,", "7: `Other` has the same number 1 as `Config`"),
        (" Other = \"other\",", "", "7: `Other` has no name in `names!(Kind …)`"),
        ("enum Outcome", "enum Income", "1: missing `enum Outcome`"),
    ] {
        assert_eq!(diagnostics("error", right, wrong), [format!("core/src/error.rs:{diagnostic}")]);
    }
}

#[test]
fn all_problems_are_reported_in_order() {
    let text = "//! Messages.\nmodel! { Message { required { id: u8, } optional {} } }\nopen_enum! {\n/// X.\nX { A = \"a\", } }";
    let (_, right) = core().find(|(name, _)| *name == "messages").expect("is there");
    let all = diagnostics("messages", right, text);
    let expected = [
        "core/src/endpoints.rs:6: unknown parameters `SendMessage`",
        "core/src/messages.rs:2: `Message` has no doc comment",
        "core/src/messages.rs:2: `Message` has neither `redacted_debug!` nor `derive(Debug)`",
        "core/src/messages.rs:2: `id` has no doc comment",
        "core/src/messages.rs:2: `u8` is not supported here",
        "core/src/messages.rs:5: `A` has no doc comment",
    ];
    assert_eq!(all.len(), expected.len(), "{all:#?}");
    for (diagnostic, expected) in all.iter().zip(expected) {
        assert!(diagnostic.starts_with(expected), "{diagnostic}");
    }
}

#[test]
fn unexpected_and_missing_files_are_reported() {
    let files = core().map(|(name, text)| (PathBuf::from(format!("{name}.rs")), text.to_owned())).collect::<Vec<_>>();
    let stray = (PathBuf::from("letters.rs"), "//! Letters.\ncrate::model::model! {}".to_owned());
    let more: Vec<_> = files.iter().cloned().chain([stray]).collect();
    let expected = "letters.rs:2: `model!` is not read from this file: add `letters` to SECTIONS in ";
    let [diagnostic] = &understand(Path::new(""), more).err().expect("a complaint")[..] else { panic!("not one") };
    assert_eq!(diagnostic.to_string(), format!("{expected}xtask/src/codegen/read/mod.rs"));

    let fewer = files.into_iter().filter(|(file, _)| file != Path::new("credits.rs")).collect();
    let [diagnostic] = &understand(Path::new(""), fewer).err().expect("a complaint")[..] else { panic!("not one") };
    assert_eq!(diagnostic.to_string(), "credits.rs:1: missing file");
}
