//! The JSON report into the rows of each table: what the report masks is masked here too.

use serde_json::{Map, Value, json};

use crate::evidence::Evidence;
use crate::report::inventory_entries;

/// The report of one bundle.
pub(super) struct About<'a> {
    bundle: &'a str,
    name: &'a str,
    report: &'a Value,
}

/// The lists of findings, and what a finding in them is.
const LISTS: [(&str, &str); 2] = [("diagnosis", "cause"), ("symptoms", "symptom")];

impl<'a> About<'a> {
    pub(super) fn new(bundle: &'a str, name: &'a str, report: &'a Value) -> About<'a> {
        About {
            bundle,
            name,
            report,
        }
    }

    /// An object with what every row has.
    fn row(&self, more: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
        let same = [("bundle", self.bundle.into()), ("name", self.name.into())];
        let all = same.into_iter().chain(more);
        all.map(|(key, value)| (key.to_owned(), value)).collect()
    }

    pub(super) fn bundle(&self) -> impl Iterator<Item = Value> {
        let (report, input) = (self.report, &self.report["input"]);
        let nodes = input["nodes"].as_array().into_iter().flatten();
        let nodes: Vec<&Value> = nodes.map(|node| &node["name"]).collect();
        let problems = report["problems"].as_array().map_or(0, Vec::len);
        let row = self.row([
            ("kind", input["kind"].clone()),
            ("verdict", report["verdict"].clone()),
            ("headline", report["headline"].clone()),
            ("collected_at", input["collected_at"].clone()),
            ("description", input["description"].clone()),
            ("products", input["products"].clone()),
            ("nodes", json!(nodes)),
            ("entries", report["scanned"]["entries"].clone()),
            ("bytes", report["scanned"]["bytes"].clone()),
            ("lines", report["scanned"]["lines"].clone()),
            ("problems", problems.into()),
            ("tool", report["tool"]["version"].clone()),
        ]);
        std::iter::once(Value::Object(row))
    }

    /// Every finding, with its role.
    fn each(&self) -> impl Iterator<Item = (&'static str, &'a Map<String, Value>)> {
        let report = self.report;
        LISTS.into_iter().flat_map(move |(list, role)| {
            let findings = report[list].as_array().into_iter().flatten();
            findings.filter_map(move |finding| Some((role, finding.as_object()?)))
        })
    }

    pub(super) fn findings(&self) -> impl Iterator<Item = Value> {
        self.each().map(|(role, finding)| {
            let mut row = finding.clone();
            row.remove("evidence");
            row.remove("remediation");
            let input = &self.report["input"];
            row.extend(self.row([
                ("role", role.into()),
                ("collected_at", input["collected_at"].clone()),
                ("products", input["products"].clone()),
            ]));
            Value::Object(row)
        })
    }

    pub(super) fn evidence(&self) -> impl Iterator<Item = Value> {
        self.each().flat_map(move |(role, finding)| {
            let items = finding.get("evidence").and_then(Value::as_array);
            let about = self;
            items.into_iter().flatten().filter_map(move |item| {
                let mut row = item.as_object()?.clone();
                let kind = ["object", "fact"]
                    .into_iter()
                    .find(|key| row.contains_key(*key));
                let of = |key: &str| finding.get(key).cloned().unwrap_or_default();
                row.extend(about.row([
                    ("role", role.into()),
                    ("rank", of("rank")),
                    ("signature", of("signature")),
                    ("type", kind.unwrap_or("line").into()),
                ]));
                Some(Value::Object(row))
            })
        })
    }

    pub(super) fn inventory<'e>(
        &'e self,
        evidence: &'e Evidence,
    ) -> impl Iterator<Item = Value> + 'e {
        inventory_entries(evidence).filter_map(|entry| {
            let Value::Object(mut row) = entry else {
                return None;
            };
            let range = row.remove("time_range").unwrap_or_default();
            row.extend(self.row([
                ("first_time", range.get(0).cloned().unwrap_or_default()),
                ("last_time", range.get(1).cloned().unwrap_or_default()),
            ]));
            Some(Value::Object(row))
        })
    }
}
