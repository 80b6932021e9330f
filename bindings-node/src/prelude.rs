//! Imports of every generated file.

pub(crate) use napi_derive::napi;
pub(crate) use zexa::*;

pub(crate) use crate::client::{NativeClient, Token};
pub(crate) use crate::json::{Row, WriteJson};
pub(crate) use crate::list::NativeList;
