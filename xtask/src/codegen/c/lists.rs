//! Lists in C: iterators over items and over pages, single pages, and the functions that begin them.

use heck::ToSnakeCase;

use super::models::free;
use super::names::{model_type, params_type};
use super::operations::{Function, Input, Operations, Output};
use crate::codegen::context::Context;
use crate::codegen::definition::Place;

/// The types of a list and the functions that make them.
pub(super) fn write(operations: &Operations<'_>, params: &str, item: &str) -> String {
    let types = Types {
        context: operations.context,
        place: &operations.operation.place,
        rust: item,
        item: model_type(item),
        argument: item.to_snake_case(),
    };
    let functions = Functions { operations, params: params_type(params), item: model_type(item) };
    types.page()
        + &types.iterator("iter")
        + &types.iterator("pages")
        + &functions.items()
        + &functions.page()
        + &functions.pages()
}

/// The functions that begin a list.
struct Functions<'a> {
    operations: &'a Operations<'a>,
    params: String,
    item: String,
}

impl Functions<'_> {
    fn items(&self) -> String {
        let docs = format!(
            "{LAZY}/// An item repeated across pages, because rows were added in between, is returned once. Take the items with \
             {item}_iter_next(); {item}_iter_is_incomplete() tells whether the list ended short of the total that the API reported.\n",
            item = self.item
        );
        self.operations.function(Function {
            docs: self.docs(&docs),
            ..self.function("iter", "Items::new(binding::checked_list(LIST)?)")
        })
    }

    fn pages(&self) -> String {
        let docs = format!(
            "{LAZY}/// Pages are as the API returns them: an item repeated across pages is on each of them. A page without new items is left out, \
             unless it is the first. Take the pages with {item}_pages_next(); {item}_pages_is_incomplete() tells whether they ended short of the total \
             that the API reported.\n",
            item = self.item
        );
        let function = self.function("pages", "Pages::new(binding::checked_list(LIST)?.pages())");
        self.operations.function(Function { suffix: "_pages", docs: self.docs(&docs), ..function })
    }

    fn page(&self) -> String {
        let mut function = self.function("page", "PageOf::new(LIST.page(number)?)");
        function.inputs.push(Input { name: "number", kind: "u32".to_owned(), docs: "which page, from 1.".to_owned() });
        let docs = self.docs("///\n/// This fetches one page.\n");
        self.operations.function(Function { suffix: "_page", docs, ..function })
    }

    fn function(&self, kind: &str, call: &str) -> Function<'static> {
        let list = format!("{}(&params)", self.operations.method());
        Function {
            inputs: vec![Input {
                name: "params",
                kind: format!("*const {}", self.params),
                docs: "NULL for no filter.".to_owned(),
            }],
            output: Some(Output { name: kind.to_owned(), kind: format!("{}_{kind}", self.item) }),
            read: "let params = input::optional_struct(\"params\", params)?.unwrap_or(input::SizedStruct::INIT).read()?;",
            call: format!("{}_{kind}({})", self.item, call.replace("LIST", &list)),
            ..Function::default()
        }
    }

    fn docs(&self, more: &str) -> String {
        self.operations.docs("GET") + more
    }
}

const LAZY: &str = "///
/// Nothing is sent until the first one is taken. Pages are prefetched and returned in order. A deadline applies to the whole list, and runs from
/// here. The client may be freed before the list. A list that only repeats items although more should follow is `ZEXA_DECODE`.
";

/// The types of a list's pages and iterators.
struct Types<'a> {
    context: &'a Context<'a>,
    place: &'a Place,
    /// The type of an item in Rust, in C, and what an argument of that type is called.
    rust: &'a str,
    item: String,
    argument: String,
}

