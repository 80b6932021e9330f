//! The sandbox behind the proxy, which is killed and restarted.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::proxy::Proxy;
use crate::command::Result;
use crate::sandbox::Sandbox;

/// The sandbox, or the time at which the next one starts.
enum State {
    Running { sandbox: Sandbox, kill_at: Instant },
    Killed { start_at: Instant },
}

/// The sandbox of a run. Its record of messages survives its death.
pub(super) struct Server {
    state: State,
    record: PathBuf,
    random: fastrand::Rng,
    pub(super) kills: u32,
    pub(super) api_key: String,
}

impl Server {
    pub(super) fn start(seed: u64, record: &Path, proxy: &mut Proxy) -> Result<Server> {
        let mut random = fastrand::Rng::with_seed(seed);
        let sandbox = start_sandbox(&mut random, record, proxy)?;
        let api_key = sandbox.api_key.clone();
        let state = State::Running { sandbox, kill_at: Instant::now() + lifetime(&mut random) };
        Ok(Server { state, record: record.to_owned(), random, kills: 0, api_key })
    }

    /// Kills or starts the sandbox if it is time.
    pub(super) fn advance(&mut self, proxy: &mut Proxy) -> Result {
        let now = Instant::now();
        match &mut self.state {
            State::Running { sandbox, kill_at } if *kill_at <= now => {
                sandbox.kill();
                self.kills += 1;
                self.state = State::Killed { start_at: now + Duration::from_millis(self.random.u64(0..500)) };
            }
            State::Killed { start_at } if *start_at <= now => self.restart(proxy)?,
            _ => {}
        }
        Ok(())
    }

    /// Starts the sandbox if it was killed.
    pub(super) fn ensure_running(&mut self, proxy: &mut Proxy) -> Result {
        match self.state {
            State::Killed { .. } => self.restart(proxy),
            State::Running { .. } => Ok(()),
        }
    }

    fn restart(&mut self, proxy: &mut Proxy) -> Result {
        let sandbox = start_sandbox(&mut self.random, &self.record, proxy)?;
        self.state = State::Running { sandbox, kill_at: Instant::now() + lifetime(&mut self.random) };
        Ok(())
    }
}

/// The time until the next kill.
fn lifetime(random: &mut fastrand::Rng) -> Duration {
    Duration::from_millis(random.u64(1000..6000))
}

/// Starts a sandbox that answers with errors now and then, before or after it has processed the request.
fn start_sandbox(random: &mut fastrand::Rng, record: &Path, proxy: &mut Proxy) -> Result<Sandbox> {
    let flags = ["--record", &record.to_string_lossy(), "--credits", "1000000000", "--speed", "20"];
    let sandbox = Sandbox::start(&flags)?;
    let seed = random.u32(..);
    sandbox.add_faults(&format!(
        r#"[{{"times": 0, "probability": 0.004, "seed": {seed}, "status": 429}},
            {{"times": 0, "probability": 0.03, "seed": {seed}, "any_of": [
                {{"status": 500}}, {{"status": 503, "process": true}}, {{"status": 200, "text": "<html>portal</html>"}},
                {{"then": "close"}}, {{"at": "head", "then": "cut"}}, {{"at": "body", "then": "reset"}}]}},
            {{"method": "POST", "times": 0, "probability": 0.3, "seed": {seed}, "delay": 0.04, "process": true}},
            {{"method": "POST", "times": 0, "probability": 0.4, "seed": {seed}, "delay": 0.04}}]"#
    ))?;
    proxy.set_upstream(sandbox.port()?)?;
    Ok(sandbox)
}
