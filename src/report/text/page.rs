//! Painted words into lines of a terminal's width. Everything that comes from outside is neutralised here, once.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::wrap::{Piece, end_early, wrap};
use crate::report::Language;
use crate::report::neutral::{neutral, neutral_lines};
use crate::report::spoken::Spoken;

/// What a word looks like where colours are wanted; without them the words alone must say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Strong,
    Faint,
    Red,
    Yellow,
    Green,
    Cyan,
    /// White on red: what cannot be undone.
    Danger,
}

impl Paint {
    const fn code(self) -> &'static str {
        match self {
            Paint::Plain => "",
            Paint::Strong => "\x1b[1m",
            Paint::Faint => "\x1b[2m",
            Paint::Red => "\x1b[1;31m",
            Paint::Yellow => "\x1b[1;33m",
            Paint::Green => "\x1b[1;32m",
            Paint::Cyan => "\x1b[36m",
            Paint::Danger => "\x1b[1;37;41m",
        }
    }

    const fn color(self) -> Option<Color> {
        match self {
            Paint::Red | Paint::Danger => Some(Color::DarkRed),
            Paint::Yellow => Some(Color::DarkYellow),
            Paint::Green => Some(Color::DarkGreen),
            Paint::Cyan => Some(Color::DarkCyan),
            Paint::Plain | Paint::Strong | Paint::Faint => None,
        }
    }
}

/// A run of text in one paint, on one line.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) paint: Paint,
    pub(super) text: String,
    /// Quoted from the bundle: it stays as it is in every language.
    quoted: bool,
}

impl Span {
    /// Columns it takes.
    pub(super) fn columns(&self) -> usize {
        columns(&self.text)
    }
}

/// A span; control characters become visible.
pub(super) fn span(paint: Paint, text: impl AsRef<str>) -> Span {
    Span {
        paint,
        text: neutral(text.as_ref()).into_owned(),
        quoted: false,
    }
}

/// A span of foreign text, which no language changes.
pub(super) fn quoted(paint: Paint, text: impl AsRef<str>) -> Span {
    Span {
        quoted: true,
        ..span(paint, text)
    }
}

/// Phrases in a row, each a span of its own, so that each is found in the phrase book.
pub(super) fn joined(paint: Paint, phrases: &[impl AsRef<str>], between: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for phrase in phrases {
        if !spans.is_empty() {
            spans.push(span(paint, between));
        }
        spans.push(span(paint, phrase));
    }
    spans
}

/// Columns of a text in a terminal.
pub(in crate::report) fn columns(text: &str) -> usize {
    text.width()
}

