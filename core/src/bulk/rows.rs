//! [`Rows`]: the rows of a run: those that are in flight, and the results that wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Map;
use tokio::sync::Notify;

use super::caller::RowCaller;
use super::ready::Ready;
use super::recent::Recent;
use super::row::BulkRow;
use super::run::Step;
use super::seen_keys::SeenKeys;
use super::stop::{Reason, Stop, Watch};
use super::{BulkStats, RowResult};
use crate::bulk_options::{BulkOptions, BulkValues, sends};
use crate::call_options::CallOptions;
use crate::config::defaulted;
use crate::decode::ResponseDecoder;
use crate::engine::expiry::Expiry;
use crate::engine::keyed::Work;
use crate::engine::rate::FixedRate;
use crate::engine::request::{Method, Request};
use crate::engine::{BulkPace, Shared};
use crate::ledger::key::{self, Hasher};
use crate::ledger::open::{OpenLedger, RunLock};
use crate::ledger::state::Resend;
use crate::{CancelToken, Error, Kind, Outcome, Result};
pub(super) struct Rows<P: BulkRow> {
    shared: Arc<Shared>,
    options: CallOptions,
    pub(super) ledger: Option<Arc<OpenLedger>>,
    hasher: Arc<Hasher>,
    resend: Resend,
    concurrency: usize,
    /// The maximum number of rows in flight and of results that wait for the caller, together.
    max_open: usize,
    allow_past: bool,
    not_after: Option<Timestamp>,
    /// Stops the run. The rows in flight are waited for.
    pub(super) stop: Option<CancelToken>,
    /// Cancels the rows in flight.
    pub(super) cancel: CancelToken,
    pace: Arc<BulkPace>,
    state: Mutex<State<P::Model>>,
    pub(super) changed: Notify,
}

struct State<T> {
    pulled: u64,
    /// Rows that use a slot.
    busy: usize,
    /// Rows without a result.
    in_flight: u64,
    /// Rows that are not recorded.
    unsettled: usize,
    /// Held until the last row is recorded.
    lock: Option<RunLock>,
    ready: Ready<T>,
    has_just_pulled: bool,
    has_ended: bool,
    stop: Option<Stop>,
    watch: Watch,
    seen: SeenKeys,
    counts: Counts,
    recent: Recent,
}

#[derive(Default)]
struct Counts {
    accepted: u64,
    rejected: u64,
    not_sent: u64,
    unknown: u64,
    duplicate: u64,
    replayed: u64,
}

