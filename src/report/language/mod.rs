//! What the tool says itself, from English into the reader's language.
//!
//! English is the key: a phrase is written in English where it is said, and the phrase book of a language holds its
//! translation. A phrase may have blanks (`{n} more`); a sentence that another stage has already filled in is found by
//! the words between the blanks. What a phrase book does not know stays English, phrase by phrase.

mod book;
#[cfg(test)]
mod phrases;

use std::borrow::Cow;
use std::fmt::Display;

use book::Book;

/// A language that reports can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English, the language of the source.
    #[default]
    English,
    /// Simplified Chinese, `zh-CN`.
    Chinese,
}

impl Language {
    /// Every language, in the order in which help names them.
    pub const ALL: &'static [Language] = &[Language::English, Language::Chinese];

    /// The BCP 47 tag on the command line, in signature folders and in HTML.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// The language of a tag as the command line takes it (`en`, `zh-CN`, `zh`).
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.to_ascii_lowercase().replace('_', "-").as_str() {
            "en" | "en-us" | "en-gb" => Some(Language::English),
            "zh" | "zh-cn" | "zh-hans" | "zh-hans-cn" | "zh-sg" => Some(Language::Chinese),
            _ => None,
        }
    }

    /// The language of a POSIX locale (`zh_CN.UTF-8`), as `LC_ALL`, `LC_MESSAGES` and `LANG` hold it; English where there
    /// is none for it.
    pub fn from_locale(locale: &str) -> Self {
        let tag = locale.split(['.', '@']).next().unwrap_or_default();
        Self::from_tag(tag).unwrap_or_default()
    }

    /// A phrase in this language; itself where the phrase book does not hold it.
    pub fn say(self, english: &str) -> Cow<'_, str> {
        match self.book().and_then(|book| book.translate(english)) {
            Some(said) => Cow::Owned(said),
            None => Cow::Borrowed(english),
        }
    }

    /// A phrase in this language with its blanks (`{name}`) filled in.
    pub fn fill(self, english: &str, values: &[(&str, &dyn Display)]) -> String {
        let template = self.book().and_then(|book| book.template(english));
        let mut out = String::new();
        for piece in book::pieces(template.unwrap_or(english)) {
            match piece {
                book::Piece::Text(text) => out.push_str(text),
                book::Piece::Blank(name) => match values.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => out.push_str(&value.to_string()),
                    None => out.push_str(&format!("{{{name}}}")),
                },
            }
        }
        out
    }

    fn book(self) -> Option<&'static Book> {
        match self {
            Language::English => None,
            Language::Chinese => Some(book::chinese()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_locales() {
        assert_eq!(Language::from_tag("zh-CN"), Some(Language::Chinese));
        assert_eq!(Language::from_tag("fr"), None);
        assert_eq!(Language::from_locale("zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(Language::from_locale("de_DE@euro"), Language::English);
        assert_eq!(Language::from_locale("C"), Language::English);
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(*language));
        }
    }

    #[test]
    fn phrases_fall_back_to_english() {
        assert_eq!(Language::Chinese.say("no such phrase"), "no such phrase");
        assert_eq!(Language::English.say("Evidence"), "Evidence");
        assert_eq!(Language::Chinese.say("Evidence"), "证据");
    }

    #[test]
    fn blanks_are_filled_in_both_languages() {
        let n: &dyn Display = &3;
        assert_eq!(
            Language::English.fill("and {n} more", &[("n", n)]),
            "and 3 more"
        );
        assert_eq!(
            Language::Chinese.fill("and {n} more", &[("n", n)]),
            "另有 3 项"
        );
        assert_eq!(
            Language::English.fill("{x} and {", &[("n", n)]),
            "{x} and {"
        );
    }
}
