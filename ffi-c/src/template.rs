//! WhatsApp templates
//!
//! A template has a name and a value for each of its numbered variables. It goes into the parameter `template_json` of a message or a
//! campaign, as JSON: made here, or by hand where the API wants another shape than this.

use std::ffi::{CString, c_char};

use zexa::Template;

use crate::error::zexa_error;
use crate::guard;
use crate::input;
use crate::object::to_json;
use crate::output::Output;
use crate::status::zexa_status;

/// An approved WhatsApp template. Yours to free with zexa_template_free(). It is changed by one thread at a time, while no other reads it.
pub struct zexa_template {
    template: Template,
    json: CString,
}

impl From<Template> for zexa_template {
    fn from(template: Template) -> zexa_template {
        zexa_template { json: to_json(&template), template }
    }
}

impl zexa_template {
    fn change(&mut self, change: impl FnOnce(Template) -> Template) {
        *self = change(self.template.clone()).into();
    }
}

/// Makes the template of this name, yours to free with zexa_template_free(). Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_new(
    name: *const c_char,
    message_template: *mut *mut zexa_template,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let make = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (output, name) =
            unsafe { (Output::new("message_template", message_template)?, input::text("name", name)?) };
        output.give(Template::new(name))
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, make) }
}

/// Sets the language that it is wanted in, such as "pt". Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_set_language(
    message_template: *mut zexa_template,
    language: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let set = || {
        // SAFETY: the caller's pointers are as the header asks.
        unsafe {
            // Read before it is changed: it may be a string of the template's own.
            let language = input::text("language", language)?.to_owned();
            input::object_to_change("message_template", message_template)?
                .change(|template| template.language(language));
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, set) }
}

/// Adds the value of the next variable, in the order of their numbers. Returns `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_add_variable(
    message_template: *mut zexa_template,
    value: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let add = || {
        // SAFETY: the caller's pointers are as the header asks.
        unsafe {
            // Read before it is changed: it may be a string of the template's own.
            let value = input::text("value", value)?.to_owned();
            input::object_to_change("message_template", message_template)?.change(|template| template.variable(value));
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, add) }
}

/// The template as JSON. The string lives until the template is changed or freed. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_json(message_template: *const zexa_template) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(message_template, std::ptr::null(), |template| template.json.as_ptr()) }
}

/// Frees a template. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_free(message_template: *mut zexa_template) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::free(message_template) }
}
