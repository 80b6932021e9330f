//! The command line of both programs, and how they run models.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// A model: a property of a component that holds for all interleavings.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// Checks the property and returns the number of interleavings. Panics if it does not hold.
    pub(crate) check: fn(&Options) -> usize,
}

/// How to run the models.
#[derive(Default)]
pub(crate) struct Options {
    /// Only the models whose names begin with one of these.
    names: Vec<String>,
    /// Explore many more interleavings.
    pub(crate) deep: bool,
    /// Seed of random interleavings.
    pub(crate) seed: Option<u64>,
    /// File with the interleaving that has failed.
    pub(crate) schedule: Option<String>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--deep" => options.deep = true,
                "--seed" => {
                    let seed = value()?;
                    options.seed = Some(seed.parse().map_err(|_| format!("--seed: expected a number, got {seed:?}"))?);
                }
                "--schedule" => options.schedule = Some(value()?),
                option if option.starts_with('-') => return Err(format!("unknown option {option}")),
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }

    fn selects(&self, model: &Model) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| model.name.starts_with(name.as_str()))
    }
}

/// Runs the selected models, as many at the same time as there are processors.
pub(crate) fn run(models: &[Model]) -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let selected: Vec<&Model> = models.iter().filter(|model| options.selects(model)).collect();
    if selected.is_empty() {
        eprintln!("no model has such a name");
        return ExitCode::from(2);
    }
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(model) = selected.get(next.fetch_add(1, Ordering::Relaxed)) {
                    has_failed.fetch_or(!passes(model, &options), Ordering::Relaxed);
                }
            });
        }
    });
    if has_failed.into_inner() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn passes(model: &Model, options: &Options) -> bool {
    let started = Instant::now();
    let checked = panic::catch_unwind(AssertUnwindSafe(|| (model.check)(options)));
    let seconds = started.elapsed().as_secs_f64();
    match checked {
        Ok(interleavings) => println!("passed  {:<40} {interleavings:>8} interleavings {seconds:>6.1} s", model.name),
        Err(_) => println!("failed  {}: repeat it with cargo xtask models \"{0}\" and the same options", model.name),
    }
    checked.is_ok()
}
