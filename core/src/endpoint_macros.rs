//! The macro that generates the methods of both clients from the table in `endpoints`.

/// Generates the resources of both clients. A line of the table consists of the kind of operation (`post`, `get`, `get_one`, `wait`, `list`,
/// `delete`), the name, the path, the parameters (if any), the result, and the kinds of errors that it can fail with, as in `or NotFound | Conflict`.
macro_rules! endpoints {
    ($(
        $(#[$resource_doc:meta])*
        $resource:ident: $Blocking:ident, $Async:ident {
            $($(#[$doc:meta])* $operation:ident $name:ident($path:literal $(, $argument:ident: $Params:ty)?) $(-> $Model:ty)? $(, or $($kind:ident)|+)?;)+
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

            impl<'a> $Blocking<'a> {
                #[allow(dead_code, reason = "only some resources have calls that are not in the table")]
                pub(crate) fn client(&self) -> &'a Client {
                    self.0
                }
            }

            impl $Blocking<'_> {
                $($crate::endpoint_macros::endpoints!(@blocking $(#[$doc])* $($(#[doc = $crate::endpoint_macros::can_fail_with!($kind)])+)? $operation $name($path $(, $argument: $Params)?) $(-> $Model)?);)+
            }

            $(#[$resource_doc])*
            #[doc = concat!("\n\nMade by [`AsyncClient::", stringify!($resource), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $Async<'a>(&'a AsyncClient);

            impl<'a> $Async<'a> {
                #[allow(dead_code, reason = "only some resources have calls that are not in the table")]
                pub(crate) fn client(&self) -> &'a AsyncClient {
                    self.0
                }
            }

            impl $Async<'_> {
                $($crate::endpoint_macros::endpoints!(@async $(#[$doc])* $($(#[doc = $crate::endpoint_macros::can_fail_with!($kind)])+)? $operation $name($path $(, $argument: $Params)?) $(-> $Model)?);)+
            }
        )+
    };

    (@blocking $(#[$doc:meta])* post $name:ident($path:literal, $argument:ident: $Params:ty) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`POST ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> Result<$Model> {
            self.0.create($path, $argument)
        }
    };
    (@blocking $(#[$doc:meta])* get $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str) -> Result<$Model> {
            self.0.call(Request::of_id(Method::Get, $path, self.0.base(), id))
        }
    };
    (@blocking $(#[$doc:meta])* get_one $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self) -> Result<$Model> {
            self.0.call(Ok(Request::new(Method::Get, $path, self.0.base())))
        }
    };
    (@blocking $(#[$doc:meta])* wait $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str, until: &str) -> Result<$Model> {
            let request = Request::of_id(Method::Get, $path, self.0.base(), id);
            self.0.wait(request, until)
        }
    };
    (@blocking $(#[$doc:meta])* list $name:ident($path:literal, $argument:ident: $Params:ty) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> List<$Model> {
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

    (@async $(#[$doc:meta])* post $name:ident($path:literal, $argument:ident: $Params:ty) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`POST ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> impl Future<Output = Result<$Model>> + Send + use<> {
            self.0.create($path, $argument)
        }
    };
    (@async $(#[$doc:meta])* get $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str) -> impl Future<Output = Result<$Model>> + Send + use<> {
            self.0.call(Request::of_id(Method::Get, $path, self.0.base(), id))
        }
    };
    (@async $(#[$doc:meta])* get_one $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self) -> impl Future<Output = Result<$Model>> + Send + use<> {
            self.0.call(Ok(Request::new(Method::Get, $path, self.0.base())))
        }
    };
    (@async $(#[$doc:meta])* wait $name:ident($path:literal) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, id: &str, until: &str) -> impl Future<Output = Result<$Model>> + Send + use<> {
            let request = Request::of_id(Method::Get, $path, self.0.base(), id);
            self.0.wait(request, until)
        }
    };
    (@async $(#[$doc:meta])* list $name:ident($path:literal, $argument:ident: $Params:ty) -> $Model:ty) => {
        $(#[$doc])*
        #[doc = concat!("\n\n`GET ", $path, "`")]
        pub fn $name(&self, $argument: &$Params) -> AsyncList<$Model> {
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
}

/// The sentence about a kind of error in the docs of an operation.
macro_rules! can_fail_with {
    ($kind:ident) => {
        concat!("\n\nCan fail with [`Kind::", stringify!($kind), "`](crate::Kind::", stringify!($kind), ").")
    };
}

pub(crate) use {can_fail_with, endpoints};
