//! The texts of the program in the language of the user: Fluent messages, from the files in `locales/`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// The languages of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Portuguese,
}

impl Language {
    /// The files with the texts of this language.
    fn files(self) -> &'static [&'static str] {
        match self {
            Language::English => &[
                include_str!("../locales/en/common.ftl"),
                include_str!("../locales/en/bulk.ftl"),
                include_str!("../locales/en/commands.ftl"),
                include_str!("../locales/en/doctor.ftl"),
                include_str!("../locales/en/usage.ftl"),
            ],
            Language::Portuguese => &[
                include_str!("../locales/pt/common.ftl"),
                include_str!("../locales/pt/bulk.ftl"),
                include_str!("../locales/pt/commands.ftl"),
                include_str!("../locales/pt/doctor.ftl"),
                include_str!("../locales/pt/usage.ftl"),
            ],
        }
    }

    /// The language whose plurals the texts have.
    fn id(self) -> LanguageIdentifier {
        match self {
            Language::English => "en".parse().expect("a valid id"),
            Language::Portuguese => "pt-PT".parse().expect("a valid id"),
        }
    }
}

/// Return the language of the user, from the environment. Texts are English if it is not Portuguese, and within JSON.
pub(crate) fn language() -> Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
        if wants_json() {
            return Language::English;
        }
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let locale = variables.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        of_locale(&locale.unwrap_or_default())
    });
    *LANGUAGE
}

/// Return whether the arguments contain `--json`. Also valid if the arguments are invalid.
pub(crate) fn wants_json() -> bool {
    std::env::args_os().take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// The language of a locale such as `pt_AO.UTF-8`.
fn of_locale(locale: &str) -> Language {
    let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("pt") { Language::Portuguese } else { Language::English }
}

/// Texts of one language.
pub(crate) struct Texts(FluentBundle<FluentResource>);

impl Texts {
    pub(crate) fn new(language: Language, files: &[&str]) -> Texts {
        let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
        // Terminals show the isolation marks of Unicode as boxes.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned()).expect("the tests parse each file");
            bundle.add_resource(resource).expect("the tests check that each id is defined once");
        }
        Texts(bundle)
    }

    /// Return a text by its id, or an attribute of it by `id.attribute`. `None` if it is not defined.
    pub(crate) fn find(&self, id: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = match id.split_once('.') {
            None => self.0.get_message(id)?.value()?,
            Some((id, attribute)) => self.0.get_message(id)?.get_attribute(attribute)?.value(),
        };
        Some(self.0.format_pattern(pattern, arguments, &mut Vec::new()).into_owned())
    }
}

/// Return a text in the language of the user. Called by the macro `text!`.
pub(crate) fn find(id: &str, arguments: &FluentArgs<'_>) -> String {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::new(language(), language().files()));
    TEXTS.find(id, Some(arguments)).unwrap_or_else(|| id.to_owned())
}

/// Returns a text in the language of the user: `text!("id")`, or `text!("id", variable = value)`.
macro_rules! text {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "some texts have no variables")]
        let mut arguments = ::fluent_bundle::FluentArgs::new();
        $(arguments.set(stringify!($name), $value);)*
        $crate::texts::find($id, &arguments)
    }};
}
pub(crate) use text;

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
