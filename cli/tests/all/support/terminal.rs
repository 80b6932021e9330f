//! Runs the program on a terminal.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::{Command, Pty};

use super::World;

/// Timeout of each wait.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The program on a terminal of 24 rows and 100 columns.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    screen: Arc<Screen>,
    /// The part of the output that `expect` has passed.
    seen: usize,
}

/// What the program has written.
#[derive(Default)]
struct Screen {
    output: Mutex<Output>,
    changed: Condvar,
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    has_ended: bool,
}

impl Terminal {
    /// Starts the program with an API key.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Terminal {
        Terminal::start_with(world, arguments, &[], world.environment())
    }

    /// Starts the program in Portuguese.
    pub(crate) fn start_in_portuguese(world: &World, arguments: &[&str]) -> Terminal {
        Terminal::start_with(world, arguments, &[("LANG", "pt_AO.UTF-8")], world.environment())
    }

    /// Starts the program with more variables than those of `environment`.
    pub(crate) fn start_with(
        world: &World,
        arguments: &[&str],
        variables: &[(&str, &str)],
        environment: Vec<(String, String)>,
    ) -> Terminal {
        let (pty, pts) = pty_process::blocking::open().expect("a terminal");
        pty.resize(Size::new(24, 100)).expect("a size");
        let command = Command::new(env!("CARGO_BIN_EXE_zexa"))
            .args(arguments)
            .env_clear()
            .envs(environment)
            .envs(variables.iter().copied())
            .current_dir(world.home.path());
        let child = command.spawn(pts).expect("the program starts");
        let (pty, screen) = (Arc::new(pty), Arc::new(Screen::default()));
        let (reader, written) = (pty.clone(), screen.clone());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of the program is an error on Linux.
            while let Ok(count @ 1..) = (&*reader).read(&mut buffer) {
                written.output.lock().expect("not poisoned").bytes.extend(&buffer[..count]);
                written.changed.notify_all();
            }
            written.output.lock().expect("not poisoned").has_ended = true;
            written.changed.notify_all();
        });
        Terminal { pty, child, screen, seen: 0 }
    }

    /// Waits until the program writes this text after that of the last `expect`.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let start = self.seen;
        let output = self.screen.output.lock().expect("not poisoned");
        let find = |output: &Output| {
            let all = plain(&output.bytes);
            all.get(start..).and_then(|new| new.find(text)).map(|position| start + position + text.len())
        };
        let is_waiting = |output: &mut Output| find(output).is_none() && !output.has_ended;
        let (output, _) = self.screen.changed.wait_timeout_while(output, TIMEOUT, is_waiting).expect("not poisoned");
        let (found, all) = (find(&output), plain(&output.bytes));
        drop(output);
        self.seen = found.unwrap_or_else(|| panic!("{text:?} is missing in {all:?}"));
    }

    /// Waits until the program has written this many lines, or a prompt as the last one. Returns them.
    #[track_caller]
    pub(crate) fn lines(&mut self, count: usize) -> Vec<String> {
        let output = self.screen.output.lock().expect("not poisoned");
        let is_waiting = |output: &mut Output| {
            let text = plain(&output.bytes);
            let is_prompt = text.ends_with(": ") || text.ends_with("] ");
            !output.has_ended && text.matches('\n').count() + usize::from(is_prompt) < count
        };
        let (output, _) = self.screen.changed.wait_timeout_while(output, TIMEOUT, is_waiting).expect("not poisoned");
        plain(&output.bytes).lines().map(str::to_owned).collect()
    }

    /// Waits until the program writes this text and a number. Returns the number.
    #[track_caller]
    pub(crate) fn expect_number(&mut self, text: &str) -> u16 {
        self.expect(text);
        let start = self.seen;
        self.expect("\n");
        let all = plain(&self.screen.output.lock().expect("not poisoned").bytes);
        let digits: String = all[start..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn shows_input(&self) -> bool {
        let settings = nix::sys::termios::tcgetattr(&*self.pty).expect("a terminal");
        settings.local_flags.contains(nix::sys::termios::LocalFlags::ECHO)
    }

    /// Types these characters. `\x03` is Ctrl-C.
    pub(crate) fn send(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("the terminal accepts input");
    }

    /// Waits for the end of the program. Returns its exit code and all that it has written, without colours.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let (code, output) = self.end_with_colours();
        (code, plain(output.as_bytes()))
    }

    /// Waits for the end of the program. Returns its exit code and all that it has written.
    #[track_caller]
    pub(crate) fn end_with_colours(&mut self) -> (Option<i32>, String) {
        let output = self.screen.output.lock().expect("not poisoned");
        let is_running = |output: &mut Output| !output.has_ended;
        let (output, _) = self.screen.changed.wait_timeout_while(output, TIMEOUT, is_running).expect("not poisoned");
        let text = String::from_utf8_lossy(&output.bytes).into_owned();
        let has_ended = output.has_ended;
        drop(output);
        assert!(has_ended, "the program has not ended: {text:?}");
        (self.child.wait().expect("the program ends").code(), text)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has usually ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without escape sequences, and with `\n` as the end of a line.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    anstream::adapter::strip_str(&text).to_string()
}
