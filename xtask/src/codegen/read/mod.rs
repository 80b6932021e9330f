//! Reads the definitions from the core's source, and reports constructs that the other languages cannot express.

mod constants;
#[cfg(test)]
mod diagnostics_tests;
mod endpoints;
mod options;
mod section;
mod source;
mod types;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use self::source::{Diagnostic, render};
pub(crate) use self::types::{Owner, Position};

use self::section::Reader;
use self::source::{Source, is_called};
use self::types::Names;
use super::definition::{Definition, Span};
use crate::paths;

/// Words of the macros with which the core defines its data.
mod word {
    syn::custom_keyword!(required);
    syn::custom_keyword!(documented);
    syn::custom_keyword!(optional);
    syn::custom_keyword!(from);
    syn::custom_keyword!(then);
    syn::custom_keyword!(extra);
    syn::custom_keyword!(local);
    syn::custom_keyword!(or);
    syn::custom_keyword!(of);
    syn::custom_keyword!(by);
    syn::custom_keyword!(since);
}

/// Files that define data, in documentation order.
const SECTIONS: [&str; 10] =
    ["channel", "messages", "sender_ids", "campaigns", "contacts", "webhooks", "credits", "segments", "ledger", "bulk"];
/// Macros that define data.
const DEFINING: [&str; 3] = ["open_enum", "model", "params"];

/// Reads the definitions of the core.
///
/// # Errors
///
/// All problems, ordered by file and line. Missing files and syntax errors are reported alone, because they cause further problems.
pub(crate) fn read(core_src: &Path) -> Result<Definition, Vec<Diagnostic>> {
    let texts = texts(core_src).map_err(|diagnostic| vec![diagnostic])?;
    understand(&shown(core_src), texts)
}

/// Source files in this folder. Subfolders contain no definitions.
fn texts(folder: &Path) -> Result<Vec<(PathBuf, String)>, Diagnostic> {
    fn unreadable(file: &Path) -> impl Fn(io::Error) -> Diagnostic {
        |error| Diagnostic { span: Span { file: shown(file), line: 1 }, message: format!("cannot read: {error}") }
    }
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let file = entry.map_err(unreadable(folder))?.path();
        if file.extension().is_some_and(|extension| extension == "rs") {
            texts.push((shown(&file), fs::read_to_string(&file).map_err(unreadable(&file))?));
        }
    }
    Ok(texts)
}

/// Path relative to the root of the repository.
fn shown(file: &Path) -> PathBuf {
    file.strip_prefix(paths::root()).unwrap_or(file).to_owned()
}

fn understand(folder: &Path, texts: Vec<(PathBuf, String)>) -> Result<Definition, Vec<Diagnostic>> {
    let mut sources: BTreeMap<_, _> =
        texts.into_iter().map(|(file, text)| Source::parse(file, &text)).map(|one| (one.name.clone(), one)).collect();
    for name in SECTIONS.into_iter().chain(["error", "endpoints", "client_options", "call_options", "bulk_options"]) {
        let missing = || Source::missing(folder.join(name).with_extension("rs"));
        sources.entry(name.to_owned()).or_insert_with(missing);
    }
    let names = Names::of(SECTIONS.map(|name| &sources[name]));
    let mut sections: Vec<_> = SECTIONS.map(|name| Reader::new(&sources[name], &names).section()).into();
    let [kinds, outcomes] = ["Kind", "Outcome"].map(|name| constants::constants(&sources["error"], name));
    endpoints::add_resources(&sources["endpoints"], &names, &kinds, &mut sections);
    let client_options = options::options(&sources["client_options"], "ClientBuilder");
    let call_options = options::options(&sources["call_options"], "CallOptions");
    let bulk_options = options::options(&sources["bulk_options"], "BulkOptions");
    sources.values().filter(|source| !SECTIONS.contains(&source.name.as_str())).for_each(report_strays);
    let (invalid, others): (Vec<_>, Vec<_>) = sources.into_values().map(Source::into_diagnostics).unzip();
    let mut diagnostics = if invalid.iter().all(Vec::is_empty) { others.concat() } else { invalid.concat() };
    diagnostics.sort_by(|a, b| (&a.span.file, a.span.line).cmp(&(&b.span.file, b.span.line)));
    diagnostics.dedup();
    if diagnostics.is_empty() {
        Ok(Definition { sections, kinds, outcomes, client_options, call_options, bulk_options })
    } else {
        Err(diagnostics)
    }
}

