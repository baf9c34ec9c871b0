//! Turns the shipped signature files into trees that the binary embeds, so that a run parses no YAML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/node.rs"]
mod node;

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=signatures");
    println!("cargo::rerun-if-changed=src/signature/node.rs");
    let mut files = BTreeMap::new();
    let root = Path::new("signatures");
    if root.is_dir() {
        collect(root, root, &mut files)?;
    }
    let tests = take_tests(&mut files);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    write(&out.join("signatures.trees"), &bytes_of(&files)?)?;
    let pairs: Vec<_> = tests.iter().map(|(id, tree)| (id.as_str(), tree)).collect();
    let mut bytes = Vec::new();
    write_pairs(&pairs, &mut bytes);
    write(&out.join("tests.trees"), &bytes)
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(target, bytes).map_err(|error| format!("write {}: {error}", target.display()))
}

/// Half of a file are its tests, which no scan looks at: they are embedded apart.
fn take_tests(files: &mut BTreeMap<String, node::Node>) -> BTreeMap<String, node::Node> {
    let mut tests = BTreeMap::new();
    for (name, tree) in files {
        if let node::Value::Map(entries) = &mut tree.value
            && let Some(at) = entries.iter().position(|(key, _)| key.text == "tests")
        {
            tests.insert(name.clone(), entries.remove(at).1);
        }
    }
    tests
}

/// Path without `.yaml`, slashes forward, to tree.
fn collect(
    root: &Path,
    dir: &Path,
    files: &mut BTreeMap<String, node::Node>,
) -> Result<(), String> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| format!("read {}: {error}", dir.display()))?;
    for entry in entries {
        let path = entry
            .map_err(|error| format!("read {}: {error}", dir.display()))?
            .path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("read {}: {error}", path.display()))?;
            let tree = node::parse(&text)
                .map_err(|(line, why)| format!("{}:{line}: {why}", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
            let name = name
                .components()
                .map(|c| c.as_os_str().to_string_lossy().into_owned())
                .collect::<Vec<_>>();
            files.insert(name.join("/"), tree);
        }
    }
    Ok(())
}

/// Signatures, translations by language, `renamed.yaml` and `version.yaml`.
fn bytes_of(files: &BTreeMap<String, node::Node>) -> Result<Vec<u8>, String> {
    let mut signatures = Vec::new();
    let mut translations: BTreeMap<&str, Vec<(&str, &node::Node)>> = BTreeMap::new();
    let mut single = BTreeMap::new();
    for (name, tree) in files {
        match name.split('/').collect::<Vec<_>>().as_slice() {
            [one] => {
                single.insert((*one).to_owned(), tree);
            }
            [_, _] => signatures.push((name.as_str(), tree)),
            [language, _, _] => {
                let id = name.split_once('/').map_or("", |(_, id)| id);
                translations.entry(language).or_default().push((id, tree));
            }
            _ => {
                return Err(format!(
                    "signatures/{name}.yaml: neither component/slug nor language/component/slug"
                ));
            }
        }
    }
    let mut out = Vec::new();
    write_pairs(&signatures, &mut out);
    node::write_number(translations.len(), &mut out);
    for (language, pairs) in &translations {
        node::write_text(language, &mut out);
        write_pairs(pairs, &mut out);
    }
    let nothing = node::Node {
        line: 0,
        value: node::Value::Null,
    };
    for name in ["renamed", "version"] {
        single
            .get(name)
            .copied()
            .unwrap_or(&nothing)
            .write(&mut out);
    }
    Ok(out)
}

fn write_pairs(pairs: &[(&str, &node::Node)], out: &mut Vec<u8>) {
    node::write_number(pairs.len(), out);
    for (id, tree) in pairs {
        node::write_text(id, out);
        tree.write(out);
    }
}
