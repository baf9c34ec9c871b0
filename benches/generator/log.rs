//! One program's log: calm lines, now and then a failure or a line made of the same words.

use std::io::{self, Write};

use super::Wish;
use super::failure::{ALL, Failure};
use super::random::Random;
use super::text::{Names, Template, number};
use super::voice::{Around, Form, Saying, Voice};

/// Bytes handed on at a time.
const CHUNK: usize = 256 << 10;
/// Bytes that a line has on average, to spread the lines over the days.
const LINE: u64 = 240;
/// Days that a bundle covers, the last of them the 6th of March 2025.
const DAYS: u64 = 3;
/// Causes that one program can show.
const CAUSES: usize = 2;
const FIRST_DAY: u64 = 4;

/// A log to be written.
#[derive(Debug)]
pub(super) struct Log<'a> {
    pub(super) wish: &'a Wish,
    pub(super) names: &'a Names,
    pub(super) voice: &'static Voice,
    pub(super) around: Around,
    /// The node whose journal it is, from 1.
    pub(super) node: usize,
}

struct Sayings {
    calm: Vec<Saying>,
    hits: Vec<Saying>,
    near: Vec<Saying>,
}

impl Log<'_> {
    /// At least one line, and as many as `size` bytes hold.
    pub(super) fn write(&self, path: &str, size: u64, out: &mut dyn Write) -> io::Result<u64> {
        let mut random = Random::of(self.wish.seed, path);
        let sayings = self.sayings();
        let mut block = Vec::with_capacity(CHUNK + 4096);
        let (mut written, mut time) = (0u64, 0u64);
        let step = (DAYS * 86_400 * 1_000_000 / (size / LINE + 1)).max(1);
        while written + (block.len() as u64) < size || written + block.len() as u64 == 0 {
            time += random.next() % (2 * step).max(1);
            let saying = if random.chance(self.wish.hits) && !sayings.hits.is_empty() {
                &sayings.hits[random.below(sayings.hits.len())]
            } else if random.chance(self.wish.near) && !sayings.near.is_empty() {
                &sayings.near[random.below(sayings.near.len())]
            } else {
                // Some lines come much more often than others.
                let n = sayings.calm.len();
                &sayings.calm[random.below(n).min(random.below(n))]
            };
            self.line(saying, time, &mut random, &mut block);
            if block.len() >= CHUNK {
                out.write_all(&block)?;
                written += block.len() as u64;
                block.clear();
            }
        }
        out.write_all(&block)?;
        Ok(written + block.len() as u64)
    }

    fn sayings(&self) -> Sayings {
        let calm = self.voice.says.iter();
        let failures = Failure::first(ALL);
        let own = |failure: &&Failure| failure.program == self.voice.program;
        let own: Vec<&Failure> = failures.iter().filter(own).collect();
        // Many symptoms, few causes, and nothing that says another cause.
        let causes = own.iter().filter(|failure| failure.cause);
        let few = if self.wish.cause { CAUSES } else { 0 };
        let (shown, hidden): (Vec<_>, Vec<_>) =
            causes.enumerate().partition(|(index, _)| *index < few);
        let clear = |failure: &Failure| !hidden.iter().any(|(_, cause)| failure.may_be(cause));
        let shown = shown.into_iter().map(|(_, cause)| *cause);
        let symptoms = own.iter().copied().filter(|failure| !failure.cause);
        let wanted = shown.chain(symptoms).filter(|failure| clear(failure));
        // The head of one and the tail of another: the words of both, the sentence of none.
        let crossed = own.iter().zip(own.iter().skip(1)).filter_map(|(a, b)| {
            let (head, _) = a.line.split_once(": ")?;
            let (_, tail) = b.line.rsplit_once(' ')?;
            let (head, last) = head.rsplit_once(' ')?;
            Some(Saying::of(
                b'W',
                &format!("{head} again later, {last} {tail}"),
            ))
        });
        Sayings {
            calm: calm
                .map(|(level, text)| Saying::new(*level, text))
                .collect(),
            hits: wanted.map(|f| Saying::of(b'E', &f.line)).collect(),
            near: crossed.collect(),
        }
    }

    fn line(&self, saying: &Saying, time: u64, random: &mut Random, out: &mut Vec<u8>) {
        match self.around {
            Around::Nothing => {}
            Around::Timestamps => {
                rfc3339(time, 9, out);
                out.push(b' ');
            }
            Around::Journal => {
                let (day, clock) = split(time);
                out.extend_from_slice(b"Mar ");
                number(day, 2, out);
                out.push(b' ');
                clock_of(clock, out);
                out.push(b'.');
                number(time % 1_000_000, 6, out);
                out.extend_from_slice(format!(" node{} {}", self.node, self.voice.unit).as_bytes());
                if self.voice.form != Form::Kernel {
                    out.extend_from_slice(b"[2131]");
                }
                out.extend_from_slice(b": ");
            }
        }
        self.inner(saying, time, random, out);
        out.push(b'\n');
    }

    fn inner(&self, saying: &Saying, time: u64, random: &mut Random, out: &mut Vec<u8>) {
        let file = |random: &mut Random| {
            let files = self.voice.files;
            files
                .get(random.below(files.len().max(1)))
                .copied()
                .unwrap_or("main.go")
        };
        let fill = |template: &Template, random: &mut Random, out: &mut Vec<u8>| {
            template.write(self.names, random, out)
        };
        match self.voice.form {
            Form::Klog => {
                let (day, clock) = split(time);
                out.push(if saying.level == b'D' {
                    b'I'
                } else {
                    saying.level
                });
                out.extend_from_slice(b"03");
                number(day, 2, out);
                out.push(b' ');
                clock_of(clock, out);
                out.push(b'.');
                number(time % 1_000_000, 6, out);
                out.extend_from_slice(b"    2345 ");
                out.extend_from_slice(file(random).as_bytes());
                out.push(b':');
                number(random.below(40) as u64 * 37 + 12, 1, out);
                out.extend_from_slice(b"] \"");
                fill(&saying.message, random, out);
                out.push(b'"');
                for (key, value) in &saying.fields {
                    out.push(b' ');
                    out.extend_from_slice(key.as_bytes());
                    let quote = if *key == "event" || *key == "clusterIPs" {
                        ""
                    } else {
                        "\""
                    };
                    out.push(b'=');
                    out.extend_from_slice(quote.as_bytes());
                    fill(value, random, out);
                    out.extend_from_slice(quote.as_bytes());
                }
            }
            Form::Logrus => {
                out.extend_from_slice(b"time=\"");
                rfc3339(time, 0, out);
                out.extend_from_slice(b"\" level=");
                out.extend_from_slice(level(saying.level).as_bytes());
                out.extend_from_slice(b" msg=\"");
                fill(&saying.message, random, out);
                out.push(b'"');
                for (key, value) in &saying.fields {
                    out.push(b' ');
                    out.extend_from_slice(key.as_bytes());
                    out.push(b'=');
                    let at = out.len();
                    fill(value, random, out);
                    if out[at..].contains(&b' ') {
                        out.insert(at, b'"');
                        out.push(b'"');
                    }
                }
            }
            Form::Zap => {
                out.extend_from_slice(b"{\"level\":\"");
                out.extend_from_slice(level(saying.level).as_bytes());
                out.extend_from_slice(b"\",\"ts\":\"");
                rfc3339(time, 6, out);
                out.extend_from_slice(b"\",\"caller\":\"");
                out.extend_from_slice(file(random).as_bytes());
                out.extend_from_slice(b"\",\"msg\":\"");
                fill(&saying.message, random, out);
                out.push(b'"');
                for (key, value) in &saying.fields {
                    out.extend_from_slice(b",\"");
                    out.extend_from_slice(key.as_bytes());
                    out.extend_from_slice(b"\":\"");
                    fill(value, random, out);
                    out.push(b'"');
                }
                out.push(b'}');
            }
            Form::KubeVirt => {
                out.extend_from_slice(
                    b"{\"component\":\"virt-handler\",\"kind\":\"\",\"level\":\"",
                );
                out.extend_from_slice(level(saying.level).as_bytes());
                out.extend_from_slice(b"\",\"msg\":\"");
                fill(&saying.message, random, out);
                out.extend_from_slice(b"\",\"name\":\"");
                out.extend_from_slice(self.names.pod(random.below(48)).as_bytes());
                out.extend_from_slice(b"\",\"namespace\":\"shop\",\"pos\":\"");
                out.extend_from_slice(file(random).as_bytes());
                out.extend_from_slice(b"\",\"timestamp\":\"");
                rfc3339(time, 6, out);
                out.extend_from_slice(b"\",\"uid\":\"");
                Template::new("{uid}").write(self.names, random, out);
                out.extend_from_slice(b"\"}");
            }
            Form::Rancher => {
                let (day, clock) = split(time);
                out.extend_from_slice(b"2025/03/");
                number(day, 2, out);
                out.push(b' ');
                clock_of(clock, out);
                out.extend_from_slice(match saying.level {
                    b'E' => b" [ERROR] ",
                    b'W' => b" [WARNING] ",
                    _ => b" [INFO] ",
                });
                fill(&saying.message, random, out);
            }
            Form::Kernel | Form::Plain => fill(&saying.message, random, out),
        }
    }
}

fn level(letter: u8) -> &'static str {
    match letter {
        b'E' => "error",
        b'W' => "warning",
        b'D' => "debug",
        _ => "info",
    }
}

/// Day of the month and second of the day.
fn split(time: u64) -> (u64, u64) {
    let second = time / 1_000_000;
    (FIRST_DAY + (second / 86_400).min(DAYS - 1), second % 86_400)
}

fn clock_of(second: u64, out: &mut Vec<u8>) {
    number(second / 3600, 2, out);
    out.push(b':');
    number(second / 60 % 60, 2, out);
    out.push(b':');
    number(second % 60, 2, out);
}

fn rfc3339(time: u64, digits: usize, out: &mut Vec<u8>) {
    let (day, second) = split(time);
    out.extend_from_slice(b"2025-03-");
    number(day, 2, out);
    out.push(b'T');
    clock_of(second, out);
    if digits > 0 {
        out.push(b'.');
        let micros = time % 1_000_000;
        number(
            if digits == 9 {
                micros * 1000 + micros % 997
            } else {
                micros
            },
            digits,
            out,
        );
    }
    out.push(b'Z');
}
