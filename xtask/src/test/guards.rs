//! The step `guards`: no panic leaves Rust. The body of every function that C can call consists of one call of `panic_boundary` and closures for it, and its
//! arguments compute nothing. Every function that Node can call has `catch_unwind` of napi-rs.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Block, Expr, ExprCall, ImplItemFn, Item, ItemFn, Meta, Signature, Stmt, UnOp};

use crate::background::print_line;
use crate::command::Result;
use crate::files::read;
use crate::paths;

/// Fails if a function that another language can call has code outside of its panic boundary.
pub(super) fn check() -> Result {
    check_c()?;
    check_node()
}

fn check_c() -> Result {
    let mut exported = 0;
    let mut errors = Vec::new();
    let folder = paths::root().join("ffi-c").join("src");
    // The callbacks of a fuzz target may panic, and are not part of the library.
    for path in sources(&folder)?.into_iter().filter(|path| !path.starts_with(folder.join("fuzzing"))) {
        let text = read(&path)?;
        let file = path.strip_prefix(paths::root()).unwrap_or(&path).display();
        for function in functions(&text).map_err(|error| format!("{file}: {error}"))? {
            exported += 1;
            if !is_guarded(&function.block) {
                let line = function.span().start().line;
                errors.push(format!("{file}:{line}: `{}` has code outside of the panic boundary", function.sig.ident));
            }
        }
    }
    print_line!("{exported} exported functions");
    match exported {
        0 => Err("no exported function found in ffi-c/src".to_owned()),
        _ if errors.is_empty() => Ok(()),
        _ => Err(errors.join("\n")),
    }
}

fn check_node() -> Result {
    let mut exported = Exported::default();
    for path in sources(&paths::root().join("bindings-node").join("src"))? {
        let text = read(&path)?;
        exported.file = path.strip_prefix(paths::root()).unwrap_or(&path).display().to_string();
        exported.visit_file(&syn::parse_file(&text).map_err(|error| format!("{}: {error}", exported.file))?);
    }
    print_line!("{} functions for Node", exported.count);
    match exported.count {
        0 => Err("no #[napi] function found in bindings-node/src".to_owned()),
        _ if exported.errors.is_empty() => Ok(()),
        _ => Err(exported.errors.join("\n")),
    }
}

/// The functions that Node can call.
#[derive(Default)]
struct Exported {
    file: String,
    count: usize,
    errors: Vec<String>,
}

impl Exported {
    fn check(&mut self, attributes: &[Attribute], signature: &Signature) {
        let Some(napi) = attributes.iter().find(|attribute| attribute.path().is_ident("napi")) else { return };
        self.count += 1;
        let is_guarded = matches!(&napi.meta, Meta::List(list) if list.tokens.to_string().contains("catch_unwind"));
        if !is_guarded {
            let (line, name) = (signature.span().start().line, &signature.ident);
            self.errors.push(format!("{}:{line}: `{name}` has no catch_unwind", self.file));
        }
    }
}

impl<'ast> Visit<'ast> for Exported {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.check(&function.attrs, &function.sig);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.check(&function.attrs, &function.sig);
    }
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The functions with the C ABI.
fn functions(text: &str) -> syn::Result<Vec<ItemFn>> {
    let items = syn::parse_file(text)?.items.into_iter();
    Ok(items
        .filter_map(|item| match item {
            Item::Fn(function) if function.sig.abi.is_some() => Some(function),
            _ => None,
        })
        .collect())
}

/// Whether a body is a call of `panic_boundary`, possibly after closures.
fn is_guarded(body: &Block) -> bool {
    let Some((Stmt::Expr(last, None), before)) = body.stmts.split_last() else { return false };
    is_boundary(last) && before.iter().all(is_closure)
}

fn is_closure(statement: &Stmt) -> bool {
    match statement {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| matches!(*init.expr, Expr::Closure(_))),
        _ => false,
    }
}

fn is_boundary(expression: &Expr) -> bool {
    match expression {
        Expr::Unsafe(block) => is_guarded(&block.block),
        Expr::Call(call) => {
            names(call).first().is_some_and(|first| first == "panic_boundary") && call.args.iter().all(cannot_panic)
        }
        _ => false,
    }
}

/// Whether an argument does nothing before the boundary is entered: names, numbers, NULL and closures.
fn cannot_panic(argument: &Expr) -> bool {
    match argument {
        Expr::Path(_) | Expr::Lit(_) | Expr::Closure(_) => true,
        Expr::Tuple(tuple) => tuple.elems.is_empty(),
        Expr::Unary(negative) => matches!((&negative.op, &*negative.expr), (UnOp::Neg(_), Expr::Lit(_))),
        Expr::Call(call) => {
            let names = names(call);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            call.args.is_empty() && matches!(names[..], [.., "ptr", "null" | "null_mut"])
        }
        _ => false,
    }
}

/// Path of the called function.
fn names(call: &ExprCall) -> Vec<String> {
    match &*call.func {
        Expr::Path(function) => function.path.segments.iter().map(|segment| segment.ident.to_string()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(body: &str) -> bool {
        let functions = functions(&format!("pub unsafe extern \"C\" fn f(x: *mut u8) -> i32 {{ {body} }}"));
        functions.expect("Rust").iter().all(|function| is_guarded(&function.block))
    }

    #[test]
    fn a_call_of_the_boundary_is_accepted() {
        assert!(guarded("panic_boundary::infallible(0, || 1)"));
        assert!(guarded("unsafe { panic_boundary::read(x, 0, |x| *x) }"));
        assert!(guarded("let make = || Ok(()); unsafe { panic_boundary::fallible(x, make) }"));
    }

    #[test]
    fn functions_for_node_need_catch_unwind() {
        let errors = |text: &str| {
            let mut exported = Exported { file: "a.rs".into(), ..Exported::default() };
            exported.visit_file(&syn::parse_file(text).expect("Rust"));
            (exported.count, exported.errors)
        };
        assert_eq!(errors("#[napi(catch_unwind)] fn f() {} #[napi] struct S; fn g() {}"), (1, Vec::new()));
        let error = "a.rs:1: `f` has no catch_unwind".to_owned();
        assert_eq!(errors("#[napi] impl S { #[napi(getter)] fn f(&self) {} }"), (1, vec![error]));
    }

    #[test]
    fn code_outside_of_the_boundary_is_rejected() {
        assert!(!guarded("1"));
        assert!(!guarded("let x = compute(); panic_boundary::infallible(0, || x)"));
        assert!(!guarded("panic_boundary::infallible(0, || 1); 2"));
        assert!(!guarded("other::infallible(0, || 1)"));
    }

    #[test]
    fn arguments_must_not_compute() {
        for argument in
            ["x", "zexa_status::ZEXA_OK", "f64::NAN", "0", "-1", "()", "ptr::null()", "std::ptr::null_mut()"]
        {
            assert!(guarded(&format!("panic_boundary::read(x, {argument}, |x| x.0)")), "{argument}");
        }
        assert!(guarded("panic_boundary::read(x, 0, |x| unsafe { compute(x) })"));
        for argument in [
            "compute()",
            "ptr::read(x)",
            "null()",
            "x.len()",
            "x[0]",
            "-x",
            "!0",
            "1 / 0",
            "*x",
            "&x[1]",
            "(compute(),)",
            "{ 0 }",
        ] {
            assert!(!guarded(&format!("panic_boundary::read(x, {argument}, |x| x.0)")), "{argument}");
        }
        assert!(!guarded("panic_boundary::infallible(0, compute())"));
        assert!(!guarded("panic_boundary::infallible(0, make(|| 1))"));
    }
}
