//! A labelled incident as the collection writes it, and the signatures that answer its cause.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// One line of the collection.
#[derive(Debug, Clone, Deserialize)]
pub struct Incident {
    pub id: String,
    #[serde(default)]
    pub product: Vec<String>,
    #[serde(default)]
    pub component: String,
    #[serde(default)]
    pub r#where: String,
    #[serde(default)]
    pub log_lines: Vec<String>,
    #[serde(default)]
    pub object_state: Vec<String>,
    pub root_cause_key: String,
    #[serde(default)]
    pub confidence: String,
    #[serde(default)]
    pub red_herrings: Vec<String>,
}

impl Incident {
    /// Whether the label is certain enough to count in the main table.
    pub fn confirmed(&self) -> bool {
        self.confidence.starts_with("confirmed")
    }

    /// Whether a bundle could show anything of it.
    pub fn has_material(&self) -> bool {
        !self.log_lines.is_empty() || self.object_state.iter().any(|text| !text.starts_with('('))
    }
}

/// Every incident of the `.jsonl` files in a folder, in file order.
pub fn load(folder: &Path) -> Vec<Incident> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("incidents"));
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(&line).expect("an incident"))
        .collect()
}

/// What answers a cause: signature ids, or why a bundle cannot show it.
#[derive(Debug, Clone)]
pub enum Expected {
    Signatures(Vec<String>),
    /// The reason.
    NotVisible(String),
}

/// `fixtures/incidents/keys/*.tsv`: cause, tab, ids separated by commas (or `-`, tab, the reason).
pub fn expectations(folder: &Path) -> BTreeMap<String, Expected> {
    let mut expected = BTreeMap::new();
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("keys")
        .map(|e| e.expect("entry").path())
        .collect();
    files.sort();
    for file in files {
        for line in fs::read_to_string(&file).expect("keys").lines() {
            let mut fields = line.split('\t');
            let (Some(key), Some(ids)) = (fields.next(), fields.next()) else {
                continue;
            };
            let value = match ids.trim() {
                "-" => {
                    let why = fields.next().unwrap_or("no reason is given").trim();
                    Expected::NotVisible(why.to_owned())
                }
                ids => {
                    Expected::Signatures(ids.split(',').map(|id| id.trim().to_owned()).collect())
                }
            };
            expected.entry(key.trim().to_owned()).or_insert(value);
        }
    }
    expected
}
