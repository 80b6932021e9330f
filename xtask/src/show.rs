//! Terminal output: headings and results, with colours if stdout is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use crate::background;

/// Prints a heading.
pub(crate) fn heading(name: &str, about: &str) {
    background::print(&format!("\n{} {about}\n", bold(&format!("━━ {name} ━━"))));
}

/// Prints a command that is about to run.
pub(crate) fn command(text: &str) {
    background::print(&format!("{}\n", dim(&format!("$ {text}"))));
}

/// A result word, padded to a fixed width.
pub(crate) fn verdict(text: &str, good: bool) -> String {
    let text = format!("{text:<7}");
    if good { paint("32", &text) } else { paint("1;31", &text) }
}

/// `3.1 s`, `2 min 05 s`.
pub(crate) fn time(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Bold text.
pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

/// Dimmed text.
pub(crate) fn dim(text: &str) -> String {
    paint("2", text)
}

fn paint(code: &str, text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if plain || !std::io::stdout().is_terminal() { text.to_owned() } else { format!("\x1b[{code}m{text}\x1b[0m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted() {
        assert_eq!(time(Duration::from_millis(3140)), "3.1 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 05 s");
    }
}
