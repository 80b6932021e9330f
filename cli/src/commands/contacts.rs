//! `zexa contacts`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use zexa::{Contact, CreateContact, Kind, ListContacts};

use crate::bulk::import;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input;
use crate::numbers::Country;
use crate::output::{Cell, fields};
use crate::texts::text;
use crate::values;

/// List, add, import, export and delete contacts
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List contacts: all, those of one contact list, or those that match a text
    #[command(after_help = "\
Examples:
  zexa contacts list
  zexa contacts list --list lst_demo --limit 10
  zexa contacts list --search Ana --json")]
    List {
        #[command(flatten)]
        filter: Filter,
        /// Show at most this many contacts
        #[arg(long, value_name = "NUMBER", value_parser = values::count)]
        limit: Option<u64>,
    },
    /// Add a contact
    #[command(after_help = "\
Examples:
  zexa contacts add --name \"Ana Mendes\" --phone 912345678 --list lst_demo")]
    Add(Add),
    Import(import::Arguments),
    /// Write all contacts to stdout, as CSV or as JSON lines
    #[command(after_help = "\
Examples:
  zexa contacts export > contacts.csv
  zexa contacts export --list lst_demo --format json > contacts.jsonl")]
    Export {
        #[command(flatten)]
        filter: Filter,
        /// Format of the export
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
    },
    /// Delete contacts permanently, also from every contact list
    #[command(after_help = "\
Examples:
  zexa contacts delete cnt_0123 cnt_4567")]
    Delete {
        /// Ids of the contacts
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// Which contacts to list.
#[derive(Args)]
struct Filter {
    /// Only the contacts of this contact list
    #[arg(long, value_name = "ID")]
    list: Option<String>,
    /// Only the contacts that match this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

#[derive(Args)]
struct Add {
    /// Name of the person
    #[arg(long)]
    name: String,
    /// Phone number
    #[arg(long, value_name = "NUMBER")]
    phone: String,
    /// Email address
    #[arg(long)]
    email: Option<String>,
    /// Contact list to add the contact to. Can be repeated
    #[arg(long = "list", value_name = "ID")]
    lists: Vec<String>,
    /// Country of a phone number without a country code, such as AO. `none` requires numbers like +244912345678
    #[arg(long, default_value = "AO")]
    country: Country,
}

/// Format of an export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    match arguments.command {
        Command::List { filter, limit } => list(context, filter, limit),
        Command::Add(arguments) => add(context, arguments),
        Command::Import(arguments) => import::run(context, &arguments),
        Command::Export { filter, format } => export(context, filter, format),
        Command::Delete { ids } => delete(context, &ids),
    }
}

impl From<Filter> for ListContacts {
    fn from(Filter { list, search }: Filter) -> ListContacts {
        // The largest page: fewer requests.
        let mut filter = ListContacts::new().per_page(100);
        filter.list_id = list;
        filter.search = search;
        filter
    }
}

fn list(context: &Context, filter: Filter, limit: Option<u64>) -> Result {
    let client = context.client()?;
    let mut contacts = client.contacts().list(&filter.into());
    if let Some(limit) = limit {
        contacts = contacts.limit(limit);
    }
    let mut output = context.output();
    let headings =
        [text!("field-id"), text!("field-name"), text!("field-phone"), text!("field-email"), text!("field-lists")];
    let mut list = output.list(headings.to_vec());
    for contact in contacts.by_ref() {
        let contact = contact?;
        list.item(&contact, || cells(&contact))?;
    }
    list.finish()?;
    context.check_complete(contacts.is_incomplete())
}

fn cells(contact: &Contact) -> Vec<Cell> {
    let optional = |text: &Option<String>| Cell::new(text.as_deref().unwrap_or_default());
    vec![
        Cell::new(&contact.id),
        optional(&contact.name),
        optional(&contact.phone),
        optional(&contact.email),
        Cell::new(contact.lists.join(", ")),
    ]
}

fn add(context: &Context, arguments: Add) -> Result {
    let phone = input::number(context, &arguments.phone, arguments.country)?;
    let mut contact = CreateContact::new(arguments.name, phone).lists(arguments.lists);
    contact.email = arguments.email;
    let contact = context.client()?.contacts().create(&contact).map_err(Failure::Change)?;
    context.output().result(&contact, || {
        fields([
            (text!("field-id"), Some(contact.id.clone())),
            (text!("field-name"), contact.name.clone()),
            (text!("field-phone"), contact.phone.clone()),
            (text!("field-email"), contact.email.clone()),
            (text!("field-lists"), Some(contact.lists.join(", "))),
        ])
    })?;
    Ok(Exit::Done)
}

fn export(context: &Context, filter: Filter, format: Format) -> Result {
    let client = context.client()?;
    let mut contacts = client.contacts().list(&filter.into());
    let mut output = context.output();
    let columns = ["id", "name", "phone", "email", "lists", "created_at"];
    if format == Format::Csv {
        output.csv(&columns)?;
    }
    for contact in contacts.by_ref() {
        let contact = contact?;
        if format == Format::Json {
            output.json(&contact)?;
            continue;
        }
        let created = contact.created_at.map(|time| time.to_string());
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let row = [
            contact.id.clone(),
            text(&contact.name),
            text(&contact.phone),
            text(&contact.email),
            contact.lists.join(";"),
            text(&created),
        ];
        output.csv(&row)?;
    }
    context.check_complete(contacts.is_incomplete())
}

/// Deletes all contacts that can be deleted. The exit code is that of the first failure.
fn delete(context: &Context, ids: &[String]) -> Result {
    let client = context.client()?;
    let mut exit = Exit::Done;
    // All contacts are deleted, whether or not this can be printed.
    let mut printed = Ok(());
    for id in ids {
        match client.contacts().delete(id) {
            Ok(()) => {
                let result = json!({"id": id, "deleted": true});
                printed = printed
                    .and_then(|()| context.output().result(&result, || text!("contact-deleted", id = id.as_str())));
            }
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Unauthorized) => {
                return Err(Failure::Change(error));
            }
            Err(error) => {
                let code = context.report(&Failure::Change(error));
                exit = if exit == Exit::Done { code } else { exit };
            }
        }
    }
    context.end(Failure::unless_closed(printed).err(), exit)
}
