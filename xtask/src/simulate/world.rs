//! [`World`]: workers that share a limiter, and an API that has a rate limit, as a discrete-event simulation.
//!
//! A worker does what a client does for a bulk run: one row asks at a time, and the others are in flight. See `pace.rs` and `limiter/worker.rs` of the core.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use fastrand::Rng;

use super::redis::{Answer, Limiter, Question};
use super::{Micros, SECOND};
use crate::command::Result;

/// The maximum number of rows in flight of a worker.
const CONCURRENCY: u32 = 16;

/// The wait before a row asks again for a turn that is too far ahead, and a random part of it.
const LATER: Micros = 250_000;

/// The timeout of an exchange with the limiter.
const EXCHANGE_TIMEOUT: Micros = SECOND;

/// The API asks for this wait after a 429. A client adds up to a quarter.
const RETRY_AFTER: Micros = SECOND;

/// An attempt that began without the limiter.
const NO_EPOCH: u64 = 1 << 52;

/// What happens to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A row wants to ask.
    Ask,
    /// A question arrives at the limiter. `false`: its answer is lost.
    Question(bool),
    /// The report of a 429 arrives at the limiter.
    Report(u64, Micros),
    /// An attempt begins.
    Begin(u64),
    /// An attempt arrives at the API.
    Arrive(u64),
    /// The response of the API: the epoch of an attempt that was refused.
    Response(Option<u64>),
}

#[derive(Clone, Debug, Default)]
struct Worker {
    in_flight: u32,
    /// Whether a row asks, or waits to ask.
    is_asking: bool,
    /// Until when the gate of this client is closed.
    closed: Micros,
    accepted: u64,
    limit: f64,
    /// When the worker may send without the limiter again.
    next_fallback: Micros,
}

/// What was counted since the last phase.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// The accepted attempts of each worker.
    pub(super) accepted: Vec<u64>,
    pub(super) refused: u64,
    pub(super) questions: u64,
}

pub(super) struct World {
    limiter: Limiter,
    workers: Vec<Worker>,
    random: Rng,
    now: Micros,
    events: BinaryHeap<Reverse<(Micros, u64, usize, Event)>>,
    number: u64,
    /// The limit of the API in requests per second, and the times of the requests of the last second.
    pub(super) api_limit: usize,
    admitted: VecDeque<Micros>,
    /// When the limiter does not answer.
    pub(super) stall: (Micros, Micros),
    /// The requests per second of each worker while the limiter does not answer. `None`: none.
    fallback: Option<f64>,
    counts: Counts,
}

impl World {
    pub(super) fn new(workers: usize, api_limit: usize, fallback: Option<f64>, seed: u64) -> Result<World> {
        let mut world = World {
            limiter: Limiter::start()?,
            workers: vec![Worker::default(); workers],
            random: Rng::with_seed(seed),
            now: 0,
            events: BinaryHeap::new(),
            number: 0,
            api_limit,
            admitted: VecDeque::new(),
            stall: (Micros::MAX, Micros::MAX),
            fallback,
            counts: Counts { accepted: vec![0; workers], refused: 0, questions: 0 },
        };
        for worker in 0..workers {
            world.ask(0, worker);
        }
        Ok(world)
    }

    /// Runs until this time. Returns what was counted.
    pub(super) fn run_until(&mut self, end: Micros) -> Result<Counts> {
        while let Some(Reverse((time, ..))) = self.events.peek()
            && *time < end
        {
            let Some(Reverse((time, _, worker, event))) = self.events.pop() else { break };
            self.now = time;
            self.happen(worker, event)?;
        }
        let empty = Counts { accepted: vec![0; self.workers.len()], refused: 0, questions: 0 };
        Ok(std::mem::replace(&mut self.counts, empty))
    }

    fn happen(&mut self, worker: usize, event: Event) -> Result {
        match event {
            Event::Ask => self.begin_question(worker),
            Event::Question(is_awaited) => return self.answer(worker, is_awaited),
            Event::Report(epoch, wait) => {
                if self.is_stalled() {
                    self.at(self.stall.1, worker, event);
                    return Ok(());
                }
                self.counts.questions += 1;
                let report = Question { refused: Some((epoch, wait)), ..Question::default() };
                return self.limiter.ask(self.now, &report).map(drop);
            }
            Event::Begin(epoch) => self.begin(worker, epoch),
            Event::Arrive(epoch) => self.arrive(worker, epoch),
            Event::Response(refused) => self.respond(worker, refused),
        }
        Ok(())
    }

    /// Lets a row ask after this time, unless one asks already or no more rows may be in flight.
    fn ask(&mut self, wait: Micros, worker: usize) {
        let state = &mut self.workers[worker];
        if !state.is_asking && state.in_flight < CONCURRENCY {
            state.is_asking = true;
            let time = (self.now + wait).max(state.closed);
            self.at(time, worker, Event::Ask);
        }
    }

