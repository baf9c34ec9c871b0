//! The project's own labelled cases, `fixtures/incidents/*.yaml`, into bundles of their layout.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::build::{Bundle, COLLECTED};
use super::incident::Incident;
use super::node::{Node, Value};
use super::noise;
use super::stamp::Clock;

/// One case as its file writes it (`fixtures/README.md`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub bundle: Layout,
    /// What happened, for the reader of the file.
    pub cause: String,
    /// Ids of signatures of which any is a right answer.
    pub expect: Vec<String>,
    /// Seconds between two lines of a log; 20 where nothing is said.
    #[serde(default)]
    pub spacing: Option<i64>,
    /// Path below the root folder to lines: mixed with noise, times moved to shortly before collection.
    #[serde(default)]
    pub logs: BTreeMap<String, String>,
    /// Path below the root folder to content that stays as it is.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    Harvester,
    Longhorn,
    Rke1,
    Rke2,
    K3s,
    Troubleshoot,
    Supportconfig,
    Loose,
}

impl Layout {
    fn root(self) -> &'static str {
        match self {
            Layout::Harvester | Layout::Longhorn => {
                "supportbundle_00000000-0000-4000-8000-00000000cafe_2025-06-15T12-00-00Z"
            }
            Layout::Rke1 | Layout::Rke2 | Layout::K3s => "n1-2025-06-15_12_00_00",
            Layout::Troubleshoot => "support-bundle-2025-06-15T12_00_00",
            Layout::Supportconfig => "scc_n1_250615_1200",
            Layout::Loose => "",
        }
    }

    /// Where the loud consequences stand; a loose file has them itself.
    fn loud(self) -> Option<&'static str> {
        match self {
            Layout::Harvester | Layout::Longhorn => Some("nodes/n1.zip/n1/logs/kubelet.log"),
            Layout::Rke1 => Some("rke/containerlogs/kubelet"),
            Layout::Rke2 => Some("rke2/agent-logs/kubelet.log"),
            Layout::K3s => Some("k3s/agent-logs/kubelet.log"),
            Layout::Troubleshoot => Some("host-collectors/run-host/kubelet.txt"),
            Layout::Supportconfig => Some("messages.txt"),
            Layout::Loose => None,
        }
    }

    /// What every bundle of the layout holds.
    fn frame(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Layout::Harvester | Layout::Longhorn => &[
                (
                    "metadata.yaml",
                    "bundlename: \"\"\nkubernetesversion: v1.30.4+rke2r1\nbundlecreatedat: \"2025-06-15T12:00:00Z\"\nissuedescription: \"\"\n",
                ),
                ("bundleGenerationError.log", ""),
            ],
            Layout::Rke1 | Layout::Rke2 | Layout::K3s => &[
                ("systeminfo/date", "Sun Jun 15 12:00:00 UTC 2025\n"),
                ("systeminfo/hostname", "n1\n"),
            ],
            Layout::Troubleshoot => &[(
                "version.yaml",
                "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: 0.99.0\n",
            )],
            Layout::Supportconfig => &[(
                "basic-environment.txt",
                "#==[ Command ]======================================#\n# /bin/date\nSun Jun 15 12:00:00 UTC 2025\n\n",
            )],
            Layout::Loose => &[],
        }
    }
}

/// Every case of the `.yaml` files in a folder, in file order; their ids are unique.
pub fn load(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    let mut cases: Vec<Case> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("cases");
        let tree = super::node::parse(&text)
            .unwrap_or_else(|(line, why)| panic!("{}:{line}: {why}", file.display()));
        let own: Vec<Case> = serde_json::from_value(json(&tree))
            .unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        cases.extend(own);
    }
    let mut seen = std::collections::BTreeSet::new();
    for case in &cases {
        assert!(seen.insert(case.id.clone()), "{} is there twice", case.id);
    }
    cases
}

fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null | Value::Later(_) => serde_json::Value::Null,
        Value::Plain(text) => serde_json::from_str(text).expect("a number, true or false"),
        Value::Text(text) | Value::Pattern(text, _) => text.as_ref().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, node)| (key.text.to_string(), json(node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

impl Case {
    /// The bundle: own lines among noise, and the loud consequences.
    pub fn build(&self) -> Bundle {
        let mut clock = Clock::ending(COLLECTED);
        if let Some(seconds) = self.spacing {
            clock = clock.spaced(seconds);
        }
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (path, text) in &self.logs {
            let count = text.lines().count();
            let own = text.lines().enumerate().map(|(at, line)| {
                let raw = clock.rebase(line, at, count);
                clock.wrap_at(path, &raw, clock.time(at, count))
            });
            files.insert(path.clone(), noise::mix(path, own.collect(), &clock));
        }
        let loud = self
            .bundle
            .loud()
            .map_or_else(|| self.logs.keys().next().cloned(), |p| Some(p.to_owned()));
        if let Some(path) = loud {
            let lines = noise::loud(&path, &clock);
            files.entry(path).or_default().push_str(&lines);
        }
        for (path, text) in &mut files {
            if is_supportconfig(path) {
                text.insert_str(
                    0,
                    "#==[ Command ]======================================#\n# /usr/bin/journalctl --no-pager --boot=0 --output=short-iso\n",
                );
            }
        }
        files.extend(self.files.clone());
        for (path, text) in self.bundle.frame() {
            files
                .entry((*path).to_owned())
                .or_insert_with(|| (*text).to_owned());
        }
        Bundle {
            root: self.bundle.root().to_owned(),
            files,
        }
    }

    /// The case as the score reads one.
    pub fn incident(&self) -> Incident {
        let lines = |files: &BTreeMap<String, String>| -> Vec<String> {
            let lines = files.values().flat_map(|text| text.lines());
            lines.map(|line| line.trim().to_owned()).collect()
        };
        // of an object it is the values that are quoted; short ones prove nothing
        let values = lines(&self.files).into_iter().map(|line| {
            let value = line.split_once(": ").map(|(_, value)| value.to_owned());
            value.unwrap_or(line)
        });
        Incident {
            id: self.id.clone(),
            product: Vec::new(),
            component: String::new(),
            r#where: String::new(),
            log_lines: lines(&self.logs),
            object_state: values.filter(|value| value.len() > 5).collect(),
            root_cause_key: self.expect.join(","),
            confidence: "confirmed".to_owned(),
            red_herrings: Vec::new(),
        }
    }
}

/// Whether a file of this name is a sequence of commands and their output.
pub fn is_supportconfig(path: &str) -> bool {
    path == "messages.txt" || path == "boot.txt"
}
