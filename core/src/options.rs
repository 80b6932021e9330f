//! The macro that defines options, and the kinds of options. `cargo xtask codegen` reads the definitions.

use std::fmt::DebugStruct;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Reads the options that the caller of a binding has set.
pub trait ReadOptions {
    /// The error of a value that has the wrong type.
    type Error;

    /// A string.
    fn text(&mut self, name: &'static str) -> Result<Option<String>, Self::Error>;

    /// A string that must not be shown.
    fn secret(&mut self, name: &'static str) -> Result<Option<String>, Self::Error> {
        self.text(name)
    }

    /// The path of a file.
    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>, Self::Error>;

    /// The path of a file, or the URL of a database, which may contain a password.
    fn location(&mut self, name: &'static str) -> Result<Option<PathBuf>, Self::Error> {
        self.path(name)
    }

    /// A duration, more than zero.
    fn duration(&mut self, name: &'static str) -> Result<Option<Duration>, Self::Error>;

    /// A duration, 0 or more.
    fn wait(&mut self, name: &'static str) -> Result<Option<Duration>, Self::Error> {
        self.duration(name)
    }

    /// A whole number, 0 or more.
    fn count(&mut self, name: &'static str) -> Result<Option<u32>, Self::Error>;

    /// A whole number, 1 or more.
    fn limit(&mut self, name: &'static str) -> Result<Option<u32>, Self::Error> {
        self.count(name)
    }

    /// A number of requests per second, more than zero.
    fn rate(&mut self, name: &'static str) -> Result<Option<f64>, Self::Error>;

    /// A time.
    fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, Self::Error>;

    /// A boolean.
    fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Self::Error>;

    /// Names and values of HTTP headers.
    fn headers(&mut self, name: &'static str) -> Result<Option<Pairs>, Self::Error>;

    /// Names and values of query parameters.
    fn query(&mut self, name: &'static str) -> Result<Option<Pairs>, Self::Error>;

    /// A JSON object.
    fn object(&mut self, name: &'static str) -> Result<Option<Map<String, Value>>, Self::Error>;
}

/// Names and values.
pub type Pairs = Vec<(String, String)>;

/// The stored value of an option.
pub(crate) trait Stored: Sized {
    /// This value, with the other one as a default.
    fn or(self, default: &Self) -> Self;

    /// Adds the value to debug output.
    fn show(&self, name: &str, output: &mut DebugStruct<'_, '_>);
}

impl<T: Clone + std::fmt::Debug> Stored for Option<T> {
    fn or(self, default: &Self) -> Self {
        self.or_else(|| default.clone())
    }

    fn show(&self, name: &str, output: &mut DebugStruct<'_, '_>) {
        output.field(name, self);
    }
}

/// A text that debug output omits, and that is overwritten when it is dropped.
#[derive(Clone, Default)]
pub(crate) struct Secret(pub(crate) Option<Zeroizing<String>>);

impl Stored for Secret {
    fn or(self, default: &Self) -> Self {
        Secret(self.0.or_else(|| default.0.clone()))
    }

    fn show(&self, _name: &str, _output: &mut DebugStruct<'_, '_>) {}
}

/// HTTP headers. The last one of several with the same name applies.
#[derive(Clone, Default)]
pub(crate) struct Headers(pub(crate) Pairs);

impl Stored for Headers {
    fn or(self, default: &Self) -> Self {
        Headers(default.0.iter().cloned().chain(self.0).collect())
    }

    fn show(&self, name: &str, output: &mut DebugStruct<'_, '_>) {
        show_names(&self.0, name, output);
    }
}

/// Query parameters. Those with the same name are sent together.
#[derive(Clone, Default)]
pub(crate) struct Query(pub(crate) Pairs);

impl Stored for Query {
    fn or(self, default: &Self) -> Self {
        let is_replaced = |name: &str| self.0.iter().any(|(one, _)| one == name);
        let kept = default.0.iter().filter(|(name, _)| !is_replaced(name)).cloned();
        Query(kept.chain(self.0.iter().cloned()).collect())
    }

    fn show(&self, name: &str, output: &mut DebugStruct<'_, '_>) {
        show_names(&self.0, name, output);
    }
}

/// Values may be secret.
fn show_names(pairs: &Pairs, name: &str, output: &mut DebugStruct<'_, '_>) {
    output.field(name, &pairs.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

impl Stored for Map<String, Value> {
    fn or(self, default: &Self) -> Self {
        default.clone().into_iter().chain(self).collect()
    }

    fn show(&self, _name: &str, _output: &mut DebugStruct<'_, '_>) {}
}

/// Defines the options of a client or a call: the struct with their values, the methods that set them, and how bindings set them. `$Owner` has the
/// values in its field `values`.
///
/// An option has a name and the method of [`ReadOptions`] that reads it. It can also have:
///
/// - `by method`: the method that adds one element, if its name differs from that of the option;
/// - `from "VARIABLE"`: the environment variable that is read if the option is not set;
/// - `since "0.1.1"`: the version that added it, if that is not the first of its SONAME;
/// - `= default`: `100`, `30 s`, `false`, `none`, or `client` for the option of the client. Without it, the docs describe the default.
macro_rules! options {
    ($Values:ident of $Owner:ident {$(
        $(#[$doc:meta])*
        $name:ident: $kind:ident $(by $adder:ident)? $(from $variable:literal)? $(since $since:literal)?
            $(= $default:tt $($unit:ident)?)?;
    )*}) => {
        /// The values of the options.
        #[derive(Clone, Default)]
        pub(crate) struct $Values {
            $(pub(crate) $name: $crate::options::options!(@stored $kind),)*
        }

        impl $Values {
            /// The defaults of the options that have one.
            #[allow(dead_code, reason = "the defaults of a call are the options of its client")]
            pub(crate) fn defaults() -> $Values {
                $Values { $($name: $crate::options::options!(@default $($default $($unit)?)?),)* }
            }

            /// These values, with others as defaults.
            pub(crate) fn or(self, others: &$Values) -> $Values {
                $Values { $($name: $crate::options::Stored::or(self.$name, &others.$name),)* }
            }

            /// Adds the options to debug output, except secret ones.
            pub(crate) fn show(&self, output: &mut std::fmt::DebugStruct<'_, '_>) {
                $($crate::options::Stored::show(&self.$name, stringify!($name), output);)*
            }
        }

        impl $Owner {
            $($crate::options::options!(
                @setter $kind $name ($($adder)?)
                $(#[$doc])* #[doc = $crate::options::options!(@docs ($($variable)?) ($($default $($unit)?)?))]
            );)*

            /// Sets the options that a binding reads.
            pub(crate) fn read<R: $crate::options::ReadOptions>(mut self, reader: &mut R) -> Result<Self, R::Error> {
                $(if let Some(value) = reader.$kind(stringify!($name))? {
                    $crate::options::options!(@set $kind self.values.$name, value);
                })*
                Ok(self)
            }
        }
    };

    (@stored text) => { Option<String> };
    (@stored secret) => { $crate::options::Secret };
    (@stored path) => { Option<std::path::PathBuf> };
    (@stored location) => { Option<$crate::ledger::location::Location> };
    (@stored duration) => { Option<std::time::Duration> };
    (@stored wait) => { Option<std::time::Duration> };
    (@stored count) => { Option<u32> };
    (@stored limit) => { Option<u32> };
    (@stored rate) => { Option<f64> };
    (@stored time) => { Option<jiff::Timestamp> };
    (@stored flag) => { Option<bool> };
    (@stored headers) => { $crate::options::Headers };
    (@stored query) => { $crate::options::Query };
    (@stored object) => { serde_json::Map<String, serde_json::Value> };

    (@default) => { Default::default() };
    (@default none) => { None };
    (@default client) => { Default::default() };
    (@default $seconds:literal s) => { Some(std::time::Duration::from_secs($seconds)) };
    (@default $value:literal) => { Some($value.to_owned()) };

    (@docs () ()) => { "" };
    (@docs () (none)) => { "Default: none." };
    (@docs () (client)) => { "Default: the client's." };
    (@docs () ($default:literal $($unit:ident)?)) => {
        concat!("Default: ", stringify!($default), $(" ", stringify!($unit),)? ".")
    };
    (@docs ($variable:literal) ()) => { concat!("Default: the environment variable `", $variable, "`.") };
    (@docs ($variable:literal) ($default:literal)) => {
        concat!("Default: the environment variable `", $variable, "`, else `", $default, "`.")
    };

    (@setter text $name:ident () $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.values.$name = Some($name.into());
            self
        }
    };
    (@setter secret $name:ident () $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.values.$name = $crate::options::Secret(Some(zeroize::Zeroizing::new($name.into())));
            self
        }
    };
    (@setter path $name:ident () $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $name(mut self, $name: impl Into<std::path::PathBuf>) -> Self {
            self.values.$name = Some($name.into());
            self
        }
    };
    (@setter location $name:ident () $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $name(mut self, $name: impl Into<std::path::PathBuf>) -> Self {
            self.values.$name = Some($name.into().into());
            self
        }
    };
    (@setter duration $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (std::time::Duration) $name $(#[$doc])*);
    };
    (@setter wait $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (std::time::Duration) $name $(#[$doc])*);
    };
    (@setter count $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (u32) $name $(#[$doc])*);
    };
    (@setter limit $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (u32) $name $(#[$doc])*);
    };
    (@setter rate $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (f64) $name $(#[$doc])*);
    };
    (@setter time $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (jiff::Timestamp) $name $(#[$doc])*);
    };
    (@setter flag $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@setter_of (bool) $name $(#[$doc])*);
    };
    (@setter headers $name:ident ($adder:ident) $(#[$doc:meta])*) => {
        $crate::options::options!(@adder $name $adder $(#[$doc])*);
    };
    (@setter query $name:ident () $(#[$doc:meta])*) => {
        $crate::options::options!(@adder $name $name $(#[$doc])*);
    };
    // In Rust, additional fields belong to the parameters.
    (@setter object $name:ident () $(#[$doc:meta])*) => {};
    (@setter_of ($type:ty) $name:ident $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $name(mut self, $name: $type) -> Self {
            self.values.$name = Some($name);
            self
        }
    };
    (@adder $name:ident $adder:ident $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn $adder(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.values.$name.0.push((name.into(), value.into()));
            self
        }
    };

    (@set secret $field:expr, $value:ident) => { $field.0 = Some(zeroize::Zeroizing::new($value)) };
    (@set location $field:expr, $value:ident) => { $field = Some($value.into()) };
    (@set headers $field:expr, $value:ident) => { $field.0.extend($value) };
    (@set query $field:expr, $value:ident) => { $field.0.extend($value) };
    (@set object $field:expr, $value:ident) => { $field.extend($value) };
    (@set $kind:ident $field:expr, $value:ident) => { $field = Some($value) };
}

pub(crate) use options;