impl<P: BulkRow> Rows<P> {
    /// The rows of a run that begins now.
    ///
    /// # Errors
    ///
    /// If an option is invalid, or if the ledger cannot be used or is used by another run.
    pub(super) fn new(shared: &Arc<Shared>, call: &CallOptions, options: &BulkOptions) -> Result<Rows<P>> {
        let values = options.values.clone().or(&BulkValues::defaults());
        let concurrency = match defaulted(values.concurrency) {
            0 => return Err(Error::config("concurrency", "must be 1 or more, got 0")),
            concurrency => usize::try_from(concurrency).unwrap_or(usize::MAX),
        };
        let rate = match values.rate {
            Some(rate) if !(rate.is_finite() && rate > 0.0) => {
                return Err(Error::config("rate", format_args!("must be more than zero, got {rate}")));
            }
            rate => rate,
        };
        let resend = Resend {
            unknown: sends("on_unknown", &defaulted(values.on_unknown))?,
            rejected: sends("on_rejected", &defaulted(values.on_rejected))?,
        };
        let observer = call.begin(&shared.config)?.observer;
        let ledger = match (&values.ledger, P::IS_IDEMPOTENT) {
            (Some(_), true) => {
                return Err(Error::config("ledger", "must not be set for contacts, which have no ledger"));
            }
            (None, true) => None,
            (Some(location), false) => Some(Arc::new(OpenLedger::open(location, &shared.config)?)),
            (None, false) => shared.ledger()?,
        };
        if let Some(ledger) = &ledger {
            shared.warn_if_temporary(ledger, P::ROUTE, observer.as_ref());
        }
        let lock = ledger.as_ref().map(|ledger| ledger.begin_run()).transpose()?;
        let hasher = match &ledger {
            Some(ledger) => ledger.hasher.clone(),
            None => Arc::new(Hasher::random()?),
        };
        let is_ordered = defaulted(values.ordered);
        Ok(Rows {
            shared: shared.clone(),
            options: call.clone(),
            ledger,
            hasher,
            resend,
            concurrency,
            max_open: concurrency.saturating_mul(if is_ordered { 8 } else { 2 }),
            allow_past: defaulted(values.allow_past),
            not_after: values.not_after,
            stop: options.cancel.clone(),
            cancel: CancelToken::new(),
            pace: Arc::new(BulkPace::new(rate)),
            state: Mutex::new(State {
                pulled: 0,
                busy: 0,
                in_flight: 0,
                unsettled: 0,
                lock,
                ready: Ready::new(is_ordered),
                has_just_pulled: false,
                has_ended: false,
                stop: None,
                watch: Watch::default(),
                seen: SeenKeys::new(),
                counts: Counts::default(),
                recent: Recent::new(),
            }),
            changed: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State<P::Model>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn step(&self, can_pull: bool) -> Step<P::Model> {
        let mut state = self.lock();
        // Only once: a stop wakes the caller, which must then sleep until the rows in flight have ended.
        if state.stop.is_none() && self.stop.as_ref().is_some_and(CancelToken::is_cancelled) {
            self.stop_locked(&mut state, Stop::new(Reason::Cancelled, None));
            self.changed.notify_one();
        }
        let concurrency = if state.watch.is_cautious { 1 } else { self.concurrency };
        let open = state.in_flight as usize + state.ready.len();
        let wants_row = !state.has_ended && state.stop.is_none() && state.busy < concurrency && open < self.max_open;
        let has_result = state.ready.has_next();
        // A source that is slow does not delay the results, and results do not keep slots empty.
        if can_pull && wants_row && !(has_result && state.has_just_pulled) {
            state.has_just_pulled = true;
            return Step::Pull;
        }
        state.has_just_pulled = false;
        if let Some(result) = state.ready.next() {
            return Step::Result(result);
        }
        if state.is_over() && state.in_flight == 0 {
            let first_untouched = state.pulled;
            let stop = state.stop.clone();
            drop(state);
            return Step::End(stop.map(|stop| stop.error(&self.stats(), first_untouched)));
        }
        Step::Wait
    }

    pub(super) fn push(self: &Arc<Self>, row: P) {
        let (index, stopped) = {
            let mut state = self.lock();
            (state.pull(), state.stop.as_ref().map(|stop| stop.reason))
        };
        // With a ledger, the row fails later: an earlier run may have sent it.
        if let Some(reason) = stopped.filter(|_| self.ledger.is_none()) {
            return self.finish(index, None, Err(Stop::error_of_row(Some(reason))), false, false);
        }
        let (key, work) = match self.prepare(&row) {
            Ok(prepared) => prepared,
            Err(error) => return self.finish(index, None, Err(error), false, false),
        };
        let is_duplicate = key.as_deref().is_some_and(|key| !self.lock().seen.add(key));
        if is_duplicate {
            return self.report_duplicate(index, key);
        }
        let caller = RowCaller::new(self, index, key);
        if let Err(error) = self.shared.start(work, caller.clone()) {
            caller.fail(error);
        }
    }

    /// The key of a row, and its call.
    fn prepare(&self, row: &P) -> Result<(Option<String>, Work<P::Model>)> {
        let request = Request::new(Method::Post, P::ROUTE, &self.shared.config.base_url);
        let (request, params) = self.options.complete_with(request, row)?;
        let expiry =
            Expiry { not_after: self.not_after, scheduled_at: params.scheduled_at().filter(|_| !self.allow_past) };
        if self.ledger.is_none() {
            expiry.check()?;
        }
        let key = match row.idempotency_key() {
            Some(key) => {
                key::check(key)?;
                Some(key.to_owned())
            }
            None => params.recipient().map(|(channel, to)| self.hasher.default_key(P::ROUTE, channel, to)),
        };
        let mut call = self.options.begin(&self.shared.config)?;
        let keyed = self.ledger.as_ref().zip(key.as_deref());
        let claim = keyed.map(|(ledger, key)| (ledger.clone(), ledger.claim(key, &request, self.resend, call.timeout)));
        call.deadline = None;
        call.retry_ambiguous = P::IS_IDEMPOTENT;
        call.cancel = Some(self.cancel.child());
        call.bulk = Some(self.pace.clone());
        call.expiry = expiry;
        Ok((key, Work { request, call, decoder: ResponseDecoder::filled_from(params), claim }))
    }

    fn report_duplicate(self: &Arc<Self>, index: u64, key: Option<String>) {
        let error = |outcome| {
            Error::new(
                Kind::Duplicate,
                outcome,
                "an earlier row of the run has this key; nothing was sent for this one",
            )
        };
        let (Some(ledger), Ok(running)) = (self.ledger.clone(), self.shared.background_runtime()) else {
            return self.finish(index, key, Err(error(Outcome::Unknown)), false, false);
        };
        let run = self.clone();
        let handle = running.handle.clone();
        handle.spawn(async move {
            let found = ledger.outcome_of(key.as_deref().unwrap_or_default()).await;
            run.finish(index, key, Err(error(found.unwrap_or_default())), false, false);
            drop(running);
        });
    }

    /// Adds a row that was pulled and is invalid.
    pub(super) fn push_invalid(&self, error: Error) {
        let index = self.lock().pull();
        self.finish(index, None, Err(error), false, false);
    }

    /// The source has no further rows.
    pub(super) fn end(&self) {
        {
            let mut state = self.lock();
            state.has_ended = true;
            state.release();
        }
        self.changed.notify_one();
    }

    pub(super) fn stop(&self, stop: Stop) {
        self.stop_locked(&mut self.lock(), stop);
        self.changed.notify_one();
    }

    fn stop_locked(&self, state: &mut State<P::Model>, stop: Stop) {
        self.pace.stop(stop.reason);
        state.stop.get_or_insert(stop);
        state.release();
    }

    /// A row takes a slot. Returns whether one row is sent at a time.
    pub(super) fn begin_row(&self) -> bool {
        let mut state = self.lock();
        state.busy += 1;
        state.unsettled += 1;
        state.watch.is_cautious
    }

    /// A row has its answer, and frees its slot. Another row may then be claimed, in the same transaction in which the answer is recorded.
    pub(super) fn free_slot(&self, error: Option<&Error>, is_replayed: bool, is_probe: bool) {
        {
            let mut state = self.lock();
            state.busy -= 1;
            // No row takes the slot before the answer has stopped the run.
            if !is_replayed && let Some(reason) = state.note(error, is_probe) {
                self.stop_locked(&mut state, Stop::new(reason, error));
            }
        }
        self.changed.notify_one();
    }

    /// A row is recorded.
    pub(super) fn settle_row(&self) {
        {
            let mut state = self.lock();
            state.unsettled -= 1;
            state.release();
        }
        self.changed.notify_one();
    }

    /// Queues the result of a row.
    pub(super) fn finish(
        &self,
        index: u64,
        key: Option<String>,
        result: Result<P::Model>,
        replayed: bool,
        recorded: bool,
    ) {
        let exists = result.as_ref().err().is_some_and(P::exists);
        let outcome = match &result {
            Ok(_) => Outcome::Accepted,
            // Even if an earlier attempt of the row may have added it.
            Err(_) if exists => Outcome::Rejected,
            Err(error) => error.outcome(),
        };
        let kind = result.as_ref().err().map(Error::kind);
        let was_sent = result.as_ref().err().is_none_or(|error| error.attempts() > 0);
        let (value, error) = match result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error).filter(|_| !exists)),
        };
        let result = RowResult { index, idempotency_key: key, value, error, outcome, replayed, recorded, exists };
        {
            let mut state = self.lock();
            let counts = &mut state.counts;
            *match outcome {
                _ if kind == Some(Kind::Duplicate) => &mut counts.duplicate,
                Outcome::Rejected => &mut counts.rejected,
                _ if replayed => &mut counts.replayed,
                // Accepted in an earlier run, and with other parameters, or this run has stopped.
                Outcome::Accepted if !was_sent => &mut counts.replayed,
                Outcome::Accepted => &mut counts.accepted,
                Outcome::NotSent => &mut counts.not_sent,
                Outcome::Unknown => &mut counts.unknown,
            } += 1;
            state.in_flight -= 1;
            state.ready.add(result);
        }
        self.changed.notify_one();
    }

