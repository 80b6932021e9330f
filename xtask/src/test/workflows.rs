//! The step `workflows`: zizmor compares the workflows of GitHub with their schema, and searches them for insecure settings.

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;

/// Runs zizmor without the network. A file that does not match the schema is a failure, not a warning.
pub(crate) fn check() -> Result {
    let mut zizmor = Venv::prepare()?.program("zizmor");
    zizmor.current_dir(paths::root()).args(["--offline", "--quiet", "--no-progress", "--strict-collection"]);
    command::run(zizmor.arg(".github"))
}
