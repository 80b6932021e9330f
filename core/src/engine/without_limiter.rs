//! Stands in for `limiter` in builds without the feature `redis`: no value of these types exists.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::rate::{Epoch, Priority};
use super::trust::Trust;
use crate::{Error, Result};

#[allow(dead_code, reason = "there is no limiter that could answer")]
pub(crate) enum Turn {
    After(Duration, Epoch),
    Closed(Duration),
    Later(Duration),
}

pub(crate) enum Setup {}

pub(crate) enum SharedLimiter {}

impl Setup {
    pub(crate) fn new(_: &str, _: &Trust, _: Duration, _server: &str, _api_key: &str) -> Result<Setup> {
        Err(Error::config("limiter", "is not supported by this build: it lacks the feature `redis`"))
    }
}

impl SharedLimiter {
    pub(crate) fn new(setup: Arc<Setup>) -> SharedLimiter {
        match *setup {}
    }

    pub(crate) async fn take(&self, _: Priority, _: Instant, _: &Handle) -> Result<Turn> {
        match *self {}
    }

    pub(crate) fn abandon(self) {
        match self {}
    }

    pub(crate) fn has_fallback(&self) -> bool {
        match *self {}
    }

    pub(crate) fn describe(&self) -> String {
        match *self {}
    }

    pub(crate) fn give_back(&self, _: Priority) {
        match *self {}
    }

    pub(crate) fn note_accepted(&self) {
        match *self {}
    }

    pub(crate) fn report_refusal(&self, _: Epoch, _closed_for: Duration) -> oneshot::Receiver<()> {
        match *self {}
    }

    pub(crate) fn limit(&self) -> Option<f64> {
        match *self {}
    }
}