/// Reports definitions in a file that defines no section. They would be missing in all languages except Rust.
fn report_strays(source: &Source) {
    for call in source.macros() {
        if let Some(name) = DEFINING.iter().find(|name| is_called(call, name)) {
            let list = format!("add `{}` to SECTIONS in xtask/src/codegen/read/mod.rs", source.name);
            source.report(&call.path, format!("`{name}!` is not read from this file: {list}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::{Field, Section, Shown, Type};

    fn real() -> Definition {
        read(&paths::root().join("core/src")).expect("the core can be expressed in every language")
    }

    fn section<'a>(definition: &'a Definition, name: &str) -> &'a Section {
        definition.sections.iter().find(|section| section.name == name).expect("a section")
    }

    fn field<'a>(section: &'a Section, of: &str, name: &str) -> &'a Field {
        let models = section.models.iter().map(|model| (&model.name, &model.fields));
        let params = section.params.iter().map(|params| (&params.name, &params.fields));
        let (_, fields) = models.chain(params).find(|(name, _)| *name == of).expect("a struct");
        fields.iter().find(|field| field.name == name).expect("a field")
    }

    #[test]
    fn the_sections_of_the_core() {
        let definition = real();
        let names: Vec<_> = definition.sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, SECTIONS);
        let without: Vec<_> = definition.sections.iter().filter(|section| section.resource.is_none()).collect();
        assert_eq!(
            without.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(),
            ["channel", "segments", "ledger", "bulk"]
        );
        let title = "Messages: send one with [`SendMessage`]; the result is a [`Message`].";
        assert_eq!(section(&definition, "messages").docs.lines, [title]);
    }

    #[test]
    fn the_fields_of_the_core() {
        let definition = real();
        let to = field(section(&definition, "messages"), "SendMessage", "to");
        assert_eq!((to.shown, to.required, &to.kind), (Shown::Masked, true, &Type::String));
        assert_eq!(field(section(&definition, "messages"), "SendMessage", "html").shown, Shown::Never);
        assert_eq!(field(section(&definition, "sender_ids"), "ListSenderIds", "per_page").shown, Shown::Plain);
        let lists = field(section(&definition, "contacts"), "Contact", "lists");
        assert_eq!((lists.required, &lists.kind), (true, &Type::List(Box::new(Type::String))));
        let event = field(section(&definition, "webhooks"), "Event", "event");
        assert_eq!((event.required, &event.kind), (false, &Type::Enum("EventName".into())));
        assert_eq!(event.docs.lines, ["Event name. Not documented by the API; may be absent."]);
        let status = field(section(&definition, "messages"), "Message", "status");
        assert_eq!((status.required, &status.kind), (true, &Type::Enum("MessageStatus".into())));
        let stats = field(section(&definition, "campaigns"), "Campaign", "stats");
        assert_eq!(stats.kind, Type::Model("CampaignStats".into()));
    }

    #[test]
    fn the_enums_of_the_core() {
        let definition = real();
        let status = section(&definition, "messages").enums.first().expect("an enum");
        assert_eq!((status.name.as_str(), status.values.len()), ("MessageStatus", 5));
        assert_eq!(status.predicates.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["is_final"]);
        // `Channel` also has such a method, but it is not public.
        assert!(section(&definition, "channel").enums.first().expect("an enum").predicates.is_empty());
        assert_eq!((definition.kinds.len(), definition.outcomes.len()), (20, 4));
        assert_eq!(definition.kinds.iter().find(|kind| kind.variant == "NotFound").expect("a kind").name, "not_found");
    }

    #[test]
    fn the_options_of_the_core() {
        let definition = real();
        let timeout = definition.client_options.iter().find(|one| one.name == "timeout").expect("an option");
        assert_eq!((timeout.kind.as_str(), &timeout.default), ("duration", &Some("30 s".to_owned())));
        let url = definition.client_options.iter().find(|one| one.name == "base_url").expect("an option");
        assert_eq!(
            (&url.variable, &url.default),
            (&Some("ZEXA_BASE_URL".to_owned()), &Some("https://api.zexa.ao/v1".to_owned()))
        );
        let headers = definition.call_options.iter().find(|one| one.name == "headers").expect("an option");
        assert_eq!((headers.kind.as_str(), headers.setter.as_str(), &headers.default), ("headers", "header", &None));
    }

    #[test]
    fn the_operations_of_the_core() {
        let definition = real();
        let resource = section(&definition, "messages").resource.as_ref().expect("a resource");
        let send = resource.operations.first().expect("an operation");
        assert_eq!((send.name.as_str(), send.path.as_str(), send.kind.as_str()), ("send", "/messages", "post"));
        assert_eq!((send.params.as_deref(), send.answer.as_deref()), (Some("SendMessage"), Some("Message")));
        let operations = definition.sections.iter().filter_map(|section| section.resource.as_ref());
        assert_eq!(operations.map(|resource| resource.operations.len()).sum::<usize>(), 13);
    }
}
