//! The imports of a generated JavaScript file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Module with the readers of arguments.
pub(super) const ARGUMENTS: &str = "../arguments.js";

/// Module with the connection that a client shares with its resources.
pub(super) const CONNECTION: &str = "../connection.js";

/// The names that a file imports. The writers of its body add to them.
pub(super) struct Imports {
    file: String,
    names: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Imports {
    /// No imports yet, for the file of this section.
    pub(super) fn of(section: &str) -> Imports {
        Imports { file: generated(section), names: RefCell::default() }
    }

    /// Imports `name` from `file`, unless that is the file itself. Returns the name.
    pub(super) fn add(&self, file: &str, name: &str) -> String {
        if file != self.file {
            self.names.borrow_mut().entry(file.to_owned()).or_default().insert(name.to_owned());
        }
        name.to_owned()
    }

    /// The `require()` lines at the top of the file.
    pub(super) fn written(self) -> String {
        let files = self.names.into_inner().into_iter();
        files.map(|(file, names)| required(&file, &names.into_iter().collect::<Vec<_>>())).collect()
    }
}

/// The line that imports names from a file.
pub(super) fn required(file: &str, names: &[String]) -> String {
    format!("const {{ {} }} = require('{file}')\n", names.join(", "))
}

/// The file of a section, relative to the other generated files.
pub(super) fn generated(section: &str) -> String {
    format!("./{section}.js")
}
