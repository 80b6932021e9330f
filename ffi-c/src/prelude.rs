//! Imports of the generated files.

pub(crate) use std::ffi::c_char;
pub(crate) use std::mem::offset_of;
pub(crate) use std::ptr;

pub(crate) use zexa::binding::{self, Empty};

pub(crate) use crate::call_options;
pub(crate) use crate::client::zexa_client;
pub(crate) use crate::error::zexa_error;
pub(crate) use crate::generated::options::zexa_call_options;
pub(crate) use crate::list::{Items, PageOf, Pages};
pub(crate) use crate::number::{self, ZEXA_DEFAULT};
pub(crate) use crate::object::{Object, StringFields, StringTable};
pub(crate) use crate::output::Output;
pub(crate) use crate::panic_boundary::{self, Failure};
pub(crate) use crate::status::zexa_status;
pub(crate) use crate::{input, open_enum};
