//! The archive for C: its libraries have the functions of the header, and programs that are compiled with it send messages.

use super::Bench;
use crate::command::Result;
use crate::dist::elf;
use crate::install::Prefix;
use crate::test::{c_scenarios, consumers, exports};

impl Bench {
    pub(super) fn check_c(&self) -> Result {
        let prefix = Prefix::unpacked(self.unpack("libzexa")?);
        exports::check_prefix(&prefix)?;
        elf::check(&prefix.lib().join("libzexa.so"), self.target)?;
        c_scenarios::check_prefix(&prefix)?;
        consumers::check_prefix(prefix)
    }
}
