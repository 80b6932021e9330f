//! The hand-written fragments of `zexa.hpp`, and the names that they define.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::command::Result;

/// The fragments in the namespace itself.
const FRAGMENTS: &[&str] = &[
    "head.hpp",
    "client.hpp",
    "error.hpp",
    "options.hpp",
    "detail.hpp",
    "client_impl.hpp",
    "values.hpp",
    "list.hpp",
    "template.hpp",
    "event.hpp",
];

/// The fragment in the class `event`.
pub(super) const EVENT_MEMBERS: &str = "event_members.hpp";

/// A fragment, followed by an empty line.
pub(super) fn read(folder: &Path, name: &str) -> Result<String> {
    let file = folder.join(name);
    fs::read_to_string(&file).map(|text| text + "\n").map_err(|error| format!("{}: {error}", file.display()))
}

/// The names that all fragments define, each with its scope.
pub(super) fn names(folder: &Path) -> Result<HashSet<String>> {
    let mut all = names_in(&read(folder, EVENT_MEMBERS)?, "event");
    for name in FRAGMENTS {
        all.extend(names_in(&read(folder, name)?, "zexa"));
    }
    Ok(all)
}

/// The classes, aliases and functions in `scope`, and the functions of those classes. Relies on the indentation of clang-format.
fn names_in(text: &str, scope: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut class = None;
    let mut is_detail = false;
    for line in text.lines() {
        is_detail = (is_detail || line == "namespace detail {") && line != "} // namespace detail";
        let code = line.trim_start();
        if is_detail || code.is_empty() || code.starts_with(['/', '*', '#']) {
            continue;
        }
        match line.len() - code.len() {
            0 => {
                // A declaration ends the previous class.
                class = named(code).filter(|_| !code.ends_with(';')).map(str::to_owned);
                names.extend(named(code).or_else(|| function(code)).map(|name| format!("{scope}::{name}")));
            }
            4 => names.extend(class.iter().zip(function(code)).map(|(class, name)| format!("{class}::{name}"))),
            _ => {}
        }
    }
    names
}

/// The class or alias that this code starts.
fn named(code: &str) -> Option<&str> {
    let code = code.strip_prefix("template <class Item> ").unwrap_or(code);
    let mut words = code.split(' ');
    matches!(words.next(), Some("class" | "struct" | "using")).then(|| words.next())?
}

/// The function that this code declares.
fn function(code: &str) -> Option<&str> {
    let (before, _) = code.split_once('(')?;
    before.rsplit(|one: char| !one.is_alphanumeric() && one != '_').next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn names_of_a_fragment_are_found() {
        let text = "namespace detail {
class arrays {};
} // namespace detail
/// A client, of class(x).
class client {
  public:
    /// Ends it().
    void close() const noexcept {
        end(it);
    }
};
using key_values = std::vector<pair>;
inline event parse_event(std::string_view body) {
    return event(body);
}
";
        let expected = ["zexa::client", "client::close", "zexa::key_values", "zexa::parse_event"];
        assert_eq!(names_in(text, "zexa"), expected.map(str::to_owned).into());
    }

    #[test]
    fn names_of_all_fragments_are_found() {
        let names = names(&paths::root().join("ffi-c/cpp")).expect("the fragments exist");
        for name in ["zexa::client", "client::request", "zexa::page", "zexa::error", "zexa::version", "event::message"]
        {
            assert!(names.contains(name), "{name}");
        }
    }
}
