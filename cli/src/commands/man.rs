//! `zexa man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use crate::arguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::texts::text;
use crate::usage;

/// Write the man pages to a folder
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa man ~/.local/share/man/man1")]
pub(crate) struct Arguments {
    /// Folder, which is created if it does not exist
    folder: PathBuf,
}

pub(crate) fn run(Arguments { folder }: &Arguments) -> Result {
    let mut command = arguments::command();
    command.build();
    fs::create_dir_all(folder)
        .and_then(|()| write_pages(&command, folder))
        .map_err(|error| Failure::file(folder, &error))?;
    Ok(Exit::Done)
}

/// Writes the page of a command, and those of its subcommands.
fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    let man = Man::new(command.clone()).source(concat!("zexa ", env!("CARGO_PKG_VERSION"))).manual(text!("man-manual"));
    let mut page = Vec::new();
    man.render(&mut page)?;
    fs::write(folder.join(man.get_filename()), with_headings(&String::from_utf8_lossy(&page)))?;
    command.get_subcommands().try_for_each(|subcommand| write_pages(subcommand, folder))
}

/// Replaces the headings of clap by the usual ones, in the language of the user. Examples and exit codes are not filled.
fn with_headings(page: &str) -> String {
    let headings = [
        (".SH NAME\n", text!("man-name")),
        (".SH SYNOPSIS\n", text!("man-synopsis")),
        (".SH DESCRIPTION\n", text!("man-description")),
        (".SH OPTIONS\n", text!("man-options")),
        (".SH \"GLOBAL OPTIONS\"\n", text!("man-global-options")),
        (".SH SUBCOMMANDS\n", text!("man-commands")),
        (".SH VERSION\n", text!("man-version")),
    ];
    let page = headings
        .iter()
        .fold(page.to_owned(), |page, (clap, heading)| page.replace(clap, &format!(".SH \"{heading}\"\n")));
    let page = page.replace("<\\fIsubcommands\\fR>", &format!("\\fI{}\\fR", text!("word-command-place")));
    let page = usage::translated(&page).replace("Possible values:", &text!("man-values"));
    let Some((before, after)) = page.split_once(".SH EXTRA\n") else { return page };
    let (first, rest) = after.split_once('\n').unwrap_or((after, ""));
    let heading = if command_ends_with_examples(first) { text!("man-examples") } else { text!("man-exit-codes") };
    // The version of clap follows this section.
    let (lines, end) = rest.split_once(".SH ").map_or((rest, None), |(lines, end)| (lines, Some(end)));
    let end = end.map(|end| format!(".SH {end}")).unwrap_or_default();
    format!("{before}.SH \"{heading}\"\n.nf\n{}\n.fi\n{end}", lines.trim_end_matches('\n'))
}

/// Whether the last section of a page has examples. Otherwise, it has the exit codes.
fn command_ends_with_examples(first_line: &str) -> bool {
    first_line == text!("word-examples")
}
