//! What every generated file needs.

pub(crate) use napi_derive::napi;
pub(crate) use zexa::*;

pub(crate) use crate::client::{NativeClient, Token};
pub(crate) use crate::json::{Plain, Row};
pub(crate) use crate::list::NativeList;
