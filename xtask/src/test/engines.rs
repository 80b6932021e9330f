//! The step `engines`: the recipes of `docs/scale.md` send messages, while their processes are killed.

use crate::command::{self, Result};
use crate::node::Packages;
use crate::{engines, paths};

/// Runs the tests of `tests/engines`.
pub(crate) fn check() -> Result {
    let mut pytest = engines::python()?;
    let project = engines::assemble_node()?;
    pytest.args(["-X", "dev", "-W", "error", "-m", "pytest", "-rs", "--durations=0", engines::TESTS]);
    // Installed packages contain plugins that these tests do not use.
    pytest.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1").env("ZEXA_OUTBOX", paths::example("outbox"));
    pytest.env("ZEXA_TEST_NODE", Packages::prepare()?.command().get_program()).env("ZEXA_TEST_PROJECT", project);
    command::run(&mut pytest)
}

/// The reason why the step cannot run.
pub(crate) fn unavailable() -> Option<String> {
    super::postgres::unavailable().or_else(engines::unavailable)
}
