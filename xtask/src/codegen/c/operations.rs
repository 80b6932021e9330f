//! Operations in C: one function each, and for a list three, with the types of its pages and iterators.

use heck::ToSnakeCase;

use super::models::free;
use super::names::{Context, model_type, params_type};
use crate::codegen::definition::{Operation, Place, Resource, Shape};

pub(super) fn write(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let function = Function { context, operation, name: format!("zexa_{}_{}", resource.name, operation.name) };
    match &operation.shape {
        Shape::Post { params, answer, .. } => function.post(params, answer),
        Shape::Get { answer } => function.get(answer),
        Shape::GetOne { answer } => function.get_one(answer),
        Shape::List { params, item, .. } => function.list(params, item),
        Shape::Delete => function.delete(),
    }
}

struct Function<'a> {
    context: &'a Context<'a>,
    operation: &'a Operation,
    name: String,
}

/// What is different between the functions.
struct Parts<'a> {
    /// Added to the name.
    suffix: &'a str,
    /// What is said before the arguments.
    docs: String,
    /// The arguments between the client and the options: name, type, what they are.
    inputs: Vec<(&'a str, String, String)>,
    /// The name and type of what it gives.
    output: Option<(String, String)>,
    /// Reads the inputs.
    read: String,
    /// Makes the call, with `client`.
    call: String,
}

impl Function<'_> {
    fn post(&self, params: &str, answer: &str) -> String {
        let what = params_type(params);
        self.write(Parts {
            suffix: "",
            docs: self.docs("POST"),
            inputs: vec![(
                "params",
                format!("*const {what}"),
                format!("begun with `{}`.", super::names::init_macro(params)),
            )],
            output: Some((answer.to_snake_case(), model_type(answer))),
            read: "let params = input::sized_struct(\"params\", params)?.read()?;".to_owned(),
            call: format!("{}(&params)?", self.method()),
        })
    }

    fn get(&self, answer: &str) -> String {
        self.write(Parts {
            suffix: "",
            docs: self.docs("GET"),
            inputs: vec![("id", "*const c_char".to_owned(), "its id.".to_owned())],
            output: Some((answer.to_snake_case(), model_type(answer))),
            read: ID.to_owned(),
            call: format!("{}(id)?", self.method()),
        })
    }

    fn get_one(&self, answer: &str) -> String {
        self.write(Parts {
            suffix: "",
            docs: self.docs("GET"),
            inputs: Vec::new(),
            output: Some((answer.to_snake_case(), model_type(answer))),
            read: String::new(),
            call: format!("{}()?", self.method()),
        })
    }

    fn delete(&self) -> String {
        self.write(Parts {
            suffix: "",
            docs: self.docs("DELETE"),
            inputs: vec![("id", "*const c_char".to_owned(), "its id.".to_owned())],
            output: None,
            read: ID.to_owned(),
            call: format!("{}(id)?", self.method()),
        })
    }

    fn list(&self, params: &str, item: &str) -> String {
        let (item_type, what) = (model_type(item), params_type(params));
        let params = |suffix, docs: &str, kind: &str, extra: Option<(&'static str, String, String)>, call: &str| {
            let filter = ("params", format!("*const {what}"), "NULL for all.".to_owned());
            Parts {
                suffix,
                docs: self.docs("GET") + docs,
                inputs: [filter].into_iter().chain(extra).collect(),
                output: Some((kind.to_owned(), format!("{item_type}_{kind}"))),
                read: "let params = input::optional_struct(\"params\", params)?.unwrap_or(input::Sized::INIT).read()?;"
                    .to_owned(),
                call: format!("{item_type}_{kind}({call})").replace("LIST", &format!("{}(&params)", self.method())),
            }
        };
        let iter = params(
            "",
            &format!("{LAZY}/// Take the items with {item_type}_iter_next().\n"),
            "iter",
            None,
            "Items::new(LIST)",
        );
        let pages = params(
            "_pages",
            &format!("{LAZY}/// This takes page by page, with {item_type}_pages_next().\n"),
            "pages",
            None,
            "Pages::new(LIST.pages())",
        );
        let number = ("number", "u32".to_owned(), "which page, from 1.".to_owned());
        let page =
            params("_page", "///\n/// This gives one page.\n", "page", Some(number), "PageOf::new(LIST.page(number)?)");
        let types = Types {
            context: self.context,
            item: item_type.clone(),
            name: item.to_snake_case(),
            place: &self.operation.place,
        };
        types.page()
            + &types.iterator("iter", item)
            + &types.iterator("pages", item)
            + &self.write(iter)
            + &self.write(page)
            + &self.write(pages)
    }

    fn docs(&self, method: &str) -> String {
        format!("{}///\n/// `{method} {}`\n", self.context.docs(&self.operation.docs), self.operation.path)
    }

    /// The method of the client that does it, such as `client.messages().send`.
    fn method(&self) -> String {
        let resource =
            self.name.trim_start_matches("zexa_").trim_end_matches(&self.operation.name).trim_end_matches('_');
        format!("client.{resource}().{}", self.operation.name)
    }

    fn write(&self, parts: Parts<'_>) -> String {
        let place = &self.operation.place;
        let function = self.context.take(format!("{}{}", self.name, parts.suffix), place);
        let mut docs = parts.docs + "///\n/// - `client`: any thread may use it.\n";
        let mut arguments = String::from("client: *const zexa_client, ");
        for (name, kind, about) in &parts.inputs {
            docs += &format!("/// - `{name}`: {about}\n");
            arguments += &format!("{name}: {kind}, ");
        }
        docs += "/// - `options`: NULL for those of the client.\n";
        arguments += "options: *const zexa_call_options, ";
        let (mut open, mut done) = (String::new(), format!("{}; Ok(())", parts.call));
        if let Some((name, kind)) = parts.output {
            let name = self.context.member(&name, place);
            docs +=
                &format!("/// - `{name}`: gets what comes of it, yours to free with {kind}_free(); NULL on failure.\n");
            arguments += &format!("{name}: *mut *mut {kind}, ");
            open = format!("let {name} = Output::new({name:?}, {name})?;");
            done = format!("{name}.give({})", parts.call);
        }
        format!(
            "
            {docs}/// - `error`: gets the error on failure, yours to free with zexa_error_free(), and else NULL; may be NULL.
            ///
            /// Returns `ZEXA_OK`, or what went wrong.
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {function}({arguments} error: *mut *mut zexa_error) -> zexa_status {{
                let call = || {{
                    // SAFETY: the caller's pointers are as the header asks.
                    unsafe {{
                        {open}
                        let client = call_options::client(client, options)?;
                        {read}
                        {done}
                    }}
                }};
                // SAFETY: likewise.
                unsafe {{ guard::call(error, call) }}
            }}
            ",
            read = parts.read,
        )
    }
}

