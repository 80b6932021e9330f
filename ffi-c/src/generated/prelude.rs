//! What the generated files use.

pub(super) use std::ffi::c_char;
pub(super) use std::mem::offset_of;
pub(super) use std::ptr;

pub(super) use zexa::binding::{self, Blank};

pub(super) use crate::call_options::{self, zexa_call_options};
pub(super) use crate::client::zexa_client;
pub(super) use crate::error::zexa_error;
pub(super) use crate::guard::{self, Failure};
pub(super) use crate::list::{Items, PageOf, Pages};
pub(super) use crate::number::{self, ZEXA_DEFAULT};
pub(super) use crate::object::{Fields, Object, Texts};
pub(super) use crate::output::Output;
pub(super) use crate::status::zexa_status;
pub(super) use crate::{enumeration, input};
