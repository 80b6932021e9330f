//! WhatsApp templates
//!
//! A template has a name and a value for each of its numbered variables. It goes into the parameter `template_json` of a message or a
//! campaign, as JSON: made here, or by hand where the API wants another shape than this.

use std::ffi::{CString, c_char};
use std::mem;
use std::sync::{Mutex, PoisonError};

use zexa::Template;

use crate::error::zexa_error;
use crate::guard;
use crate::input;
use crate::object::to_json;
use crate::output::Output;
use crate::status::zexa_status;

/// An approved WhatsApp template. Yours to free with zexa_template_free().
pub struct zexa_template(Mutex<Made>);

struct Made {
    template: Template,
    json: CString,
}

impl zexa_template {
    fn change(&self, change: impl FnOnce(Template) -> Template) {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.template = change(mem::replace(&mut made.template, Template::new("")));
        made.json = to_json(&made.template);
    }
}

/// Makes the template of this name, yours to free with zexa_template_free(). Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_new(
    name: *const c_char,
    made: *mut *mut zexa_template,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let make = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (made, name) = unsafe { (Output::new("made", made)?, input::text("name", name)?) };
        let template = Template::new(name);
        let json = to_json(&template);
        made.give(zexa_template(Mutex::new(Made { template, json })))
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, make) }
}

/// Sets the language that it is wanted in, such as "pt". Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_set_language(
    self_: *mut zexa_template,
    language: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let set = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (template, language) = unsafe { (input::object("self_", self_)?, input::text("language", language)?) };
        template.change(|template| template.language(language));
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, set) }
}

/// Adds the value of the next variable, in the order of their numbers. Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_add_variable(
    self_: *mut zexa_template,
    value: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let add = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (template, value) = unsafe { (input::object("self_", self_)?, input::text("value", value)?) };
        template.change(|template| template.variable(value));
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, add) }
}

/// The template as JSON. The string lives until the template is changed or freed. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_json(self_: *const zexa_template) -> *const c_char {
    let json = |template: &zexa_template| {
        let made = template.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.json.as_ptr()
    };
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(self_, std::ptr::null(), json) }
}

/// Frees a template. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_free(self_: *mut zexa_template) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::free(self_) }
}