    pub(super) fn is_settled(&self) -> bool {
        self.lock().lock.is_none()
    }

    pub(super) fn stats(&self) -> BulkStats {
        let adaptive = self.shared.allowed_rate();
        let allowed_rate = self.pace.rate.as_ref().map(FixedRate::rate).into_iter().chain(adaptive).reduce(f64::min);
        let mut state = self.lock();
        let rate = state.recent.rate(Instant::now());
        let counts = &state.counts;
        BulkStats {
            pulled: state.pulled,
            in_flight: state.in_flight,
            accepted: counts.accepted,
            rejected: counts.rejected,
            not_sent: counts.not_sent,
            unknown: counts.unknown,
            duplicate: counts.duplicate,
            replayed: counts.replayed,
            rate,
            allowed_rate,
            gate_opens_in: self.shared.gate_opens_in().map(|wait| wait.as_secs_f64()),
            ledger: self.ledger.as_ref().map(|ledger| ledger.path.display().to_string()),
            extra: Map::new(),
        }
    }
}

impl<T> State<T> {
    /// Takes note of the answer to a row. Returns the reason to stop, if it is one.
    fn note(&mut self, error: Option<&Error>, is_probe: bool) -> Option<Reason> {
        if error.is_none_or(|error| error.attempts() > 0) {
            self.recent.note(Instant::now());
        }
        self.watch.note(error, is_probe)
    }

    /// Whether no further row is pulled.
    fn is_over(&self) -> bool {
        self.has_ended || self.stop.is_some()
    }

    /// Lets another run use the ledger, if this one will not change it any more.
    fn release(&mut self) {
        if self.is_over() && self.unsettled == 0 {
            self.lock = None;
        }
    }

    /// Counts a row that was pulled. Returns its index.
    fn pull(&mut self) -> u64 {
        self.pulled += 1;
        self.in_flight += 1;
        self.pulled - 1
    }
}
