//! Code for C++: `include/zexa.hpp`, composed of generated code and the fragments in `ffi-c/cpp`.

mod enums;
mod errors;
mod fragments;
mod models;
mod names;
mod operations;
mod params;

use std::path::Path;

use self::names::CPP;
use super::GENERATED;
use super::context::Context;
use super::definition::{Definition, Section};
use super::read::render;
use crate::command::Result;

/// The placeholder for the resources in the fragment of the client.
const RESOURCES: &str = "    // GENERATED: the resources\n";

/// Writes the whole header, before clang-format. The fragments are in `folder`.
pub(super) fn write(definition: &Definition, folder: &Path) -> Result<String> {
    let mut reserved = fragments::names(folder)?;
    reserved.extend(errors::NAMES.map(str::to_owned));
    let context = Context::new(definition, CPP, reserved);
    let fragment = |name: &str| fragments::read(folder, name);
    let resources = || definition.resources();

    let mut header = format!("// {GENERATED}\n\n{}", fragment("head.hpp")?);
    header += &title(&["Client".to_owned()]);
    header += &resources().map(operations::declare).collect::<String>();
    let accessors: String = resources().map(|resource| operations::accessor(&context, resource)).collect();
    header += &fragment("client.hpp")?.replace(RESOURCES, &accessors);
    header += &title(&["Errors".to_owned()]);
    header += &errors::constants(&context);
    header += &fragment("error.hpp")?;
    header += &errors::classes(&context);
    header += &title(&["Client options".to_owned()]);
    header += &fragment("options.hpp")?;
    header += &title(&["Implementation details".to_owned()]);
    header += &fragment("detail.hpp")?;
    header += &fragment("client_impl.hpp")?;
    header += &title(&["Times".to_owned()]);
    header += &fragment("values.hpp")?;
    header += &title(&["Lists".to_owned()]);
    header += &fragment("list.hpp")?;
    let event = fragment(fragments::EVENT_MEMBERS)?;
    for section in &definition.sections {
        header += &title(&context.lines(&section.docs));
        header += &written(&context, section, &event);
        header += &match section.name.as_str() {
            "channel" => fragment("template.hpp")?,
            "webhooks" => fragment("event.hpp")?,
            _ => String::new(),
        };
    }
    header += &title(&["Implementation of the resources of a client".to_owned()]);
    header += &resources().map(operations::accessor_body).collect::<String>();
    header += "} // namespace zexa\n\n#endif // ZEXA_HPP\n";
    context.finish(header).map_err(render)
}

/// Writes the code of a section. `event` goes into the class of that name.
fn written(context: &Context<'_>, section: &Section, event: &str) -> String {
    let mut text = String::new();
    for one in &section.enums {
        text += &enums::write(context, one);
    }
    for model in section.models.iter().filter(|model| !context.is_nested(&model.name)) {
        text += &models::write(context, model, if model.name == "Event" { event } else { "" });
    }
    for params in &section.params {
        text += &params::write(context, params);
    }
    text + &section.resource.iter().map(|resource| operations::write(context, resource)).collect::<String>()
}

/// Writes the title of a section.
fn title(lines: &[String]) -> String {
    let rule = "=".repeat(96);
    let text: String = lines.iter().map(|line| format!("// {line}").trim_end().to_owned() + "\n").collect();
    format!("// {rule}\n{text}// {rule}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::testing::{model, with_messages};
    use crate::paths;

    #[test]
    fn names_of_fragments_are_reserved() {
        let definition = with_messages(|messages| messages.models.push(model("Page")));
        let errors = write(&definition, &paths::root().join("ffi-c/cpp")).expect_err("fails");
        let expected = "messages.rs:7: duplicate name `zexa::page` in C++";
        assert_eq!(errors.lines().next(), Some(expected));
    }
}
