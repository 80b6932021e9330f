//! [`Header`]: finds columns by name. Case, accents and punctuation do not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Row, TableError};
use crate::numbers;

/// Names of columns with telephone numbers, in the form of [`fold`].
const PHONE_NAMES: [&str; 40] = [
    "phone",
    "phone number",
    "phone no",
    "telephone",
    "telephone number",
    "mobile",
    "mobile number",
    "mobile phone",
    "cell",
    "cellphone",
    "cell phone",
    "tel",
    "tlm",
    "tlf",
    "msisdn",
    "number",
    "recipient",
    "whatsapp",
    "telegram",
    "sms",
    "phone 1 value",
    "para",
    "destinatario",
    "telefone",
    "telemovel",
    "celular",
    "movel",
    "contacto",
    "contato",
    "numero",
    "numero de telefone",
    "numero de telemovel",
    "n o de telefone",
    "no de telefone",
    "n o de telemovel",
    "no de telemovel",
    "n de telefone",
    "n de telemovel",
    "telefone movel",
    "terminal",
];

/// Names of columns with email addresses.
const EMAIL_NAMES: [&str; 8] = [
    "email",
    "e mail",
    "email address",
    "e mail address",
    "mail",
    "correio eletronico",
    "endereco de email",
    "e mail 1 value",
];

/// Names of columns with names of people.
const NAME_NAMES: [&str; 8] =
    ["name", "full name", "nome", "nome completo", "contact", "contact name", "cliente", "first name"];

/// What a column is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Recipient: a telephone number.
    ToNumber,
    /// Recipient: an email address.
    ToAddress,
    /// Recipient of another kind, such as a Slack channel.
    ToOther,
    /// Telephone number of a contact.
    Phone,
    /// Name of a contact.
    Name,
    /// Email address of a contact.
    Email,
}

impl Role {
    /// The name for `--map`, which is also the first name that is looked for.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Role::ToNumber | Role::ToAddress | Role::ToOther => "to",
            Role::Phone => "phone",
            Role::Name => "name",
            Role::Email => "email",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Role::ToNumber | Role::Phone => &PHONE_NAMES,
            Role::ToAddress | Role::Email => &EMAIL_NAMES,
            Role::ToOther => &["recipient", "channel", "para", "destinatario", "canal"],
            Role::Name => &NAME_NAMES,
        }
    }
}

/// The columns that a user has named with `--map FIELD=COLUMN`.
pub(crate) type Mapping = Vec<(String, String)>;

/// The names of the columns.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    names: Vec<String>,
    folded: Vec<String>,
}

impl Header {
    /// The header in a row.
    pub(crate) fn new(row: &Row) -> Header {
        let names: Vec<String> = row.fields().map(|name| name.trim().to_owned()).collect();
        Header { folded: names.iter().map(|name| fold(name)).collect(), names }
    }