impl Types<'_> {
    fn page(&self) -> String {
        let Types { context, place, item, .. } = self;
        let page = context.take(format!("{item}_page"), place);
        let mut written = format!(
            "
            /// One page of a list. Yours to free with {page}_free(). Its items and strings live as long as it does.
            pub struct {page}(PageOf<{item}>);
            "
        );
        let item = format!("*const {item}");
        for (name, argument, gives, otherwise, docs, body) in [
            ("count", "", "usize", "0", "How many items are on it.", "items.len()"),
            (
                "at",
                "index: usize",
                &*item,
                "ptr::null()",
                "The item at `index`, from 0; NULL where there is none. It is the page's: not to be freed.",
                "items.get(index).map_or(ptr::null(), ptr::from_ref)",
            ),
            ("total", "", "i64", "-1", "Number of items in the whole list. -1 if the API omits it.", "total()"),
            ("number", "", "i64", "-1", "Number of the page, from 1.", "page()"),
            ("per_page", "", "i64", "-1", "Number of items on a full page. -1 if the API omits it.", "per_page()"),
            (
                "extra_json",
                "",
                "*const c_char",
                "ptr::null()",
                "Other fields of the page, and the raw values of fields in an unexpected form, as a JSON object. NULL if the page is NULL.",
                "extra()",
            ),
        ] {
            let function = context.take(format!("{page}_{name}"), place);
            written += &format!(
                "
                /// {docs}
                #[unsafe(no_mangle)]
                pub unsafe extern \"C\" fn {function}(page: *const {page}, {argument}) -> {gives} {{
                    // SAFETY: the caller's pointers are as the header asks.
                    unsafe {{ guard::get(page, {otherwise}, |page| page.0.{body}) }}
                }}
                "
            );
        }
        written + &free(context, "free", &page, "page", place)
    }

    /// An iterator: over items (`iter`) or pages (`pages`).
    fn iterator(&self, kind: &str) -> String {
        let Types { context, place, rust, item, argument } = self;
        let handle = context.take(format!("{item}_{kind}"), place);
        let next = context.take(format!("{handle}_next"), place);
        let is_incomplete = context.take(format!("{handle}_is_incomplete"), place);
        let (what, inner, output, gives, made) = match kind {
            "iter" => ("items", "Items", argument.as_str(), item.clone(), "iterator.0.next()?".to_owned()),
            _ => {
                let page = format!("{item}_page");
                let made = format!("{page}(PageOf::new(iterator.0.next()?))");
                ("pages", "Pages", "page", page, made)
            }
        };
        format!(
            "
            /// All {what} of a list, one after the other. Yours to free with {handle}_free(), also before its end. Threads may share it, and take turns; none may be in
            /// {handle}_next() when it is freed.
            pub struct {handle}({inner}<zexa::{rust}>);

            /// Takes the next, and waits for it where it has not come yet.
            ///
            /// - `{output}`: gets it, yours to free with {gives}_free(); NULL at the end, too.
            /// - `error`: gets what went wrong, if anything did: yours to free with zexa_error_free().
            ///
            /// Returns `ZEXA_OK`; `ZEXA_DONE` where there is nothing more; or a status of every call, see zexa_status, after which there is nothing more.
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {next}(
                {kind}: *mut {handle},
                {output}: *mut *mut {gives},
                error: *mut *mut zexa_error,
            ) -> zexa_status {{
                let next = || {{
                    // SAFETY: the caller's pointers are as the header asks.
                    let (output, iterator) =
                        unsafe {{ (Output::new({output:?}, {output})?, input::object({kind:?}, {kind})?) }};
                    output.give({made})
                }};
                // SAFETY: likewise.
                unsafe {{ guard::call(error, next) }}
            }}

            /// Whether the list has ended with fewer items than the API reported in its last total: rows were removed while it was read, or
            /// the server did not return all. False of NULL, before {next}() has returned `ZEXA_DONE`, and after a failure. Does not wait for a thread
            /// that is in {next}().
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {is_incomplete}({kind}: *const {handle}) -> bool {{
                // SAFETY: the caller's pointers are as the header asks.
                unsafe {{ guard::get({kind}, false, |list| list.0.is_incomplete()) }}
            }}
            "
        ) + &free(context, "end", &handle, kind, place)
    }
}
