//! What a generated file of JavaScript takes from others.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Where arguments are read.
pub(super) const ARGUMENTS: &str = "../arguments.js";

/// What a resource shares with its client.
pub(super) const CONNECTION: &str = "../connection.js";

/// What a file takes from others, as told by whatever writes its body.
pub(super) struct Imports {
    file: String,
    taken: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Imports {
    /// None yet, for the file of this section.
    pub(super) fn of(section: &str) -> Imports {
        Imports { file: generated(section), taken: RefCell::default() }
    }

    /// The name of what `file` exports, which may be this one.
    pub(super) fn take(&self, file: &str, name: &str) -> String {
        if file != self.file {
            self.taken.borrow_mut().entry(file.to_owned()).or_default().insert(name.to_owned());
        }
        name.to_owned()
    }

    /// What stands at the top of the file.
    pub(super) fn written(self) -> String {
        let taken = self.taken.into_inner().into_iter();
        taken.map(|(file, names)| required(&file, &names.into_iter().collect::<Vec<_>>())).collect()
    }
}

/// The line that takes names from a file.
pub(super) fn required(file: &str, names: &[String]) -> String {
    format!("const {{ {} }} = require('{file}')\n", names.join(", "))
}

/// The file of a section, as those beside it call it.
pub(super) fn generated(section: &str) -> String {
    format!("./{section}.js")
}
