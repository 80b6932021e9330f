//! Every function that C can call runs in a guard, so that no panic leaves Rust: nothing but the guard is in its body, beside closures for it,
//! and nothing is computed to be given to it. Those that Node can call have the guard of napi-rs.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Block, Expr, ExprCall, ImplItemFn, Item, ItemFn, Meta, Signature, Stmt, UnOp};

use crate::command::Result;
use crate::paths;

/// Fails where a function that another language can call does something outside of a guard.
pub(super) fn check() -> Result {
    check_c()?;
    check_node()
}

fn check_c() -> Result {
    let mut exported = 0;
    let mut complaints = Vec::new();
    for path in sources(&paths::root().join("ffi-c").join("src"))? {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = path.strip_prefix(paths::root()).unwrap_or(&path).display();
        for function in functions(&text).map_err(|error| format!("{file}: {error}"))? {
            exported += 1;
            if !is_guarded(&function.block) {
                let line = function.span().start().line;
                complaints.push(format!("{file}:{line}: `{}` does something outside of a guard", function.sig.ident));
            }
        }
    }
    println!("{exported} exported functions");
    match exported {
        0 => Err("there is no exported function".to_owned()),
        _ if complaints.is_empty() => Ok(()),
        _ => Err(complaints.join("\n")),
    }
}

fn check_node() -> Result {
    let mut exported = Exported::default();
    for path in sources(&paths::root().join("bindings-node").join("src"))? {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        exported.file = path.strip_prefix(paths::root()).unwrap_or(&path).display().to_string();
        exported.visit_file(&syn::parse_file(&text).map_err(|error| format!("{}: {error}", exported.file))?);
    }
    println!("{} functions for Node", exported.count);
    match exported.count {
        0 => Err("there is no function for Node".to_owned()),
        _ if exported.complaints.is_empty() => Ok(()),
        _ => Err(exported.complaints.join("\n")),
    }
}

/// The functions that Node can call.
#[derive(Default)]
struct Exported {
    file: String,
    count: usize,
    complaints: Vec<String>,
}

impl Exported {
    fn look_at(&mut self, attributes: &[Attribute], signature: &Signature) {
        let Some(napi) = attributes.iter().find(|attribute| attribute.path().is_ident("napi")) else { return };
        self.count += 1;
        let guarded = matches!(&napi.meta, Meta::List(list) if list.tokens.to_string().contains("catch_unwind"));
        if !guarded {
            let (line, name) = (signature.span().start().line, &signature.ident);
            self.complaints.push(format!("{}:{line}: `{name}` has no catch_unwind", self.file));
        }
    }
}

impl<'ast> Visit<'ast> for Exported {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.look_at(&function.attrs, &function.sig);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.look_at(&function.attrs, &function.sig);
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

/// The functions with the ABI of C.
fn functions(text: &str) -> syn::Result<Vec<ItemFn>> {
    let items = syn::parse_file(text)?.items.into_iter();
    Ok(items
        .filter_map(|item| match item {
            Item::Fn(function) if function.sig.abi.is_some() => Some(function),
            _ => None,
        })
        .collect())
}

/// Whether a body is a call of `guard::…`, after closures at most.
fn is_guarded(body: &Block) -> bool {
    let Some((Stmt::Expr(last, None), before)) = body.stmts.split_last() else { return false };
    is_guard(last) && before.iter().all(is_closure)
}

fn is_closure(statement: &Stmt) -> bool {
    match statement {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| matches!(*init.expr, Expr::Closure(_))),
        _ => false,
    }
}

fn is_guard(expression: &Expr) -> bool {
    match expression {
        Expr::Unsafe(block) => is_guarded(&block.block),
        Expr::Call(call) => {
            names(call).first().is_some_and(|first| first == "guard") && call.args.iter().all(cannot_panic)
        }
        _ => false,
    }
}

/// What does nothing where it stands, before the guard is entered: names, numbers, NULL, and closures.
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

/// The path of the function that is called.
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
    fn what_a_guard_is() {
        assert!(guarded("guard::value(0, || 1)"));
        assert!(guarded("unsafe { guard::get(x, 0, |x| *x) }"));
        assert!(guarded("let make = || Ok(()); unsafe { guard::call(x, make) }"));
    }

    #[test]
    fn what_node_can_call_has_the_guard_of_napi() {
        let complaints = |text: &str| {
            let mut exported = Exported { file: "a.rs".into(), ..Exported::default() };
            exported.visit_file(&syn::parse_file(text).expect("Rust"));
            (exported.count, exported.complaints)
        };
        assert_eq!(complaints("#[napi(catch_unwind)] fn f() {} #[napi] struct S; fn g() {}"), (1, Vec::new()));
        let complaint = "a.rs:1: `f` has no catch_unwind".to_owned();
        assert_eq!(complaints("#[napi] impl S { #[napi(getter)] fn f(&self) {} }"), (1, vec![complaint]));
    }

    #[test]
    fn what_none_is() {
        assert!(!guarded("1"));
        assert!(!guarded("let x = compute(); guard::value(0, || x)"));
        assert!(!guarded("guard::value(0, || 1); 2"));
        assert!(!guarded("other::value(0, || 1)"));
    }

    #[test]
    fn what_may_be_given_to_a_guard() {
        for argument in
            ["x", "zexa_status::ZEXA_OK", "f64::NAN", "0", "-1", "()", "ptr::null()", "std::ptr::null_mut()"]
        {
            assert!(guarded(&format!("guard::get(x, {argument}, |x| x.0)")), "{argument}");
        }
        assert!(guarded("guard::get(x, 0, |x| unsafe { compute(x) })"));
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
            assert!(!guarded(&format!("guard::get(x, {argument}, |x| x.0)")), "{argument}");
        }
        assert!(!guarded("guard::value(0, compute())"));
        assert!(!guarded("guard::value(0, make(|| 1))"));
    }
}
