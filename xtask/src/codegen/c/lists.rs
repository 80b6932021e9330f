//! Lists in C: iterators over items and pages, single pages, and the functions that create them.

use heck::ToSnakeCase;

use super::models::free;
use super::names::{model_type, params_type};
use super::operations::{ERROR, Function, Input, Operations, Output, parameters};
use crate::codegen::context::Context;
use crate::codegen::definition::Span;

/// Writes the types of a list and the functions that create them.
pub(super) fn write(operations: &Operations<'_>, params: &str, item: &str) -> String {
    let types = Types {
        context: operations.context,
        span: &operations.operation.span,
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

/// The functions that create a list.
struct Functions<'a> {
    operations: &'a Operations<'a>,
    params: String,
    item: String,
}

impl Functions<'_> {
    fn items(&self) -> String {
        let docs = format!(
            "///\n/// Create an iterator over all items, across pages. Sends nothing. Read it with {item}_iter_next().\n",
            item = self.item
        );
        self.operations.function(Function {
            docs: self.docs(&docs),
            ..self.function("iter", "Items::new(binding::checked_list(LIST)?)")
        })
    }

    fn pages(&self) -> String {
        let docs = format!(
            "///\n/// Create an iterator over all pages. Sends nothing. Read it with {item}_pages_next().\n",
            item = self.item
        );
        let function = self.function("pages", "Pages::new(binding::checked_list(LIST)?.pages())");
        self.operations.function(Function { suffix: "_pages", docs: self.docs(&docs), ..function })
    }

    fn page(&self) -> String {
        let mut function = self.function("page", "PageOf::new(LIST.page(number)?)");
        let docs = "number of the page, from 1".to_owned();
        function.inputs.push(Input { name: "number", kind: "u32".to_owned(), docs });
        let docs = self.docs("///\n/// Fetch one page.\n");
        self.operations.function(Function { suffix: "_page", docs, ..function })
    }

    fn function(&self, kind: &str, call: &str) -> Function<'static> {
        let list = format!("{}(&params)", self.operations.method());
        Function {
            inputs: vec![Input {
                name: "params",
                kind: format!("*const {}", self.params),
                docs: "[optional] filter and page size; NULL for none".to_owned(),
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

/// The types of a list's pages and iterators.
struct Types<'a> {
    context: &'a Context<'a>,
    span: &'a Span,
    /// Name of the type of an item in Rust and in C, and of an argument of that type.
    rust: &'a str,
    item: String,
    argument: String,
}

impl Types<'_> {
    fn page(&self) -> String {
        let Types { context, span, item, .. } = self;
        let page = context.take(format!("{item}_page"), span);
        let mut written = format!(
            "
            /// One page of a list. Free it with {page}_free(). Its items and strings are valid until then.
            pub struct {page}(PageOf<{item}>);
            "
        );
        let item = format!("*const {item}");
        for (name, argument, returns, fallback, docs, body) in [
            ("count", "", "usize", "0", "Return the number of items on the page. 0 if `page` is NULL.", "items.len()"),
            (
                "at",
                "index: usize",
                &*item,
                "ptr::null()",
                "Return the item at `index`, from 0. NULL if there is none. The item belongs to the page: do not free it.",
                "items.get(index).map_or(ptr::null(), ptr::from_ref)",
            ),
            (
                "total",
                "",
                "i64",
                "-1",
                "Return the number of items in the whole list. -1 if the API omits it.",
                "total()",
            ),
            ("number", "", "i64", "-1", "Return the number of the page, from 1. -1 if `page` is NULL.", "page()"),
            (
                "per_page",
                "",
                "i64",
                "-1",
                "Return the number of items on a full page. -1 if the API omits it.",
                "per_page()",
            ),
            (
                "extra_json",
                "",
                "*const c_char",
                "ptr::null()",
                "Return unknown fields of the page, and the raw values of fields in an unexpected form, as a JSON object. NULL if `page` is NULL.",
                "extra()",
            ),
        ] {
            let function = context.take(format!("{page}_{name}"), span);
            written += &format!(
                "
                /// {docs}
                #[unsafe(no_mangle)]
                pub unsafe extern \"C\" fn {function}(page: *const {page}, {argument}) -> {returns} {{
                    // SAFETY: the caller's pointers are valid, as the header requires.
                    unsafe {{ panic_boundary::read(page, {fallback}, |page| page.0.{body}) }}
                }}
                "
            );
        }
        written + &free(context, "free", &page, "page", span)
    }

    /// Writes an iterator over items (`iter`) or pages (`pages`).
    fn iterator(&self, kind: &str) -> String {
        let Types { context, span, rust, item, argument } = self;
        let handle = context.take(format!("{item}_{kind}"), span);
        let next = context.take(format!("{handle}_next"), span);
        let is_incomplete = context.take(format!("{handle}_is_incomplete"), span);
        let (what, inner, output, object, value) = match kind {
            "iter" => ("items", "Items", argument.as_str(), item.clone(), "iterator.0.next()?".to_owned()),
            _ => {
                let page = format!("{item}_page");
                let value = format!("{page}(PageOf::new(iterator.0.next()?))");
                ("pages", "Pages", "page", page, value)
            }
        };
        let one = what.trim_end_matches('s');
        let parameters = parameters(&[
            (kind.to_owned(), "the iterator".to_owned()),
            (format!("[out] {output}"), format!("the {one}; free with {object}_free(). NULL at the end")),
            ("[out] error".to_owned(), ERROR.to_owned()),
        ]);
        format!(
            "
            /// An iterator over the {what} of a list. Free it with {handle}_free(), also before its end. Threads may share it, but none may be in {next}() when it is
            /// freed.
            pub struct {handle}({inner}<zexa::{rust}>);

            /// Return the next {one} of a list. Waits until it is fetched.
            ///
            {parameters}/// @return `ZEXA_OK`; `ZEXA_DONE` at the end of the list; or a common error, after which the list is at its end
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {next}(
                {kind}: *mut {handle},
                {output}: *mut *mut {object},
                error: *mut *mut zexa_error,
            ) -> zexa_status {{
                let next = || {{
                    // SAFETY: the caller's pointers are valid, as the header requires.
                    let (output, iterator) =
                        unsafe {{ (Output::required({output:?}, {output})?, input::object({kind:?}, {kind})?) }};
                    output.set({value})
                }};
                // SAFETY: likewise.
                unsafe {{ panic_boundary::fallible(error, next) }}
            }}

            /// Return whether the list ended with fewer items than the last total that the API reported: rows were removed meanwhile, or the server did not return
            /// all. False if `{kind}` is NULL, before {next}() has returned `ZEXA_DONE`, and after a failure. Does not wait for a thread that is in {next}().
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {is_incomplete}({kind}: *const {handle}) -> bool {{
                // SAFETY: the caller's pointers are valid, as the header requires.
                unsafe {{ panic_boundary::read({kind}, false, |list| list.0.is_incomplete()) }}
            }}
            "
        ) + &free(context, "free_with_signal_guard", &handle, kind, span)
    }
}
