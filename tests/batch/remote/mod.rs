//! URLs as inputs and outputs: a server of files with its faults, and a real S3-compatible server.

mod http;
mod on_a_server;
mod s3;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::scene::program;

/// The program, without any credentials of whoever runs the tests.
fn bundlevet(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().into_owned();
        let provider = [
            "AWS_",
            "GOOGLE_",
            "AZURE_",
            "BUNDLEVET_ALLOW",
            "BUNDLEVET_HTTP",
        ];
        if provider.iter().any(|prefix| text.starts_with(prefix)) || text.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
}

/// A report without where its input lies.
fn findings(report: &Path) -> Value {
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    report["diagnosis"].clone()
}
