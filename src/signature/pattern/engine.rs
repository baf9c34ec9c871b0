//! An expression that is built when a line first needs it, and built better once many lines do.
//!
//! Most patterns of a database confirm no line of a bundle, or a few. What takes long to build is what makes an
//! expression fast: the lazy automaton and everything reversed that goes with it. So the first lines are confirmed
//! without it; it is built for the few patterns that go on being asked. Both find the same.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Input, meta};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Largest compiled expression, in bytes, if nothing else is asked for.
pub(in crate::signature) const PROGRAM: usize = 1 << 20;
/// Texts of one scan after which the better expression is worth its cost. Counted over all scans of a process, ever more
/// expressions would have both builds, whatever the scans are of.
const MANY: u32 = 64;
/// A text of so many bytes is worth it at once.
const LONG: usize = 4096;

/// An expression at its first or its second build.
#[derive(Debug)]
pub(super) struct Engine {
    /// Largest compiled expression, in bytes.
    program: usize,
    quick_to_build: OnceLock<Option<meta::Regex>>,
    fast: OnceLock<Option<meta::Regex>>,
    /// Since the scan began.
    texts: AtomicU32,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            program: PROGRAM,
            quick_to_build: OnceLock::new(),
            fast: OnceLock::new(),
            texts: AtomicU32::new(0),
        }
    }
}

impl Clone for Engine {
    fn clone(&self) -> Self {
        Self {
            program: self.program,
            quick_to_build: self.quick_to_build.clone(),
            fast: self.fast.clone(),
            texts: AtomicU32::new(self.texts.load(Ordering::Relaxed)),
        }
    }
}

impl Engine {
    /// A scan begins: what others asked says nothing about it.
    pub(super) fn start_over(&self) {
        self.texts.store(0, Ordering::Relaxed);
    }

    /// From now on it may be so large once compiled.
    pub(super) fn limit(&mut self, program: usize) {
        self.program = program;
    }

    /// Whether what is sure to compile under the default is so under the limit.
    pub(super) fn is_roomy(&self) -> bool {
        self.program >= PROGRAM
    }

    /// Builds the expression now. `Err`: why it cannot be used.
    pub(super) fn check(&self, expression: &str) -> Result<(), String> {
        let built = build(expression, false, self.program)?;
        self.quick_to_build.get_or_init(|| Some(built));
        Ok(())
    }

    /// The expression to search a text of so many bytes with; `None` where it cannot be built.
    pub(super) fn regex(
        &self,
        expression: impl Fn() -> String,
        length: usize,
    ) -> Option<&meta::Regex> {
        if let Some(Some(fast)) = self.fast.get() {
            return Some(fast);
        }
        let quick = || build(&expression(), false, self.program).ok();
        let asked = self.texts.load(Ordering::Relaxed);
        if asked < MANY && length < LONG {
            // Threads that count at the same time may lose one: nothing depends on the exact number.
            self.texts.store(asked + 1, Ordering::Relaxed);
            return self.quick_to_build.get_or_init(quick).as_ref();
        }
        let fast = || build(&expression(), true, self.program).ok();
        // What is read from its end takes more room than the same read from its beginning, and may be too large alone.
        let fast = self.fast.get_or_init(fast).as_ref();
        fast.or_else(|| self.quick_to_build.get_or_init(quick).as_ref())
    }
}

/// Whether an expression is so small that it is sure to compile.
pub(super) fn surely_small(hir: &Hir) -> bool {
    states(hir) <= SURE_STATES
}

/// States of the compiled expression, rather too many than too few; each takes well under 100 bytes.
const SURE_STATES: usize = 5_000;

fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // a range of characters is up to four of bytes
        HirKind::Class(Class::Unicode(class)) => class.ranges().len() * 4 + 1,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() + 1,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            states(&repetition.sub)
                .saturating_mul(times)
                .saturating_add(times)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(all) | HirKind::Alternation(all) => {
            let each = all.iter().map(states);
            each.fold(1, |sum, each| sum.saturating_add(each).saturating_add(1))
        }
    }
}

