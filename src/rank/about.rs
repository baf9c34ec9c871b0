//! What a user wants to hear about: a node, an object, a namespace, a component.

use std::collections::BTreeSet;

use super::InputSummary;
use super::judge::Judged;
use crate::evidence::Evidence;
use crate::finding::{Finding, Subject};
use crate::signature::Database;

/// `node/n2`, `n2`, `default/web-0`, `upgrade`, `longhorn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// `node` of `node/n2`.
    kind: Option<String>,
    name: String,
}

impl About {
    /// Reads what the user wrote; `None` where it names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('/');
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (Some(kind.trim().to_lowercase()), name),
            None => (None, text),
        };
        (!name.trim().is_empty()).then(|| Self {
            kind,
            name: name.trim().to_owned(),
        })
    }

    /// As the user wrote it.
    pub fn words(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{kind}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The name alone.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a subject is, or is in, what is meant: `node/n2`, the name alone, or `namespace/name`.
    pub(super) fn is(&self, subject: &Subject) -> bool {
        let namespace = subject.get("namespace");
        subject.0.iter().any(|(kind, name)| {
            let named = name.eq_ignore_ascii_case(&self.name);
            match &self.kind {
                None => named,
                Some(wanted) => {
                    let inside = namespace.is_some_and(|own| own.eq_ignore_ascii_case(wanted));
                    named && (kind.eq_ignore_ascii_case(wanted) || (inside && kind != "namespace"))
                }
            }
        })
    }

    /// Whether a finding is about it, by subject or by component.
    pub(super) fn concerns(&self, database: &Database, finding: &Finding) -> bool {
        let component = database
            .signatures
            .get(finding.signature)
            .and_then(|signature| signature.id.split('/').next());
        let whole = self.kind.is_none() && component == Some(self.name.to_lowercase().as_str());
        whole || finding.cases.iter().any(|case| self.is(&case.subject))
    }

    /// Whether anything of a case bears the name: what is about nothing there is would always be found healthy.
    pub fn is_known(
        &self,
        database: &Database,
        evidence: &Evidence,
        findings: &[Finding],
        inputs: &[InputSummary],
    ) -> bool {
        let kind = |of: &str| {
            self.kind
                .as_deref()
                .is_none_or(|kind| kind.eq_ignore_ascii_case(of))
        };
        let named = |name: &str| name.eq_ignore_ascii_case(&self.name);
        let in_namespace = |own: Option<&str>| {
            let kind = self.kind.as_deref();
            kind.is_some_and(|kind| own.is_some_and(|own| own.eq_ignore_ascii_case(kind)))
        };
        let component = |id: &str| id.split('/').next().is_some_and(named);
        let logs = |place: Option<&str>, of: &str| kind(of) && place.is_some_and(named);
        let mut nodes = inputs.iter().flat_map(|input| &input.nodes);
        let mut cases = findings.iter().flat_map(|finding| &finding.cases);
        nodes.any(|node| kind("node") && named(&node.name))
            || (self.kind.is_none() && database.signatures.iter().any(|one| component(&one.id)))
            || cases.any(|case| self.is(&case.subject))
            || evidence.objects.iter().any(|(key, list)| {
                list.iter().any(|object| {
                    let space = object.namespace.as_deref();
                    (named(&object.name) && (kind(&key.kind) || in_namespace(space)))
                        || (kind("namespace") && space.is_some_and(named))
                })
            })
            || evidence.entries.iter().any(|read| {
                let origin = &read.entry.origin;
                let space = origin.namespace.as_deref();
                logs(origin.node.as_deref(), "node")
                    || logs(space, "namespace")
                    || logs(origin.pod.as_deref(), "pod")
                    || (in_namespace(space) && origin.pod.as_deref().is_some_and(named))
            })
    }

    /// Names of a case that it could have been: nodes, components, namespaces, as they are written after `--about`.
    pub fn names(
        database: &Database,
        evidence: &Evidence,
        inputs: &[InputSummary],
    ) -> BTreeSet<String> {
        let nodes = inputs.iter().flat_map(|input| &input.nodes);
        let mut names: BTreeSet<String> = nodes.map(|node| format!("node/{}", node.name)).collect();
        let ids = database.signatures.iter();
        names.extend(ids.filter_map(|one| Some(one.id.split('/').next()?.to_owned())));
        for read in &evidence.entries {
            let origin = &read.entry.origin;
            names.extend(origin.node.iter().map(|node| format!("node/{node}")));
            names.extend(
                origin
                    .namespace
                    .iter()
                    .map(|space| format!("namespace/{space}")),
            );
        }
        names
    }

    /// Whether a cause is about it, or something that follows from it is.
    pub(super) fn follows(
        &self,
        database: &Database,
        findings: &[Finding],
        judged: &Judged<'_>,
    ) -> bool {
        let symptoms = judged.reach.symptoms.keys();
        self.concerns(database, judged.finding)
            || symptoms
                .filter_map(|at| findings.get(*at))
                .any(|symptom| self.concerns(database, symptom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_with_and_without_their_kind() {
        let node = Subject::node("n2");
        let pod = Subject::of([("namespace", "default"), ("pod", "web-0")]);
        for (text, on_node, on_pod) in [
            ("node/n2", true, false),
            ("n2", true, false),
            ("pod/n2", false, false),
            ("default/web-0", false, true),
            ("namespace/default", false, true),
            ("other/web-0", false, false),
        ] {
            let about = About::parse(text).unwrap();
            assert_eq!(
                (about.is(&node), about.is(&pod)),
                (on_node, on_pod),
                "{text}"
            );
        }
        assert_eq!(About::parse(" / "), None);
    }
}
