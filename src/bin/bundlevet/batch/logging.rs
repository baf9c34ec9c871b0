//! What an unattended run does, as lines on standard error.

use std::io::{self, Write};

use bundlevet::report::{inert_json, neutral_lines};
use clap::ValueEnum;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How the log looks.
#[derive(clap::Args)]
pub(crate) struct LogArgs {
    /// Form of the log on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// The least that is worth a line
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: LogLevel,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// One object per line
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

impl LogArgs {
    /// Logs go to standard error from here on; `quiet` leaves what went wrong.
    pub(crate) fn start(&self, quiet: bool) {
        let level = match self.log_level {
            LogLevel::Info | LogLevel::Debug if quiet => LevelFilter::WARN,
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
        };
        let json = matches!(self.log_format, LogFormat::Json);
        // What libraries say below can hold a password of a URL.
        let ours = Targets::new().with_target("bundlevet", level);
        let log = fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .with_writer(move || Tame { json });
        let all = tracing_subscriber::registry();
        match self.log_format {
            LogFormat::Text => all.with(log.with_filter(ours)).init(),
            LogFormat::Json => all
                .with(log.json().flatten_event(true).with_filter(ours))
                .init(),
        }
    }
}

/// Standard error, on which no name of a file can steer a terminal. An event comes in one piece.
struct Tame {
    json: bool,
}

impl Write for Tame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let tame = if self.json {
            inert_json(&text)
        } else {
            neutral_lines(&text)
        };
        io::stderr().lock().write_all(tame.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
