//! The macro that makes the methods of both clients from the table in `endpoints`.

/// Writes the resources of both clients from the table above. A line of it is a shape (`post`, `get`, `get_one`, `wait`, `list`, `delete`), the name,
/// the path, the parameters where there are any, what comes of it, and kinds of errors that it can fail with, as in `or NotFound | Conflict`.
macro_rules! endpoints {
    ($(
        $(#[$resource_doc:meta])*
        $resource:ident: $Blocking:ident, $Async:ident {
            $($(#[$doc:meta])* $shape:ident $name:ident($path:literal $(, $argument:ident: $Params:ty)?) $(-> $Answer:ty)? $(, or $($kind:ident)|+)?;)+
        }
    )+) => {
        impl Client {
            $($(#[$resource_doc])* pub fn $resource(&self) -> $Blocking<'_> { $Blocking(self) })+
        }

        impl AsyncClient {
            $($(#[$resource_doc])* pub fn $resource(&self) -> $Async<'_> { $Async(self) })+
        }

        $(
            $(#[$resource_doc])*
            #[doc = concat!("\n\nMade by [`Client::", stringify!($resource), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $Blocking<'a>(&'a Client);

            impl $Blocking<'_> {
                $($crate::shapes::endpoints!(@blocking $(#[$doc])* $($(#[doc = $crate::shapes::can_fail_with!($kind)])+)? $shape $name($path $(, $argument: $Params)?) $(-> $Answer)?);)+
            }

            $(#[$resource_doc])*
            #[doc = concat!("\n\nMade by [`AsyncClient::", stringify!($resource), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $Async<'a>(&'a AsyncClient);

            impl $Async<'_> {
                $($crate::shapes::endpoints!(@async $(#[$doc])* $($(#[doc = $crate::shapes::can_fail_with!($kind)])+)? $shape $name($path $(, $argument: $Params)?) $(-> $Answer)?);)+
            }
        )+
    };

    (@blocking $(#[$doc:meta])* post $name:ident($path:literal, $argument:ident: $Params:ty) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`POST ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> Result<$Answer> {
            self.0.create($path, $argument)
        }
    };
    (@blocking $(#[$doc:meta])* get $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str) -> Result<$Answer> {
            self.0.call(Request::of_id(Method::Get, $path, self.0.base(), id))
        }
    };
    (@blocking $(#[$doc:meta])* get_one $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self) -> Result<$Answer> {
            self.0.call(Ok(Request::new(Method::Get, $path, self.0.base())))
        }
    };
    (@blocking $(#[$doc:meta])* wait $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str, until: &str) -> Result<$Answer> {
            let request = Request::of_id(Method::Get, $path, self.0.base(), id);
            self.0.wait(request, $crate::shapes::endpoints!(@enough $Answer, until))
        }
    };
    (@blocking $(#[$doc:meta])* list $name:ident($path:literal, $argument:ident: $Params:ty) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> List<$Answer> {
            List::new(self.0.source($path, $argument))
        }
    };
    (@blocking $(#[$doc:meta])* delete $name:ident($path:literal)) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`DELETE ", $path, "`")]
        pub fn $name(&self, id: &str) -> Result<()> {
            self.0.call(Request::of_id(Method::Delete, $path, self.0.base(), id))
        }
    };

    (@async $(#[$doc:meta])* post $name:ident($path:literal, $argument:ident: $Params:ty) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`POST ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> impl Future<Output = Result<$Answer>> + Send + use<> {
            self.0.create($path, $argument)
        }
    };
    (@async $(#[$doc:meta])* get $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str) -> impl Future<Output = Result<$Answer>> + Send + use<> {
            self.0.call(Request::of_id(Method::Get, $path, self.0.base(), id))
        }
    };
    (@async $(#[$doc:meta])* get_one $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self) -> impl Future<Output = Result<$Answer>> + Send + use<> {
            self.0.call(Ok(Request::new(Method::Get, $path, self.0.base())))
        }
    };
    (@async $(#[$doc:meta])* wait $name:ident($path:literal) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str, until: &str) -> impl Future<Output = Result<$Answer>> + Send + use<> {
            let request = Request::of_id(Method::Get, $path, self.0.base(), id);
            self.0.wait(request, $crate::shapes::endpoints!(@enough $Answer, until))
        }
    };
    (@async $(#[$doc:meta])* list $name:ident($path:literal, $argument:ident: $Params:ty) -> $Answer:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> AsyncList<$Answer> {
            AsyncList::new(self.0.source($path, $argument))
        }
    };
    (@async $(#[$doc:meta])* delete $name:ident($path:literal)) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`DELETE ", $path, "`")]
        pub fn $name(&self, id: &str) -> impl Future<Output = Result<()>> + Send + use<> {
            self.0.call(Request::of_id(Method::Delete, $path, self.0.base(), id))
        }
    };

    // No status is called `final`: it is for those that are. A status that is missing is none that is waited for.
    (@enough $Answer:ty, $until:ident) => {{
        let until = $until.to_owned();
        move |answer: &$Answer| {
            answer.status.is_final() || (answer.status.as_str() == until && !until.is_empty())
        }
    }};
}

/// What the documentation of an operation says of a kind of error.
macro_rules! can_fail_with {
    ($kind:ident) => {
        concat!("\n\nCan fail with [`Kind::", stringify!($kind), "`](crate::Kind::", stringify!($kind), ").")
    };
}

pub(crate) use {can_fail_with, endpoints};
