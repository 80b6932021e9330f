//! Arguments of the commands that are advised, as a shell reads them.

use std::path::Path;

use super::paths::{self, real};

/// The arguments that name a job: its file, and its ledger if that is not the default one.
pub(crate) fn job(file: &Path, ledger: Option<&Path>) -> String {
    let shown = |path: &Path| quoted(&paths::shown(path));
    match ledger.filter(|ledger| paths::is_url(ledger) || real(ledger) != real(&paths::ledger(file))) {
        Some(ledger) => format!("{} --ledger {}", shown(file), shown(ledger)),
        None => shown(file),
    }
}

/// An argument as a shell reads it.
pub(crate) fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:+@=,%".contains(character);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        for (argument, expected) in
            [("people.csv", "people.csv"), ("os clientes.csv", "'os clientes.csv'"), ("a'b", r"'a'\''b'"), ("", "''")]
        {
            assert_eq!(quoted(argument), expected);
        }
    }

    #[test]
    fn a_ledger_is_named_unless_it_is_the_default_one() {
        let file = Path::new("os clientes.csv");
        assert_eq!(job(file, None), "'os clientes.csv'");
        assert_eq!(job(file, Some(Path::new("os clientes.csv.zexa.db"))), "'os clientes.csv'");
        assert_eq!(job(file, Some(Path::new("june.db"))), "'os clientes.csv' --ledger june.db");
    }
}