    /// The number of columns.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a column.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map(String::as_str).unwrap_or_default()
    }

    /// All names, for a text.
    pub(crate) fn list(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        names.join(", ")
    }

    /// Finds a column by its exact name, or else without regard to case, accents and punctuation.
    ///
    /// # Errors
    ///
    /// If there is no such column, or more than one.
    pub(crate) fn find(&self, name: &str) -> Result<usize, TableError> {
        let name = name.trim();
        let folded = fold(name);
        let exact = positions(&self.names, |column| column == name);
        let found = if exact.is_empty() {
            positions(&self.folded, |column| *column == folded && !folded.is_empty())
        } else {
            exact
        };
        match *found {
            [column] => Ok(column),
            [] => Err(TableError::NoColumn { name: name.to_owned(), columns: self.list() }),
            _ => Err(self.ambiguous(name, &found)),
        }
    }

    /// Finds the column for a field: the one that the user has mapped, or else the one with the name of the field.
    ///
    /// # Errors
    ///
    /// If there is no such column, or more than one.
    pub(crate) fn mapped(&self, field: &str, mapping: &Mapping) -> Result<usize, TableError> {
        match mapping.iter().find(|(mapped, _)| fold(mapped) == fold(field)) {
            Some((_, column)) => self.find(column),
            None => self.find(field),
        }
    }

    /// Finds the column with this role: the one that the user has mapped, or else one with a usual name.
    ///
    /// # Errors
    ///
    /// If there is no such column, or more than one.
    pub(crate) fn role(&self, role: Role, mapping: &Mapping) -> Result<usize, TableError> {
        match self.mapped(role.field(), mapping) {
            Err(TableError::NoColumn { .. }) if !mapping.iter().any(|(field, _)| fold(field) == role.field()) => {}
            found => return found,
        }
        let found = positions(&self.folded, |column| role.names().contains(&column.as_str()));
        match *found {
            [column] => Ok(column),
            [] => Err(self.no_recipient(role)),
            _ => Err(self.ambiguous(role.field(), &found)),
        }
    }

    /// Like [`role`](Header::role), for a column that may be absent.
    ///
    /// # Errors
    ///
    /// If the user has mapped a column that does not exist, or if there is more than one.
    pub(crate) fn optional_role(&self, role: Role, mapping: &Mapping) -> Result<Option<usize>, TableError> {
        match self.role(role, mapping) {
            Ok(column) => Ok(Some(column)),
            Err(TableError::NoRecipient { .. } | TableError::HeaderIsData { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn no_recipient(&self, role: Role) -> TableError {
        let is_data = |name: &&String| name.contains('@') || numbers::looks_like_number(name);
        match self.names.iter().find(is_data) {
            Some(value) => TableError::HeaderIsData { value: value.clone() },
            None => TableError::NoRecipient { field: role.field(), columns: self.list() },
        }
    }

    fn ambiguous(&self, name: &str, columns: &[usize]) -> TableError {
        let columns: Vec<&str> = columns.iter().map(|column| self.name(*column)).collect();
        TableError::AmbiguousColumn { name: name.to_owned(), columns: columns.join(", ") }
    }
}

fn positions(names: &[String], matches: impl Fn(&String) -> bool) -> Vec<usize> {
    names.iter().enumerate().filter(|(_, name)| matches(name)).map(|(column, _)| column).collect()
}

/// A name without case, accents and punctuation: `Telemóvel` and `TELEMOVEL` are the same.
pub(crate) fn fold(name: &str) -> String {
    let letters = name.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase);
    let spaced: String = letters.map(|character| if character.is_alphanumeric() { character } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::RowReader;

    fn header(names: &str) -> Header {
        let mut row = Row::default();
        assert!(RowReader::new(names.as_bytes(), ';').read(&mut row).is_ok_and(|read| read));
        Header::new(&row)
    }

    fn code<T>(result: Result<T, TableError>) -> Result<T, &'static str> {
        result.map_err(|error| error.code())
    }

    #[test]
    fn names_are_folded() {
        for (name, folded) in [
            ("Telemóvel", "telemovel"),
            ("TELEMO\u{301}VEL", "telemovel"),
            (" N.º  de Telefone ", "n o de telefone"),
            ("first_name", "first name"),
            ("Número", "numero"),
            ("Endereço-de-email", "endereco de email"),
            ("€", ""),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    #[test]
    fn recipients_are_found_by_usual_names() {
        for name in [
            "to",
            "TO",
            "phone",
            "Telefone",
            "telemóvel",
            "NÚMERO",
            "Número de telefone",
            "N.º de telemóvel",
            "Phone 1 - Value",
            "Contacto",
        ] {
            assert_eq!(code(header(&format!("nome;{name};cidade")).role(Role::ToNumber, &Vec::new())), Ok(1), "{name}");
        }
        let header = header("to;telefone;telemóvel");
        assert_eq!(code(header.role(Role::ToNumber, &Vec::new())), Ok(0));
        let map = vec![("to".to_owned(), "TELEMOVEL".to_owned())];
        assert_eq!(code(header.role(Role::ToNumber, &map)), Ok(2));
    }

    #[test]
    fn what_cannot_be_found_is_an_error() {
        let none = Vec::new();
        assert_eq!(code(header("telefone;telemóvel").role(Role::ToNumber, &none)), Err("ambiguous_column"));
        assert_eq!(code(header("nome;cidade").role(Role::ToNumber, &none)), Err("no_recipient_column"));
        assert_eq!(code(header("Ana;923000001").role(Role::ToNumber, &none)), Err("header_is_data"));
        assert_eq!(code(header("Ana;ana@example.com").role(Role::ToAddress, &none)), Err("header_is_data"));
        assert_eq!(code(header("Nome;nome").find("NOME")), Err("ambiguous_column"));
        assert_eq!(code(header("Nome;nome").find("nome")), Ok(1));
        assert_eq!(code(header("a;;b").find("")), Ok(1));
        let map = vec![("to".to_owned(), "fax".to_owned())];
        assert_eq!(code(header("nome;telefone").role(Role::ToNumber, &map)), Err("no_column"));
        assert_eq!(code(header("nome;telefone").optional_role(Role::Email, &none)), Ok(None));
    }
}
