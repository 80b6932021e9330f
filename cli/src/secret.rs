//! Reads a secret from the terminal, without showing it.

use std::io;

/// Ask for a secret. Ctrl-C ends the program, and leaves the terminal as it was. `None` after Ctrl-D.
#[cfg(unix)]
pub(crate) fn ask(prompt: &str) -> io::Result<Option<String>> {
    hidden::ask(prompt)
}

#[cfg(not(unix))]
pub(crate) fn ask(prompt: &str) -> io::Result<Option<String>> {
    match rpassword::prompt_password(prompt) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        answer => answer.map(Some),
    }
}

/// Show the input again, if a secret is being typed. Called before Ctrl-C ends the program.
#[cfg(unix)]
pub(crate) fn show_input() {
    hidden::show_input();
}

#[cfg(not(unix))]
pub(crate) fn show_input() {}

/// The terminal hides the input before the prompt is printed, so that nothing that is typed or pasted early is shown.
#[cfg(unix)]
mod hidden {
    use std::fs::File;
    use std::io::{self, BufRead, BufReader, Write};
    use std::sync::{Mutex, PoisonError};

    use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};

    /// The terminal and its settings, while it hides the input.
    static HIDDEN: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    pub(super) fn ask(prompt: &str) -> io::Result<Option<String>> {
        let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
        hide_input(&terminal)?;
        let mut line = String::new();
        let read = write!(terminal, "{prompt}").and_then(|()| BufReader::new(&terminal).read_line(&mut line));
        show_input();
        let count = read.and_then(|count| writeln!(terminal).map(|()| count))?;
        Ok((count > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn hide_input(terminal: &File) -> io::Result<()> {
        let mut hidden = HIDDEN.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = tcgetattr(terminal)?;
        let mut without_echo = settings.clone();
        without_echo.local_flags.remove(LocalFlags::ECHO);
        *hidden = Some((terminal.try_clone()?, settings));
        tcsetattr(terminal, SetArg::TCSAFLUSH, &without_echo)?;
        Ok(())
    }

    pub(super) fn show_input() {
        if let Some((terminal, settings)) = HIDDEN.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // There is nobody to report a failure to: the terminal is gone.
            let _ = tcsetattr(&terminal, SetArg::TCSANOW, &settings);
        }
    }
}
