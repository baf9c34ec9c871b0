//! One setting into the default of an option.

use std::path::Path;

use bundlevet::report::nearest;
use bundlevet::settings::Setting;
use clap::builder::OsStr;
use clap::{Arg, ArgAction, Command};

use crate::failure::Failure;

/// Options that a file cannot set: they choose the file, or end the program.
const NEVER: [&str; 4] = ["config", "no-config", "help", "version"];

/// The command with the setting as the default of its option, wherever the section says. What holds for several commands
/// goes to those that take the value: `format = "html"` to `scan` and `diff`, not to `inventory`, which has no such page.
pub(super) fn apply(command: Command, setting: &Setting, file: &Path) -> Result<Command, Failure> {
    let mut known = Vec::new();
    let mut found = false;
    let mut wrong = None;
    let command = within(
        command,
        &setting.section,
        setting,
        &mut known,
        &mut found,
        &mut wrong,
    );
    let said = |text: String| Failure::Said(format!("{}: {text}", file.display()));
    if found {
        return Ok(command);
    }
    if let Some(wrong) = wrong {
        return Err(said(wrong));
    }
    let place = match setting.section.as_slice() {
        [] => String::new(),
        section => format!(" in [{}]", section.join(".")),
    };
    known.sort();
    known.dedup();
    let near = nearest(&setting.key, known.iter().map(String::as_str), 3);
    let hint = match near.as_slice() {
        [] => "; `bundlevet scan --help` names the options".to_owned(),
        near => format!("; did you mean {}?", near.join(", ")),
    };
    Err(said(format!(
        "there is no option `{}`{place}{hint}",
        setting.key
    )))
}

fn within(
    command: Command,
    section: &[String],
    setting: &Setting,
    known: &mut Vec<String>,
    found: &mut bool,
    wrong: &mut Option<String>,
) -> Command {
    if let [name, rest @ ..] = section {
        if command.find_subcommand(name).is_none() {
            return command;
        }
        return command.mut_subcommand(name.as_str(), |inner| {
            within(inner, rest, setting, known, found, wrong)
        });
    }
    let names = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned());
    let names: Vec<String> = names.collect();
    let mut command = option(command, setting, known, found, wrong);
    for name in names {
        command = command.mut_subcommand(name, |inner| {
            within(inner, &[], setting, known, found, wrong)
        });
    }
    command
}

/// Sets the default where this command has the option.
fn option(
    command: Command,
    setting: &Setting,
    known: &mut Vec<String>,
    found: &mut bool,
    wrong: &mut Option<String>,
) -> Command {
    let settable = |arg: &&Arg| arg.get_long().is_some_and(|long| !NEVER.contains(&long));
    known.extend(
        command
            .get_arguments()
            .filter(settable)
            .filter_map(|arg| arg.get_long().map(str::to_owned)),
    );
    let arg = command
        .get_arguments()
        .filter(settable)
        .find(|arg| arg.get_long() == Some(setting.key.as_str()));
    let Some(arg) = arg.cloned() else {
        return command;
    };
    if let Some(because) = refused(&arg, setting) {
        *wrong = Some(because);
        return command;
    }
    *found = true;
    let values: Vec<OsStr> = setting.values.iter().map(OsStr::from).collect();
    command.mut_arg(arg.get_id(), |arg| arg.default_values(values))
}

/// What the option says to these values, if it does not take them.
fn refused(arg: &Arg, setting: &Setting) -> Option<String> {
    let flag = matches!(
        arg.get_action(),
        ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count
    );
    if flag {
        let fine =
            matches!(setting.values.as_slice(), [value] if value == "true" || value == "false");
        return (!fine).then(|| format!("`{}` is true or false", setting.key));
    }
    if setting.values.len() > 1 && !matches!(arg.get_action(), ArgAction::Append) {
        return Some(format!("`{}` takes one value", setting.key));
    }
    let alone = Command::new("bundlevet")
        .no_binary_name(true)
        .arg(arg.clone().required(false));
    let words = setting
        .values
        .iter()
        .map(|value| format!("--{}={value}", setting.key));
    let error = alone.try_get_matches_from(words).err()?;
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let possible = text.lines().map(str::trim);
    let possible = possible.filter(|line| line.starts_with("[possible values"));
    let said = std::iter::once(first.trim_start_matches("error: ")).chain(possible);
    Some(said.collect::<Vec<_>>().join(" "))
}