/// A text that grows by paragraphs, none wider than the page; commands alone may be wider.
pub(super) struct Page {
    width: usize,
    color: bool,
    language: Language,
    text: String,
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Self {
            width: width.clamp(40, 400),
            color,
            language: Language::default(),
            text: String::new(),
        }
    }

    /// The page in another language: every span that is not quoted is looked up in its phrase book.
    pub(super) fn in_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// What says severities, times and subjects in the language of the page.
    pub(super) fn spoken(&self) -> Spoken {
        Spoken(self.language)
    }

    fn told(&self, spans: &[Span]) -> Vec<Span> {
        let tell = |one: &Span| {
            let mut told = one.clone();
            // What is printed like code stays as it is.
            if !one.quoted && one.paint != Paint::Cyan {
                told.text = self.say(&one.text);
            }
            told
        };
        spans.iter().map(tell).collect()
    }

    /// A phrase with the spaces and the mark of a list around it.
    pub(super) fn say(&self, text: &str) -> String {
        // `- ` in front of an item of a list belongs to the layout.
        let marked = text.trim_start();
        let phrase = marked.strip_prefix("- ").unwrap_or(marked);
        let start = text.len() - phrase.len();
        let phrase = phrase.trim_end();
        let (before, rest) = text.split_at_checked(start).unwrap_or(("", text));
        let after = rest.get(phrase.len()..).unwrap_or_default();
        format!("{before}{}{after}", self.language.say(phrase))
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// One empty line, never two.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading of its own, after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.paragraph(0, 0, &[span(Paint::Strong, text)]);
    }

    /// One word and a paragraph beside it, further lines aligned under the paragraph.
    pub(super) fn labelled(&mut self, indent: usize, label: &str, spans: &[Span]) {
        let mut label = self.say(label);
        let wide = columns(&label);
        label.push_str(&" ".repeat(10_usize.saturating_sub(wide).max(1)));
        let rest = indent + columns(&label);
        let mut all = vec![span(Paint::Faint, label)];
        all.extend_from_slice(spans);
        self.paragraph(indent, rest, &all);
    }

    /// Wrapped text: the first line indented by `first` columns, the others by `rest`.
    pub(super) fn paragraph(&mut self, first: usize, rest: usize, spans: &[Span]) {
        for line in wrap(&self.told(spans), first, rest, self.width) {
            self.line(&line);
        }
    }

    /// At most `most` lines of wrapped text; says so where some were left out.
    pub(super) fn bounded(&mut self, first: usize, rest: usize, most: usize, spans: &[Span]) {
        let mut lines = wrap(&self.told(spans), first, rest, self.width);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(line) = lines.last_mut() {
                end_early(line, self.width);
            }
        }
        for line in lines {
            self.line(&line);
        }
    }

    /// Text of several lines, as the reporter or an author broke them, each wrapped, in their language.
    pub(super) fn lines(&mut self, indent: usize, most: usize, paint: Paint, text: &str) {
        let text = neutral_lines(text);
        let all: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        for line in all.iter().take(most) {
            self.bounded(indent, indent, most, &[quoted(paint, line.trim_end())]);
        }
        if all.len() > most {
            let more = format!("… {} more lines", all.len() - most);
            self.paragraph(indent, indent, &[span(Paint::Faint, more)]);
        }
    }

    /// A command, or anything else that is copied whole: on lines of its own, never wrapped, never shortened.
    pub(super) fn command(&mut self, indent: usize, command: &str) {
        for line in neutral_lines(command).trim_end().lines() {
            let piece = Piece {
                paint: Paint::Cyan,
                text: line.to_owned(),
            };
            self.line(&[Piece::gap(indent), piece]);
        }
    }

    /// Rows under headings; the columns named in `whole` are not broken as long as the page is wide enough.
    pub(super) fn table(&mut self, header: &[&str], rows: &[Vec<Span>], whole: &[&str]) {
        let mut table = Table::new();
        let width = u16::try_from(self.width).unwrap_or(u16::MAX);
        table.load_style(presets::NOTHING).set_width(width);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if self.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(
            header
                .iter()
                .map(|word| Cell::new(self.say(word)).add_attribute(Attribute::Dim)),
        );
        for row in rows {
            table.add_row(self.told(row).iter().map(cell));
        }
        for (column, name) in table.column_iter_mut().zip(header) {
            let last = header.last() == Some(name);
            column.set_padding((0, if last { 0 } else { 2 }));
            if whole.contains(name) && self.width >= 80 {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for line in table.trim_fmt().lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn line(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            let code = piece.paint.code();
            if self.color && !code.is_empty() {
                self.text.push_str(code);
                self.text.push_str(&piece.text);
                self.text.push_str("\x1b[0m");
            } else {
                self.text.push_str(&piece.text);
            }
        }
        self.text.push('\n');
    }
}

fn cell(span: &Span) -> Cell {
    let cell = Cell::new(&span.text);
    match (span.paint, span.paint.color()) {
        (_, Some(color)) => cell.fg(color),
        (Paint::Strong, _) => cell.add_attribute(Attribute::Bold),
        (Paint::Faint, _) => cell.add_attribute(Attribute::Dim),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(width: usize, spans: &[Span]) -> String {
        let mut page = Page::new(width, false);
        page.paragraph(2, 4, spans);
        page.into_text()
    }

    #[test]
    fn words_wrap_and_long_ones_break() {
        let text = "alpha beta gamma delta epsilon zeta eta theta ".to_owned() + &"x".repeat(50);
        let out = page(40, &[span(Paint::Plain, text)]);
        assert_eq!(
            out,
            "  alpha beta gamma delta epsilon zeta\n    eta theta xxxxxxxxxxxxxxxxxxxxxxxxxx\n    xxxxxxxxxxxxxxxxxxxxxxxx\n"
        );
    }

    #[test]
    fn commands_are_never_broken() {
        let mut page = Page::new(40, false);
        let command = format!("kubectl {}", "-l a=b ".repeat(20));
        page.command(6, &command);
        assert_eq!(page.into_text(), format!("      {}\n", command.trim_end()));
    }

    #[test]
    fn colours_only_when_asked() {
        let mut page = Page::new(80, true);
        page.paragraph(0, 0, &[span(Paint::Red, "bad \x1b[0m")]);
        assert_eq!(page.into_text(), "\x1b[1;31mbad \\x1b[0m\x1b[0m\n");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(texts in prop::collection::vec("[a-z磁盘é \\x1b]{0,60}", 0..5), width in 40usize..120) {
            let spans: Vec<Span> = texts.iter().map(|text| span(Paint::Plain, text)).collect();
            let out = page(width, &spans);
            prop_assert!(out.lines().all(|line| columns(line) <= width));
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&out), solid(&neutral(&texts.concat())));
        }
    }
}
