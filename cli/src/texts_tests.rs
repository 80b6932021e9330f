//! Both languages have the texts that the program uses, with the same variables.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use super::*;

/// The variables of each text.
type Variables = BTreeMap<String, BTreeSet<String>>;

fn texts_of(language: Language) -> Variables {
    let mut texts = Variables::new();
    for file in language.files() {
        for entry in fluent_syntax::parser::parse(*file).expect("valid Fluent").body {
            let Entry::Message(message) = entry else { continue };
            let mut variables = BTreeSet::new();
            collect(&message.value.expect("a value").elements, &mut variables);
            assert!(
                texts.insert(message.id.name.to_owned(), variables).is_none(),
                "{} is defined twice",
                message.id.name
            );
        }
    }
    texts
}

fn collect(elements: &[PatternElement<&str>], variables: &mut BTreeSet<String>) {
    for element in elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => collect_inline(inline, variables),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                collect_inline(selector, variables);
                variants.iter().for_each(|variant| collect(&variant.value.elements, variables));
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        variables.insert(id.name.to_owned());
    }
}

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => source_files(&path, files),
            false => files.push(path),
        }
    }
}

/// The texts that the source uses: the calls of the macro `text!`.
fn used() -> Variables {
    let mut files = Vec::new();
    source_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut used = Variables::new();
    for file in files.iter().filter(|file| !file.ends_with("texts.rs") && !file.ends_with("texts_tests.rs")) {
        let source = fs::read_to_string(file).expect("source");
        for call in source.split("text!(").skip(1) {
            let call = &call[..end_of_call(call)];
            let mut parts = top_level(call).into_iter();
            let id = parts.next().unwrap_or_default();
            let id = id.trim().trim_matches('"').to_owned();
            let names = parts.filter_map(|part| part.split_once('=').map(|(name, _)| name.trim().to_owned()));
            let names: BTreeSet<_> = names.collect();
            let known = used.entry(id.clone()).or_insert_with(|| names.clone());
            assert_eq!(*known, names, "{id} is used with other variables in {}", file.display());
        }
    }
    used
}

/// The position of the parenthesis that closes a call.
fn end_of_call(text: &str) -> usize {
    let mut depth = 1;
    let closing = text.char_indices().find(|(_, character)| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    closing.expect("a closing parenthesis").0
}

/// The arguments of a call.
fn top_level(call: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut is_string = false;
    let split = |character: char| {
        match character {
            '"' => is_string = !is_string,
            '(' | '[' | '{' if !is_string => depth += 1,
            ')' | ']' | '}' if !is_string => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0 && !is_string
    };
    call.split(split).collect()
}

#[test]
fn both_languages_have_the_texts_that_are_used() {
    let english = texts_of(Language::English);
    assert_eq!(english, texts_of(Language::Portuguese));
    assert_eq!(english, used());
}

#[test]
fn the_language_follows_from_the_locale() {
    for locale in ["pt", "pt_AO", "pt_PT.UTF-8", "pt_BR@euro", "PT"] {
        assert_eq!(of_locale(locale), Language::Portuguese, "{locale}");
    }
    for locale in ["", "C", "POSIX", "en_GB.UTF-8", "ptx", "es_ES"] {
        assert_eq!(of_locale(locale), Language::English, "{locale}");
    }
}

#[test]
fn plurals() {
    let of = |language: Language, credits: f64| {
        let mut arguments = FluentArgs::new();
        arguments.set("credits", credits);
        Texts::new(language, language.files()).find("credits", Some(&arguments)).expect("a text")
    };
    assert_eq!(of(Language::English, 1.0), "1 credit");
    assert_eq!(of(Language::English, 0.5), "0.5 credits");
    assert_eq!(of(Language::Portuguese, 1.0), "1 crédito");
    assert_eq!(of(Language::Portuguese, 4250.5), "4250.5 créditos");
}
