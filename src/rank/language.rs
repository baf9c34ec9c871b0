//! A diagnosis with the texts of its signatures in the reader's language; what was not translated stays English.

use std::collections::BTreeMap;

use super::{Diagnosis, RankedFinding, Remediation};

/// The texts of a finding in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Title with its captures filled in.
    pub title: String,
    /// What it means.
    pub explanation: String,
    /// What to do.
    pub remediation: Remediation,
    /// How to keep it from happening again.
    pub prevention: Option<String>,
    /// What it says for reasons of the signature's own, by their English.
    pub reasons: BTreeMap<String, String>,
}

impl Diagnosis {
    /// The diagnosis as a reader of the language with this tag (`zh-CN`) sees it. What the tool says itself is the
    /// reports' to translate.
    pub fn in_language(&self, tag: &str) -> Diagnosis {
        let mut told = self.clone();
        let findings = self.causes.iter().chain(&self.symptoms);
        let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
        let mut english: Vec<(&str, &str)> = Vec::new();
        for finding in findings {
            if let Some(texts) = finding.translations.get(tag) {
                titles.insert(&finding.signature, &texts.title);
                english.push((&finding.title, &texts.title));
            }
        }
        // A title may be the beginning of another.
        english.sort_by_key(|(title, _)| std::cmp::Reverse(title.len()));
        for (title, in_language) in english {
            told.headline = told.headline.replace(title, in_language);
        }
        for moment in &mut told.timeline {
            if let Some(text) = moment.translations.get(tag).cloned() {
                moment.text = text;
            }
        }
        for finding in told.causes.iter_mut().chain(&mut told.symptoms) {
            finding.tell(tag);
            for consequence in &mut finding.consequences {
                if let Some(title) = titles.get(consequence.signature.as_str()) {
                    consequence.title = (*title).to_owned();
                }
            }
        }
        told
    }
}

impl RankedFinding {
    fn tell(&mut self, tag: &str) {
        if let Some(texts) = self.translations.get(tag).cloned() {
            self.title = texts.title;
            self.explanation = texts.explanation;
            self.remediation = texts.remediation;
            self.prevention = texts.prevention;
            for reason in &mut self.reasons {
                if let Some(told) = texts.reasons.get(reason) {
                    reason.clone_from(told);
                }
            }
        }
    }
}
