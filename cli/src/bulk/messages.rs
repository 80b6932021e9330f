//! [`Messages`]: makes the message of each row.

use zexa::{SendMessage, binding, estimate};

use super::job::{Job, takes_numbers};
use crate::numbers::{self, Country, shown};
use crate::table::columns::fold;
use crate::table::template::{BoundTemplate, Template};
use crate::table::{Header, Problem, Role, Row, RowProblem, Table, TableError};

/// The most characters of a value that an error shows.
const MAX_ADDRESS: usize = 320;

/// Makes messages from the rows of a table, as a job describes them.
pub(crate) struct Messages {
    job: Job,
    country: Country,
    pub(crate) recipient: usize,
    recipient_name: String,
    key: Option<(usize, String)>,
    body: BoundTemplate,
    subject: Option<BoundTemplate>,
}

impl Messages {
    /// Finds the columns.
    ///
    /// # Errors
    ///
    /// If a column does not exist, or if more than one could be meant.
    pub(crate) fn new(
        job: &Job,
        header: &Header,
        body: &Template,
        subject: Option<&Template>,
    ) -> Result<Messages, TableError> {
        let recipient = header.role(role(job), &job.map)?;
        let key = job.key_column.as_ref().map(|name| header.find(name)).transpose()?;
        let used = [body].into_iter().chain(subject).flat_map(Template::columns);
        let used: Vec<String> = used.map(fold).chain(["to".to_owned()]).collect();
        if let Some((field, _)) = job.map.iter().find(|(field, _)| !used.contains(&fold(field))) {
            return Err(TableError::UnusedMapping { field: field.clone() });
        }
        Ok(Messages {
            country: Country::of_code(job.country.as_deref()).unwrap_or(Country::None),
            recipient,
            recipient_name: header.name(recipient).to_owned(),
            key: key.map(|column| (column, header.name(column).to_owned())),
            body: body.bind(header, &job.map)?,
            subject: subject.map(|subject| subject.bind(header, &job.map)).transpose()?,
            job: job.clone(),
        })
    }

    /// The message of a row.
    ///
    /// # Errors
    ///
    /// If a value is missing or invalid.
    pub(crate) fn of(&self, table: &Table, row: &Row) -> Result<SendMessage, RowProblem> {
        table.check(row)?;
        let to =
            self.to(row.get(self.recipient)).map_err(|problem| RowProblem::in_column(&self.recipient_name, problem))?;
        let mut message =
            SendMessage::new(self.job.channel.clone(), to, self.job.from.clone()).body(self.body.fill(row)?);
        message.subject = self.subject.as_ref().map(|subject| subject.fill(row)).transpose()?;
        message.scheduled_at = self.job.scheduled_at;
        if let Some((column, name)) = &self.key {
            let key = row.get(*column).trim();
            let in_column = |problem| RowProblem::in_column(name, problem);
            if key.is_empty() {
                return Err(in_column(Problem::EmptyValue));
            }
            binding::check_key(key)
                .map_err(|error| in_column(Problem::BadKey { reason: error.message().to_owned() }))?;
            message.idempotency_key = Some(key.to_owned());
        }
        // The core would reject it during the run.
        estimate(&message)
            .map_err(|error| RowProblem::of_row(Problem::Refused { reason: error.message().to_owned() }))?;
        Ok(message)
    }

    fn to(&self, value: &str) -> Result<String, Problem> {
        if takes_numbers(&self.job.channel) {
            return numbers::normalise(value, self.country);
        }
        let value = value.trim();
        match role(&self.job) {
            _ if value.is_empty() => Err(Problem::EmptyValue),
            Role::ToAddress if !is_address(value) => Err(Problem::NotAnAddress { value: shown(value) }),
            _ => Ok(value.to_owned()),
        }
    }
}

/// What the column with the recipients has.
fn role(job: &Job) -> Role {
    match () {
        () if takes_numbers(&job.channel) => Role::ToNumber,
        () if job.channel == zexa::Channel::Email => Role::ToAddress,
        () => Role::ToOther,
    }
}

/// Whether a text has the form of an email address. Whether the address exists cannot be known.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |character: char| {
        !character.is_whitespace() && !character.is_control() && !matches!(character, ',' | ';' | '<' | '>')
    };
    !name.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.len() <= MAX_ADDRESS
        && !name.contains('@')
        && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for address in ["ana@example.com", "ana.silva+x@mail.example.co.ao", "joão@exemplo.pt"] {
            assert!(is_address(address), "{address}");
        }
        for text in [
            "ana",
            "@example.com",
            "ana@",
            "ana@example",
            "ana@.com",
            "ana@example.",
            "a b@example.com",
            "ana@x.com;rui@x.com",
            "Ana <ana@x.com>",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
