//! The imports of the generated files.

pub(crate) use zexa::binding::Empty;

pub(crate) use crate::arguments::Argument;
pub(crate) use crate::async_list::AsyncList;
pub(crate) use crate::bulk::iterator::{CreateMany, SendMany};
pub(crate) use crate::bulk::row::{FromRow, Row};
pub(crate) use crate::bulk::steps::{CreateSteps, SendSteps};
pub(crate) use crate::client::{AsyncClient, AsyncHandle, Client, Handle};
pub(crate) use crate::coroutine::Coroutine;
pub(crate) use crate::errors;
pub(crate) use crate::generated::*;
pub(crate) use crate::list::List;
pub(crate) use crate::model::model;
pub(crate) use crate::options::{BulkArguments, CallArguments};