const ID: &str = "let id = input::text(\"id\", id)?;";

const LAZY: &str = "///
/// Nothing is fetched until the first is asked for; then pages come several ahead, in order. An item that shows up on two pages, because the list
/// shifted in between, is given once. A deadline is for the whole list, and runs from here. The client may be freed before the list.
";

/// The types of a list's pages and iterators.
struct Types<'a> {
    context: &'a Context<'a>,
    /// The type of an item.
    item: String,
    /// What an argument of that type is called.
    name: String,
    place: &'a Place,
}

impl Types<'_> {
    fn page(&self) -> String {
        let Types { context, item, name, place } = self;
        let page = context.take(format!("{item}_page"), place);
        let mut written = format!(
            "
            /// One page of a list. Yours to free with {page}_free(). Its items and strings live as long as it does.
            pub struct {page}(PageOf<{item}>);
            "
        );
        for (suffix, argument, kind, absent, docs, body) in [
            ("count", "", "usize", "0", "How many items are on it.", "page.0.items.len()"),
            (
                "at",
                "index: usize",
                &*format!("*const {item}"),
                "ptr::null()",
                "The item at `index`, from 0; NULL where there is none. It is the page's: not to be freed.",
                "page.0.items.get(index).map_or(ptr::null(), ptr::from_ref)",
            ),
            ("total", "", "i64", "-1", "How many items the whole list has.", "number::to_c(page.0.total)"),
            ("number", "", "i64", "-1", "Which page it is, from 1.", "number::to_c(page.0.page)"),
            ("per_page", "", "i64", "-1", "How many items a full page has.", "number::to_c(page.0.per_page)"),
            (
                "extra_json",
                "",
                "*const c_char",
                "ptr::null()",
                "What the API said of the page beside this, as a JSON object. NULL of NULL.",
                "page.0.extra()",
            ),
        ] {
            let function = context.take(format!("{page}_{suffix}"), place);
            written += &format!(
                "
                /// {docs}
                #[unsafe(no_mangle)]
                pub unsafe extern \"C\" fn {function}(page: *const {page}, {argument}) -> {kind} {{
                    // SAFETY: the caller's pointers are as the header asks.
                    unsafe {{ guard::get(page, {absent}, |page| {body}) }}
                }}
                "
            );
        }
        let _ = name;
        written + &free(context, &page, "page", place)
    }

    /// An iterator: over items (`iter`) or pages (`pages`).
    fn iterator(&self, kind: &str, item: &str) -> String {
        let Types { context, item: item_type, name, place } = self;
        let (handle, next) = (format!("{item_type}_{kind}"), format!("{item_type}_{kind}_next"));
        let (what, given, gives, inner, made) = match kind {
            "iter" => ("All items of a list", name.as_str(), item_type.clone(), "Items", "next"),
            _ => ("All pages of a list", "page", format!("{item_type}_page"), "Pages", "page"),
        };
        context.take(handle.clone(), place);
        context.take(next.clone(), place);
        let made =
            if made == "next" { "it.0.next()?".to_owned() } else { format!("{gives}(PageOf::new(it.0.next()?))") };
        format!(
            "
            /// {what}, one after the other. Yours to free with {handle}_free(), at any time. Threads may share it: they take turns.
            pub struct {handle}({inner}<zexa::{item}>);

            /// Takes the next, waiting for it where it has not come yet.
            ///
            /// - `{given}`: gets it, yours to free with {gives}_free(); NULL on failure and at the end.
            /// - `error`: gets the error on failure, yours to free with zexa_error_free(), and else NULL; may be NULL.
            ///
            /// Returns `ZEXA_OK`; `ZEXA_DONE` where there is nothing more; or what went wrong, after which there is nothing more.
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {next}(
                {kind}: *mut {handle},
                {given}: *mut *mut {gives},
                error: *mut *mut zexa_error,
            ) -> zexa_status {{
                let next = || {{
                    // SAFETY: the caller's pointers are as the header asks.
                    let (given, it) = unsafe {{ (Output::new({given:?}, {given})?, input::object({kind:?}, {kind})?) }};
                    given.give({made})
                }};
                // SAFETY: likewise.
                unsafe {{ guard::call(error, next) }}
            }}
            "
        ) + &free(context, &handle, kind, place)
    }
}
