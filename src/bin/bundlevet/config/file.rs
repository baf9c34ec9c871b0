//! Where the configuration file is.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use bundlevet::settings::{Setting, settings};

use crate::failure::Failure;

/// Files larger than this are no configuration.
const LARGEST: u64 = 1 << 20;
const NAME: &str = "bundlevet.toml";
/// What a file that came with somebody's bundle must not decide: where is written, and how pseudonyms are made.
const OWN: [&str; 6] = ["output", "out", "map", "metrics", "key", "key-file"];

/// A configuration file that was read.
pub(crate) struct Source {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Nobody named it: it lay in the current directory, which may be one that somebody else packed.
    pub(crate) found_here: bool,
    /// As it stands.
    pub(crate) text: String,
    /// What it sets, in order.
    pub(crate) settings: Vec<Setting>,
}

/// The file that is to be used: one that was named must be there, others may be.
pub(crate) fn find(args: &[OsString]) -> Result<Option<Source>, Failure> {
    let named = match option(args) {
        Wish::None => return Ok(None),
        Wish::File(path) => Some(path),
        // The settings of the run have been made.
        Wish::Default if args.get(1).is_some_and(|word| word == "batch-one") => {
            return Ok(None);
        }
        Wish::Default => std::env::var_os("BUNDLEVET_CONFIG")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
    };
    if let Some(path) = named {
        return read(path, false).map(Some);
    }
    let Some(path) = places().into_iter().find(|path| path.is_file()) else {
        return Ok(None);
    };
    let found_here = path == Path::new(NAME);
    let source = read(path, found_here)?;
    match source
        .settings
        .iter()
        .find(|setting| OWN.contains(&setting.key.as_str()))
    {
        Some(setting) if found_here => Err(Failure::Said(format!(
            "{NAME} in the current directory sets `{}`, which only a file that you named may: it says what is written, \
             or with which key\n  --config {NAME} if it is yours, --no-config if it came with a bundle",
            setting.key
        ))),
        _ => Ok(Some(source)),
    }
}

/// Where a file is looked for, first found.
pub(crate) fn places() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let own = config.filter(|path| path.is_absolute()).or(home);
    let mut places = vec![PathBuf::from(NAME)];
    places.extend(own.map(|own| own.join("bundlevet").join(NAME)));
    places.push(Path::new("/etc/bundlevet").join(NAME));
    places
}

enum Wish {
    Default,
    None,
    File(PathBuf),
}

/// `--config` and `--no-config` are needed before the command line can be read.
fn option(args: &[OsString]) -> Wish {
    let mut wish = Wish::Default;
    let mut args = args.iter().skip(1);
    while let Some(arg) = args.next() {
        if arg == "--" {
            break;
        } else if arg == "--no-config" {
            wish = Wish::None;
        } else if arg == "--config" {
            if let Some(path) = args.next() {
                wish = Wish::File(path.into());
            }
        } else if let Some(path) = arg.to_str().and_then(|arg| arg.strip_prefix("--config=")) {
            wish = Wish::File(OsStr::new(path).into());
        }
    }
    wish
}

fn read(path: PathBuf, found_here: bool) -> Result<Source, Failure> {
    let failed =
        |because: String| Failure::Said(format!("failed to read {}: {because}", path.display()));
    let size = std::fs::metadata(&path)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if size > LARGEST {
        return Err(failed("too large for a configuration file".to_owned()));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let settings = settings(&text).map_err(failed)?;
    Ok(Source {
        path,
        found_here,
        text,
        settings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_names_the_file() {
        let wish = |args: &[&str]| {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            match option(&args) {
                Wish::Default => "default".to_owned(),
                Wish::None => "none".to_owned(),
                Wish::File(path) => path.display().to_string(),
            }
        };
        assert_eq!(wish(&["bundlevet", "scan", "x"]), "default");
        assert_eq!(wish(&["bundlevet", "--config", "a", "scan"]), "a");
        assert_eq!(wish(&["bundlevet", "scan", "--config=b"]), "b");
        assert_eq!(wish(&["bundlevet", "scan", "--no-config"]), "none");
        assert_eq!(wish(&["bundlevet", "scan", "--", "--config=b"]), "default");
    }
}
