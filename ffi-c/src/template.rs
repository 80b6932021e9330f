//! Builder for the JSON of WhatsApp templates.

use std::ffi::{CString, c_char};

use zexa::Template;

use crate::error::zexa_error;
use crate::input;
use crate::object::to_json;
use crate::output::Output;
use crate::panic_boundary;
use crate::status::zexa_status;

/// A builder for the JSON of an approved WhatsApp template: its name, language, and a value for each of its numbered variables.
///
/// Pass zexa_template_json() as `template_json` of a message or campaign. Free it with zexa_template_free(). Not thread-safe while it is modified.
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
    fn update(&mut self, update: impl FnOnce(Template) -> Template) {
        *self = update(self.template.clone()).into();
    }
}

/// Create a template.
///
/// @param name                   name of the approved template
/// @param[out] message_template  the template; free with zexa_template_free()
/// @param[out] error             [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_new(
    name: *const c_char,
    message_template: *mut *mut zexa_template,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let make = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (output, name) =
            unsafe { (Output::required("message_template", message_template)?, input::string("name", name)?) };
        output.set(Template::new(name))
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, make) }
}

/// Set the language of a template.
///
/// @param message_template  the template
/// @param language          language code, such as "pt"
/// @param[out] error        [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_set_language(
    message_template: *mut zexa_template,
    language: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let set = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            // Copied first: it may point into the JSON of the template, which the update frees.
            let language = input::string("language", language)?.to_owned();
            input::object_mut("message_template", message_template)?.update(|template| template.language(language));
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, set) }
}

/// Add the value of the next variable of a template: of `{{1}}` with the first call, of `{{2}}` with the second.
///
/// @param message_template  the template
/// @param value             value of the variable
/// @param[out] error        [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_add_variable(
    message_template: *mut zexa_template,
    value: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let add = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            // Copied first: it may point into the JSON of the template, which the update frees.
            let value = input::string("value", value)?.to_owned();
            input::object_mut("message_template", message_template)?.update(|template| template.variable(value));
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, add) }
}

/// Return a template as JSON, valid until the template is modified or freed. NULL if `message_template` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_json(message_template: *const zexa_template) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(message_template, std::ptr::null(), |template| template.json.as_ptr()) }
}

/// Free a template. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_template_free(message_template: *mut zexa_template) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free(message_template) }
}
