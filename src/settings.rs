//! The text of `bundlevet.toml` into settings: which option of which commands has which values.

/// One key of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Names of the commands of its section; empty: every command.
    pub section: Vec<String>,
    /// Long name of an option.
    pub key: String,
    /// Its values as they would stand on the command line.
    pub values: Vec<String>,
}

/// What a file sets, the keys of each section by name; or why it is none, in a sentence.
pub fn settings(text: &str) -> Result<Vec<Setting>, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| format!("\n{error}"))?;
    let mut settings = Vec::new();
    collect(&table, &[], &mut settings)?;
    Ok(settings)
}

/// The reader of TOML ends at a depth of some dozens, so this does, too.
fn collect(table: &toml::Table, section: &[String], out: &mut Vec<Setting>) -> Result<(), String> {
    for (key, value) in table {
        if let toml::Value::Table(inner) = value {
            let section = [section, std::slice::from_ref(key)].concat();
            collect(inner, &section, out)?;
            continue;
        }
        let values = match value {
            toml::Value::Array(list) => list
                .iter()
                .map(|one| word(key, one))
                .collect::<Result<_, _>>()?,
            one => vec![word(key, one)?],
        };
        out.push(Setting {
            section: section.to_vec(),
            key: key.clone(),
            values,
        });
    }
    Ok(())
}

fn word(key: &str, value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(flag) => Ok(flag.to_string()),
        toml::Value::Datetime(time) => Ok(time.to_string()),
        toml::Value::Float(_) | toml::Value::Array(_) | toml::Value::Table(_) => Err(format!(
            "`{key}` is no text, whole number, true or false, or a list of them"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_commands() {
        let text =
            "threads = 2\n[scan]\nsignatures = ['a', 'b']\n[signatures.check]\nstrict = true";
        let shown: Vec<String> = settings(text)
            .unwrap()
            .iter()
            .map(|s| format!("{}:{}={}", s.section.join("."), s.key, s.values.join(",")))
            .collect();
        assert_eq!(
            shown,
            [
                "scan:signatures=a,b",
                "signatures.check:strict=true",
                ":threads=2"
            ]
        );
    }

    #[test]
    fn a_depth_that_no_stack_holds_is_said() {
        let deep = 200_000;
        for text in [
            format!("[{}a]\nx = 1\n", "a.".repeat(deep)),
            format!("{}a = 1\n", "a.".repeat(deep)),
            format!("x = {}{}\n", "[".repeat(deep), "]".repeat(deep)),
            format!("x = {}1{}\n", "{a=".repeat(deep), "}".repeat(deep)),
        ] {
            assert!(settings(&text).is_err());
        }
    }
}
