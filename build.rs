//! Turns the shipped signature files into trees that the binary embeds, so that a run parses no YAML and looks for no
//! literals.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/node.rs"]
mod node;

#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/place.rs"]
mod place;

/// What finds the literals of a pattern.
#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/pattern"]
mod pattern {
    mod literals;
    mod shapes;
    mod text;

    pub(crate) type Literals = Vec<Box<[u8]>>;

    pub(crate) fn literals_of_text(source: &str, shapes: &text::Shapes) -> Literals {
        let best = text::best(source, shapes);
        best.into_iter().map(|run| run.bytes).collect()
    }

    pub(crate) fn literals_of_regex(source: &str) -> Literals {
        let runs = literals::parsed(source)
            .ok()
            .and_then(|hir| literals::of_regex(&hir));
        let runs = runs.unwrap_or_default().into_iter();
        runs.map(|run| run.bytes).collect()
    }
}

/// Keys of a signature that are shown with a finding, and read only then.
const LATER: [&str; 3] = ["fix", "check", "refs"];

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=signatures");
    for file in ["node.rs", "place.rs", "pattern"] {
        println!("cargo::rerun-if-changed=src/signature/{file}");
    }
    let mut files = BTreeMap::new();
    let root = Path::new("signatures");
    if root.is_dir() {
        collect(root, root, &mut files)?;
    }
    let tests = take_tests(&mut files);
    for (_, tree) in files.iter_mut().filter(|(id, _)| is_signature(id)) {
        prepare(tree);
    }
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

/// `component/slug`; translations have another folder above.
fn is_signature(id: &str) -> bool {
    id.matches('/').count() == 1
}

/// Names of placeholders that the author gave a shape. That they have one is all that their literals depend on.
type Shaped = BTreeSet<String>;

/// Looks for the literals of the patterns that logs are searched for, and puts off what is shown only with a finding.
/// `read/parts.rs` knows the same places; a test holds what comes of both equal.
fn prepare(tree: &mut node::Node) {
    let shaped = shaped(tree, &Shaped::new());
    for (key, value) in entries(tree) {
        match &*key.text {
            "match" => prepare_patterns(value, &shaped),
            "then" => prepare_logs(value, &shaped),
            "find" => {
                for (_, part) in entries(value) {
                    let own = self::shaped(part, &shaped);
                    prepare_logs(part, &own);
                    for (_, then) in entries(part).iter_mut().filter(|(k, _)| k.text == "then") {
                        prepare_logs(then, &shaped);
                    }
                }
            }
            later if LATER.contains(&later) => {
                let mut bytes = Vec::new();
                value.write(&mut bytes);
                value.value = node::Value::Later(bytes.into());
            }
            _ => {}
        }
    }
}

fn entries(node: &mut node::Node) -> &mut [(node::Key, node::Node)] {
    match &mut node.value {
        node::Value::Map(entries) => entries,
        _ => &mut [],
    }
}

/// The placeholders with shapes in a map, and those around it.
fn shaped(map: &mut node::Node, around: &Shaped) -> Shaped {
    let mut names = around.clone();
    for (_, shapes) in entries(map)
        .iter_mut()
        .filter(|(key, _)| key.text == "where-captures")
    {
        names.extend(
            entries(shapes)
                .iter()
                .map(|(name, _)| name.text.to_string()),
        );
    }
    names
}

fn prepare_logs(map: &mut node::Node, shaped: &Shaped) {
    let logs = entries(map).iter_mut().filter(|(key, _)| key.text == "log");
    logs.for_each(|(_, log)| prepare_patterns(log, shaped));
}

/// One pattern or a list of them. Those of fields and blocks stay as they are.
fn prepare_patterns(node: &mut node::Node, shaped: &Shaped) {
    use node::Value;
    let found = |text: &node::Words, literals: pattern::Literals| {
        let mut bytes = Vec::new();
        node::write_literals(&literals, &mut bytes);
        Value::Pattern(text.clone(), bytes.into())
    };
    match &mut node.value {
        Value::List(items) => items
            .iter_mut()
            .for_each(|item| prepare_patterns(item, shaped)),
        Value::Text(text) | Value::Plain(text) => {
            let shapes = shaped
                .iter()
                .map(|name| (name.clone(), String::new()))
                .collect();
            let literals = pattern::literals_of_text(text, &shapes);
            node.value = found(text, literals);
        }
        Value::Map(entries) => {
            for (_, regex) in entries.iter_mut().filter(|(key, _)| key.text == "regex") {
                if let Value::Text(text) | Value::Plain(text) = &regex.value {
                    let literals = pattern::literals_of_regex(text.trim_end_matches('\n'));
                    regex.value = found(text, literals);
                }
            }
        }
        Value::Null | Value::Pattern(..) | Value::Later(_) => {}
    }
}
