//! A signature and its translation into the signature as a reader of that language sees it.

use super::{Signature, Step, StepText, Template};

impl Signature {
    /// The signature with its texts in the language of this tag (`zh-CN`); what the translation lacks stays English.
    /// `None` where there is no translation.
    pub fn in_language(&self, tag: &str) -> Option<Signature> {
        let translation = self.translations.get(tag)?;
        let mut told = self.clone();
        if let Some(title) = &translation.title {
            told.title = title.clone();
        }
        replace(&mut told.explanation, &translation.explanation);
        replace(&mut told.prevent, &translation.prevent);
        replace(&mut told.needs, &translation.needs);
        told.fix.change(|fix| {
            for (step, texts) in fix.iter_mut().zip(&translation.fix) {
                step.tell(texts);
            }
        });
        Some(told)
    }

    /// Why the part of a weight makes it surer or less sure, by the tag of each language that says it.
    pub(crate) fn told_reasons(
        &self,
        part: usize,
    ) -> impl Iterator<Item = (&str, &Template)> + use<'_> {
        let name = self.parts.get(part).map(|part| part.name.as_str());
        self.translations
            .iter()
            .filter_map(move |(tag, texts)| Some((tag.as_str(), texts.reasons.get(name?)?)))
    }

    /// The texts that a translation lacks, by key: `title`, `fix[2].loses`, `more.elections`.
    pub fn untranslated(&self, tag: &str) -> Option<Vec<String>> {
        let translation = self.translations.get(tag)?;
        let mut missing = Vec::new();
        let mut look = |key: &str, has: bool, told: bool| {
            if has && !told {
                missing.push(key.to_owned());
            }
        };
        look("title", true, translation.title.is_some());
        look(
            "explanation",
            self.explanation.is_some(),
            translation.explanation.is_some(),
        );
        look(
            "prevent",
            self.prevent.is_some(),
            translation.prevent.is_some(),
        );
        look("needs", self.needs.is_some(), translation.needs.is_some());
        for (key, weights) in [
            ("more", &self.condition.more),
            ("less", &self.condition.less),
        ] {
            for weight in weights {
                let part = self.parts.get(weight.part);
                let name = part.map_or("", |part| part.name.as_str());
                let told = translation.reasons.contains_key(name);
                look(&format!("{key}.{name}"), weight.reason.is_some(), told);
            }
        }
        let none = StepText::default();
        for (at, step) in self.fix.iter().enumerate() {
            let told = translation.fix.get(at).unwrap_or(&none);
            look(&format!("fix[{at}]"), true, told.text.is_some());
            look(
                &format!("fix[{at}].text"),
                step.detail.is_some(),
                told.detail.is_some(),
            );
            look(
                &format!("fix[{at}].on"),
                step.on.is_some(),
                told.on.is_some(),
            );
            look(
                &format!("fix[{at}].takes"),
                step.takes.is_some(),
                told.takes.is_some(),
            );
            look(
                &format!("fix[{at}].loses"),
                step.loses.is_some(),
                told.loses.is_some(),
            );
        }
        Some(missing)
    }
}

impl Step {
    fn tell(&mut self, texts: &StepText) {
        if let Some(text) = &texts.text {
            self.text = text.clone();
        }
        replace::<Template>(&mut self.detail, &texts.detail);
        replace(&mut self.on, &texts.on);
        replace(&mut self.takes, &texts.takes);
        replace(&mut self.loses, &texts.loses);
    }
}

/// A text that the signature does not have needs no translation.
fn replace<T: Clone>(english: &mut Option<T>, told: &Option<T>) {
    if english.is_some() && told.is_some() {
        english.clone_from(told);
    }
}