fn build(expression: &str, fast: bool, program: usize) -> Result<meta::Regex, String> {
    let config = meta::Config::new()
        .nfa_size_limit(Some(program))
        .hybrid_cache_capacity(PROGRAM)
        .hybrid(fast)
        .onepass(fast)
        // Half of what is left to build; a line that is asked was found by a literal, and is short.
        .auto_prefilter(fast)
        .dfa(false);
    meta::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().nest_limit(60))
        .build(expression)
        .map_err(|error| match (error.size_limit(), error.syntax_error()) {
            (Some(limit), _) => {
                format!("compiled it is larger than {limit} bytes (limit pattern-program)")
            }
            (_, Some(error)) => super::one_line(&error.to_string()),
            _ => super::one_line(&error.to_string()),
        })
}

/// The first match at or behind `from`, with its groups.
pub(super) fn find_at(regex: &meta::Regex, text: &str, from: usize) -> Option<Captures> {
    let mut captures = regex.create_captures();
    let input = Input::new(text).span(from..text.len());
    regex.search_captures(&input, &mut captures);
    captures.is_match().then_some(captures)
}

/// The text of a group by name.
pub(super) fn group<'t>(
    captures: &Captures,
    name: &str,
    text: &'t str,
) -> Option<(usize, &'t str)> {
    let span = captures.get_group_by_name(name)?;
    Some((span.start, text.get(span.range())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builds_find_the_same() {
        let source = r"(?i-u:lost leader) (?P<l>[0-9a-f]+)(?: at (?P<t>\S+))?";
        let texts = [
            "x Lost Leader 8e9e at é9, lost leader 00",
            "lost leader é",
            "",
        ];
        for text in texts {
            let found = [false, true].map(|fast| {
                let regex = build(source, fast, PROGRAM).unwrap();
                find_at(&regex, text, 0)
                    .map(|c| (c.get_match().map(|m| m.range()), group(&c, "t", text)))
            });
            assert_eq!(found[0], found[1], "{text}");
        }
    }

    #[test]
    fn what_is_called_small_compiles() {
        let parse = |source: &str| regex_syntax::Parser::new().parse(source).unwrap();
        for source in [
            r"\S+ \w",
            "[a-z]{1,900}",
            "(?i)some words of a program",
            r"(?:\pL\d){2}",
            ".{400}",
        ] {
            let small = surely_small(&parse(source));
            let fits =
                build(source, true, PROGRAM).is_ok() && build(source, false, PROGRAM).is_ok();
            assert!(fits || !small, "{source}");
        }
        assert!(surely_small(&parse(
            r"lost (?P<leader>[0-9a-f]+) at \S+: .*"
        )));
        assert!(!surely_small(&parse("x{1000}{1000}")) && !surely_small(&parse(r"\w{50}")));
    }

    #[test]
    fn a_pattern_that_is_asked_often_is_built_again() {
        let engine = Engine::default();
        let expression = || "a+".to_owned();
        for _ in 0..MANY {
            assert!(engine.regex(expression, 10).is_some());
        }
        assert!(engine.fast.get().is_none());
        assert!(engine.regex(expression, 10).is_some() && engine.fast.get().is_some());
        engine.start_over();
        let fast = engine.fast.get().unwrap().as_ref().unwrap();
        assert!(std::ptr::eq(engine.regex(expression, 10).unwrap(), fast));
    }

    #[test]
    fn scans_that_ask_little_never_build_it_again() {
        let engine = Engine::default();
        for _ in 0..10 {
            engine.start_over();
            for _ in 0..MANY / 2 {
                assert!(engine.regex(|| "a+".to_owned(), 10).is_some());
            }
        }
        assert!(engine.fast.get().is_none());
    }

    #[test]
    fn one_that_cannot_be_built_better_goes_on_as_it_is() {
        let mut engine = Engine::default();
        let expression =
            || r"(?:no [\w ]{3,20} because|denied:(?: [^x]{0,60})?) [\w/]+ off".to_owned();
        let room = |fast| (1..512).find(|&n| build(&expression(), fast, n << 14).is_ok());
        let (quick, fast) = (room(false).unwrap() << 14, room(true).unwrap() << 14);
        engine.limit(quick);
        assert!(fast > quick);
        for _ in 0..=MANY {
            assert!(engine.regex(expression, 10).is_some());
        }
    }
}
