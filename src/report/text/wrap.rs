//! Spans into lines of a width: broken between words where there are any, never wider.

use unicode_width::UnicodeWidthChar;

use super::page::{Paint, Span, columns};

/// A part of a laid-out line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) paint: Paint,
    pub(super) text: String,
}

impl Piece {
    /// Spaces.
    pub(super) fn gap(columns: usize) -> Self {
        Self {
            paint: Paint::Plain,
            text: " ".repeat(columns),
        }
    }
}

/// Breaks at spaces; a word wider than a line is broken where the line ends. Spaces inside a line stay as they are.
pub(super) fn wrap(spans: &[Span], first: usize, rest: usize, width: usize) -> Vec<Vec<Piece>> {
    let mut lines = Lines {
        done: Vec::new(),
        now: vec![Piece::gap(first)],
        used: first,
        bare: true,
        rest: rest.min(width / 2),
        width,
    };
    for word in words(spans) {
        lines.add(&word);
    }
    lines.finish()
}

/// Puts `…` at the end of a line, in place of what no longer fits.
pub(super) fn end_early(line: &mut [Piece], width: usize) {
    let mut used: usize = line.iter().map(|piece| columns(&piece.text)).sum();
    if let Some(Piece { text, .. }) = line.last_mut() {
        while used + 1 > width
            && let Some(c) = text.pop()
        {
            used -= c.width().unwrap_or(0).min(used);
        }
        text.push('…');
    }
}

/// A run of non-spaces (perhaps in several paints) after a number of spaces.
struct Word {
    spaces: usize,
    pieces: Vec<Piece>,
}

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = vec![Word {
        spaces: 0,
        pieces: Vec::new(),
    }];
    for span in spans {
        for c in span.text.chars() {
            let new = c == ' ' && words.last().is_some_and(|word| !word.pieces.is_empty());
            if new {
                words.push(Word {
                    spaces: 0,
                    pieces: Vec::new(),
                });
            }
            let Some(word) = words.last_mut() else {
                continue;
            };
            match word.pieces.last_mut() {
                _ if c == ' ' => word.spaces += 1,
                Some(piece) if piece.paint == span.paint => piece.text.push(c),
                _ => word.pieces.push(Piece {
                    paint: span.paint,
                    text: c.to_string(),
                }),
            }
        }
    }
    words.retain(|word| !word.pieces.is_empty());
    words
}

/// Where a word that fits on no line is broken: behind its last `/`, where that is not far from its end (in bytes).
fn good_break(word: &str, near: usize) -> usize {
    let slash = word.rfind('/').map(|at| at + 1);
    let slash = slash.filter(|at| *at < word.len() && word.len() - at <= near);
    slash.unwrap_or(word.len())
}

struct Lines {
    done: Vec<Vec<Piece>>,
    now: Vec<Piece>,
    /// Columns used in `now`.
    used: usize,
    /// Nothing but the indent stands in `now`.
    bare: bool,
    rest: usize,
    width: usize,
}

impl Lines {
    fn add(&mut self, word: &Word) {
        let wide: usize = word.pieces.iter().map(|piece| columns(&piece.text)).sum();
        let spaces = if self.bare { 0 } else { word.spaces };
        let fits = self.used + spaces + wide <= self.width;
        // A word that fits on no line starts here, if there is room worth the name.
        let start_here = self.rest + wide > self.width && self.used + spaces + 16 <= self.width;
        if !self.bare && !fits && !start_here {
            self.break_line();
        } else if spaces > 0 {
            let next = word.pieces.first().map(|piece| piece.paint);
            let paint = self
                .now
                .last()
                .map(|piece| piece.paint)
                .filter(|paint| Some(*paint) == next);
            self.put(Piece {
                paint: paint.unwrap_or(Paint::Plain),
                text: " ".repeat(spaces),
            });
            self.used += spaces;
        }
        for piece in &word.pieces {
            self.push(piece);
        }
    }

    fn push(&mut self, piece: &Piece) {
        let mut part = String::new();
        for c in piece.text.chars() {
            let wide = c.width().unwrap_or(0);
            if self.used + wide > self.width && !self.bare {
                let tail = part.split_off(good_break(&part, self.width / 3));
                self.put(Piece {
                    paint: piece.paint,
                    text: std::mem::replace(&mut part, tail),
                });
                self.break_line();
                self.used += columns(&part);
                self.bare = part.is_empty();
            }
            part.push(c);
            self.used += wide;
            self.bare = false;
        }
        self.put(Piece {
            paint: piece.paint,
            text: part,
        });
    }

    /// Appends to the line, in one piece where the paint goes on.
    fn put(&mut self, piece: Piece) {
        match self.now.last_mut() {
            Some(last) if last.paint == piece.paint => last.text.push_str(&piece.text),
            _ => self.now.push(piece),
        }
    }

    fn break_line(&mut self) {
        let next = vec![Piece::gap(self.rest)];
        self.done.push(std::mem::replace(&mut self.now, next));
        self.used = self.rest;
        self.bare = true;
    }

    fn finish(mut self) -> Vec<Vec<Piece>> {
        if !self.bare {
            self.done.push(self.now);
        }
        self.done
    }
}
