//! The random moments at which processes are killed.

use std::time::Duration;

use super::options::Options;

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) moment: Moment,
    /// Kill the program and start it again.
    pub(super) kills: bool,
    /// Kill the sandbox, and start it again after this time. If the program is killed, too, this happens in between.
    pub(super) restarts_after: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moment {
    /// This long after the sandbox has recorded this many messages.
    Recorded(u64, Duration),
    /// This long after the program was started. It may still be opening the ledger.
    Started(Duration),
}

/// The events of a run, spread over all of its messages.
pub(super) fn plan(options: &Options) -> Vec<Event> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut kills = options.kills;
    let mut actions: Vec<(bool, Option<Duration>)> = Vec::new();
    for _ in 0..options.restarts {
        // Every other restart includes a kill.
        let is_kill = kills > 0 && random.bool();
        kills -= u64::from(is_kill);
        actions.push((is_kill, Some(Duration::from_millis(random.u64(0..400)))));
    }
    actions.extend((0..kills).map(|_| (true, None)));
    random.shuffle(&mut actions);
    // One moment in each of as many equal parts.
    let part = options.last_moment() as f64 / actions.len() as f64;
    let events = actions.into_iter().enumerate().map(|(index, (kills, restarts_after))| {
        let moment = if kills && random.u8(0..4) == 0 {
            // Short times are as likely as long ones: 1 to 256 ms.
            Moment::Started(Duration::from_secs_f64(0.001 * (8.0 * random.f64()).exp2()))
        } else {
            let recorded = (index as f64 + random.f64()) * part;
            Moment::Recorded(recorded as u64 + 1, Duration::from_micros(random.u64(0..50_000)))
        };
        Event { moment, kills, restarts_after }
    });
    events.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_seed_are_spread_over_the_run() {
        let with_seed = |seed: &str| plan(&Options::parse(&["--seed", seed]).expect("valid"));
        let events = with_seed("1");
        assert_eq!(events, with_seed("1"));
        assert_ne!(events, with_seed("2"));
        assert_eq!(events.iter().filter(|event| event.kills).count(), 20);
        assert_eq!(events.iter().filter(|event| event.restarts_after.is_some()).count(), 3);
        let recorded = events.iter().filter_map(|event| match event.moment {
            Moment::Recorded(recorded, _) => Some(recorded),
            Moment::Started(_) => None,
        });
        let recorded: Vec<u64> = recorded.collect();
        assert!(recorded.is_sorted() && recorded[0] < 300 && *recorded.last().expect("some") > 1200, "{recorded:?}");
    }
}
