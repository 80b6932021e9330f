//! `zexa login`, and the profile file.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

use serde_json::json;

use crate::support::terminal::Terminal;
use crate::support::{World, run};

fn login(world: &World, arguments: &[&str]) -> Terminal {
    Terminal::start_with(world, arguments, &[], world.environment_without_key())
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

/// Writes the profile file with this mode.
fn write_profile(world: &World, text: &str, mode: u32) {
    let path = world.profile();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent().expect("a folder")).expect("created");
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn the_key_is_asked_for_without_echo_and_stored() {
    let world = World::new();
    let mut terminal = login(&world, &["login"]);
    terminal.expect("API key: ");
    terminal.send("zx_test_sandbox\r");
    terminal.expect("The key was stored in the profile `default`");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(!text.contains("zx_test") && text.contains("Balance: 4250 credits."), "{text}");
    assert_eq!((mode(&world.profile()), mode(world.profile().parent().expect("a folder"))), (0o600, 0o700));
    assert_eq!(world.run_without_key(&["credits"], "").exits(0).json()["credits"], 4250.0);
}

#[test]
fn a_key_that_the_api_rejects_is_not_stored() {
    let world = World::new();
    let run = world.run_without_key(&["login", "--api-key-stdin"], "zx_wrong\n").exits(4);
    assert!(!run.stderr.contains("zx_wrong") && !world.profile().exists(), "{run:?}");
    world.run_without_key(&["login"], "").exits(2).says("--api-key-stdin");
    world.run_without_key(&["login", "--api-key-stdin"], "\n").exits(4).says("is empty");
    world.run_without_key(&["login", "--sandbox"], "").exits(2).says("no key to store");
    let mut terminal =
        Terminal::start_with(&world, &["login"], &[("LC_ALL", "pt_PT")], world.environment_without_key());
    terminal.expect("Chave de API: ");
    terminal.send("\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(2));
    assert!(text.contains("a chave de API está vazia"), "{text}");
}

#[test]
fn ctrl_c_at_the_prompt() {
    let world = World::new();
    let mut terminal = login(&world, &["login"]);
    terminal.expect("API key: ");
    assert!(!terminal.shows_input());
    terminal.send("zx_\x03");
    let (code, text) = terminal.end_with_colours();
    assert_eq!(code, Some(130));
    assert!(text.ends_with("\r\nCancelled. The key was not stored.\r\n"), "{text:?}");
    assert!(terminal.shows_input());
    assert!(!world.profile().exists());
}

#[test]
fn ctrl_d_at_the_prompt() {
    let world = World::new();
    let mut terminal = login(&world, &["login"]);
    terminal.expect("API key: ");
    terminal.send("\x04");
    let (code, text) = terminal.end_with_colours();
    assert_eq!(code, Some(1));
    assert!(text.ends_with("\r\nCancelled. The key was not stored.\r\n"), "{text:?}");
    assert!(terminal.shows_input() && !world.profile().exists());
}

/// A login that fails must not recommend a login.
#[test]
fn the_advice_is_not_circular() {
    let world = World::new();
    let run =
        world.run_without_key(&["login", "--api-key-stdin"], "zx_wrong\n").exits(4).says("Copy the whole key again");
    assert!(!run.stderr.contains("zexa login"), "{run:?}");
    let run = world.run_without_key(&["login", "--api-key-stdin"], "\n").exits(4).says("is empty");
    assert!(!run.stderr.contains("zexa login"), "{run:?}");
    for broken in ["profiles = 5\n", "[profiles]\nbroken\n"] {
        write_profile(&world, broken, 0o600);
        let run = world.run_without_key(&["login", "--api-key-stdin"], world.sandbox.api_key()).exits(4);
        assert!(run.stderr.contains("correct or delete it") && !run.stderr.contains("zexa login"), "{run:?}");
    }
    assert!(world.sandbox.requests().iter().all(|request| request.headers["authorization"].contains("zx_wrong")));
    write_profile(&world, "[profiles.shop]\napi_key = \"zx_old\"\n", 0o600);
    world.run_without_key(&["credits", "--profile", "shop"], "").exits(4).says("Run `zexa login --profile shop`");
    world.run_without_key(&["credits", "--profile", "none"], "").exits(4).says("run `zexa login --profile none`");
}

#[test]
fn several_profiles() {
    let world = World::new();
    write_profile(&world, "theme = \"dark\"\n\n[profiles.other]\napi_key = \"zx_other\"\n", 0o600);
    let result = world.run_without_key(&["login", "--profile", "shop"], "").exits(2);
    assert!(result.stderr.contains("--api-key-stdin"), "{result:?}");
    let mut terminal = login(&world, &["login", "--profile", "shop"]);
    terminal.expect("API key: ");
    terminal.send("zx_test_sandbox\n");
    assert_eq!(terminal.end().0, Some(0));
    let text = fs::read_to_string(world.profile()).expect("the file");
    assert!(text.contains("zx_other") && text.contains("theme = \"dark\""), "the rest is kept: {text}");
    world.run_without_key(&["credits"], "").exits(4).says("there is no API key");
    world.run_without_key(&["credits", "--profile", "shop"], "").exits(0);
    world.run_without_key(&["credits", "--profile", "nobody"], "").exits(4).says("`nobody` does not exist");
    world.run_without_key(&["credits", "--profile", "other"], "").exits(4).says("unauthorized");
    // A profile that was asked for is used, even if the environment has a key.
    world.run(&["credits", "--profile", "other"]).exits(4);
    // Otherwise, the environment takes precedence.
    world.run(&["credits"]).exits(0);
}

#[test]
fn the_base_url_is_stored_with_the_key() {
    let world = World::new();
    let mut command = world.command(&["login", "--api-key-stdin", "--base-url", world.sandbox.url(), "--json"]);
    command.env_remove("ZEXA_API_KEY").env_remove("ZEXA_BASE_URL");
    let result = crate::support::run(&mut command, world.sandbox.api_key()).exits(0).json();
    assert_eq!((&result["profile"], &result["credits"]), (&json!("default"), &json!(4250.0)));
    let mut command = world.command(&["credits"]);
    command.env_remove("ZEXA_API_KEY").env_remove("ZEXA_BASE_URL");
    crate::support::run(&mut command, "").exits(0);
}

#[test]
fn a_profile_that_others_can_read_is_refused() {
    let world = World::new();
    write_profile(&world, "[profiles.default]\napi_key = \"zx_test_sandbox\"\n", 0o640);
    world.run_without_key(&["credits"], "").exits(4).says("run `chmod 600 ");
    let mut command = world.command(&["credits"]);
    command.env_remove("ZEXA_API_KEY").env("LANG", "pt_AO");
    crate::support::run(&mut command, "").exits(4).says("execute «chmod 600 ");
    write_profile(&world, "[profiles.default]\napi_key = \"zx_test_sandbox\"\n", 0o600);
    world.run_without_key(&["credits"], "").exits(0);
}

#[test]
fn an_invalid_profile_is_reported_without_its_content() {
    let world = World::new();
    write_profile(&world, "[profiles.default]\napi_key = zx_secret\n", 0o600);
    let run = world.run_without_key(&["credits"], "").exits(4).says("config.toml, line 2: not a valid profile file");
    assert!(!run.stderr.contains("zx_secret"), "{run:?}");
}

#[test]
fn a_profile_without_a_key() {
    let world = World::new();
    for text in ["profiles = 5\n", "[profiles]\ndefault = \"zx_secret\"\n", "[profiles.default]\napi_key = 5\n"] {
        write_profile(&world, text, 0o600);
        let run = world.run_without_key(&["credits"], "").exits(4).says("has no text `api_key`");
        assert!(!run.stderr.contains("zx_secret"), "{run:?}");
    }
}

#[test]
fn a_profile_with_an_unusable_base_url_is_not_used_for_another_server() {
    let world = World::new();
    write_profile(&world, "[profiles.default]\napi_key = \"zx_secret\"\nbase_url = 4010\n", 0o600);
    world.run_without_key(&["credits"], "").exits(4).says("has a `base_url` that is not a text");
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn a_profile_with_a_misspelt_setting_is_not_used() {
    let world = World::new();
    let profile = format!("[profiles.default]\napi_key = \"zx_secret\"\nbase-url = \"{}\"\n", world.sandbox.url());
    write_profile(&world, &profile, 0o600);
    world.run_without_key(&["credits"], "").exits(4).says("has an unknown setting `base-url`: only");
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn a_pipe_is_no_profile_file() {
    let world = World::new();
    write_profile(&world, "", 0o600);
    fs::remove_file(world.profile()).expect("a file");
    nix::unistd::mkfifo(&world.profile(), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    world.run_without_key(&["credits"], "").exits(4).says("is a pipe or a device");
}

#[test]
fn a_key_that_is_not_text_is_not_replaced_by_that_of_a_profile() {
    let world = World::new();
    write_profile(&world, "[profiles.default]\napi_key = \"zx_other\"\n", 0o600);
    let mut command = world.command(&["credits"]);
    command.env("ZEXA_API_KEY", std::os::unix::ffi::OsStrExt::from_bytes(b"zx_\xff" as &[u8]) as &std::ffi::OsStr);
    run(&mut command, "").exits(4).says("ZEXA_API_KEY must contain UTF-8 text");
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn a_link_to_the_profile_file_is_kept() {
    let world = World::new();
    write_profile(&world, "[profiles.shop]\napi_key = \"zx_shop\"\n", 0o600);
    let file = world.home.path().join("settings.toml");
    fs::rename(world.profile(), &file).expect("moved");
    std::os::unix::fs::symlink(&file, world.profile()).expect("a link");
    world.run_without_key(&["login", "--api-key-stdin"], world.sandbox.api_key()).exits(0);
    assert!(fs::symlink_metadata(world.profile()).expect("a link").is_symlink());
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.contains("zx_shop") && text.contains(world.sandbox.api_key()), "{text}");
}

#[test]
fn a_profile_that_cannot_be_read() {
    let world = World::new();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(world.profile()).expect("created");
    let mut command = world.command(&["credits"]);
    command.env_remove("ZEXA_API_KEY").env("LANG", "pt_AO");
    fs::set_permissions(world.profile(), fs::Permissions::from_mode(0o700)).expect("set");
    crate::support::run(&mut command, "").exits(1).says("config.toml: isto é uma pasta");
}

/// The home directory is then that of the account.
#[test]
fn without_the_variable_home() {
    let world = World::new();
    let mut command = world.command(&["credits", "--profile", "a-profile-that-nobody-has"]);
    command.env_remove("HOME");
    crate::support::run(&mut command, "").exits(4).says("does not exist in ");
}

#[test]
fn the_folder_of_the_configuration_can_be_set() {
    let world = World::new();
    let folder = world.home.path().join("elsewhere");
    let mut command = world.command(&["login", "--api-key-stdin"]);
    command.env_remove("ZEXA_API_KEY").env("XDG_CONFIG_HOME", &folder);
    crate::support::run(&mut command, world.sandbox.api_key()).exits(0);
    assert!(folder.join("zexa/config.toml").exists() && !world.profile().exists());
}