    fn begin_question(&mut self, worker: usize) {
        let arrives = self.now + self.network();
        if !self.is_stalled() {
            return self.at(arrives, worker, Event::Question(true));
        }
        // The question is repeated on the next connection. The first one is answered when nobody waits for it.
        self.at(self.stall.1, worker, Event::Question(false));
        let state = &mut self.workers[worker];
        match self.fallback {
            Some(rate) if self.now + EXCHANGE_TIMEOUT < self.stall.1 => {
                let begin = (self.now + EXCHANGE_TIMEOUT).max(state.next_fallback);
                state.next_fallback = begin + (SECOND as f64 / rate) as Micros;
                state.is_asking = false;
                state.in_flight += 1;
                // The connection is lost, so the next row does not wait for a timeout.
                let wait = state.next_fallback.saturating_sub(self.now + EXCHANGE_TIMEOUT);
                self.at(begin, worker, Event::Begin(NO_EPOCH));
                self.ask(wait, worker);
            }
            _ => self.at(self.stall.1 + arrives - self.now, worker, Event::Question(true)),
        }
    }

    fn answer(&mut self, worker: usize, is_awaited: bool) -> Result {
        if self.is_stalled() {
            self.at(self.stall.1, worker, Event::Question(is_awaited));
            return Ok(());
        }
        self.counts.questions += 1;
        let state = &mut self.workers[worker];
        let accepted = if is_awaited { std::mem::take(&mut state.accepted) } else { 0 };
        let question = Question { count: 1, accepted, last_limit: state.limit, ..Question::default() };
        let answer = self.limiter.ask(self.now, &question)?;
        if is_awaited {
            self.take(worker, answer);
        }
        Ok(())
    }

    fn take(&mut self, worker: usize, answer: Answer) {
        let received = self.now + self.network();
        let later = LATER + self.random.u64(0..=LATER);
        let state = &mut self.workers[worker];
        state.limit = answer.limit;
        state.is_asking = false;
        if answer.closed_for > 0 {
            state.closed = state.closed.max(received + answer.closed_for);
        }
        match answer.delay {
            Some(delay) => {
                state.in_flight += 1;
                self.at(received + delay, worker, Event::Begin(answer.epoch));
                self.ask(received - self.now, worker);
            }
            None if answer.closed_for > 0 => self.ask(received - self.now, worker),
            None => self.ask(received - self.now + later, worker),
        }
    }

    fn begin(&mut self, worker: usize, epoch: u64) {
        let state = &mut self.workers[worker];
        if state.closed > self.now {
            // A turn counts only until the gate closes.
            state.in_flight -= 1;
            return self.ask(0, worker);
        }
        let arrives = self.now + self.api();
        self.at(arrives, worker, Event::Arrive(epoch));
    }

    fn arrive(&mut self, worker: usize, epoch: u64) {
        while self.admitted.front().is_some_and(|first| first + SECOND <= self.now) {
            self.admitted.pop_front();
        }
        let is_admitted = self.admitted.len() < self.api_limit;
        match is_admitted {
            true => {
                self.admitted.push_back(self.now);
                self.counts.accepted[worker] += 1;
            }
            false => self.counts.refused += 1,
        }
        let received = self.now + self.api();
        self.at(received, worker, Event::Response((!is_admitted).then_some(epoch)));
    }

    fn respond(&mut self, worker: usize, refused: Option<u64>) {
        let jitter = self.random.u64(0..=RETRY_AFTER / 4);
        let state = &mut self.workers[worker];
        state.in_flight -= 1;
        match refused {
            None => state.accepted += 1,
            Some(epoch) => {
                let wait = RETRY_AFTER + jitter;
                state.closed = state.closed.max(self.now + wait);
                let arrives = self.now + self.network();
                self.at(arrives, worker, Event::Report(epoch, wait));
            }
        }
        self.ask(0, worker);
    }

    fn is_stalled(&self) -> bool {
        (self.stall.0..self.stall.1).contains(&self.now)
    }

    fn at(&mut self, time: Micros, worker: usize, event: Event) {
        self.number += 1;
        self.events.push(Reverse((time, self.number, worker, event)));
    }

    /// The time of a message between a worker and the limiter.
    fn network(&mut self) -> Micros {
        self.random.u64(200..1000)
    }

    /// The time of a message between a worker and the API. Some take much longer.
    fn api(&mut self) -> Micros {
        match self.random.u64(0..100) {
            0 => self.random.u64(50_000..300_000),
            _ => self.random.u64(15_000..40_000),
        }
    }
}
