//! The failures into directories of signature files: how the frozen sets of the benches were made.

use std::io;
use std::path::Path;

use super::failure::Failure;

/// Writes the first `count` failures below `root`; the files of a smaller set are among those of a larger one.
pub fn freeze(root: &Path, count: usize) -> io::Result<()> {
    for (index, failure) in Failure::first(count).iter().enumerate() {
        let folder = root.join(failure.program);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(
            folder.join(format!("f{index:03}.yaml")),
            file(index, failure),
        )?;
    }
    Ok(())
}

/// One file.
pub fn file(index: usize, failure: &Failure) -> String {
    let Failure {
        program,
        cause,
        pattern,
        object,
        ..
    } = failure;
    let mut text = format!("title: Failure {index} of {program}\n");
    text.push_str(if *cause {
        "kind: cause\n"
    } else {
        "kind: symptom\nclass: pod-crash-loop\n"
    });
    text.push_str(&format!(
        "severity: high\nsure: likely\nprograms: [{program}]\n"
    ));
    match object {
        None => text.push_str(&format!("match:\n  - {pattern}\n")),
        // alone, or one of two proofs
        Some(object) if index % 20 < 10 => text.push_str(&format!(
            "find:\n  said: {{log: [{pattern}]}}\n  stuck: {object}\nany: [said, stuck]\n"
        )),
        Some(object) => text.push_str(&format!(
            "find:\n  said: {{log: [{pattern}]}}\n  stuck: {object}\nall: [said]\nmore: [stuck]\n"
        )),
    }
    if *cause {
        text.push_str("leads-to: [pod-crash-loop, node-not-ready]\n");
    }
    text.push_str(
        "explanation: It is made up of the words of real messages and means nothing.\nfix:\n  - safe: Look at the pods\n    run: kubectl get pods -A\n",
    );
    let said = failure.sample();
    text.push_str(&format!(
        "tests:\n  - hit: '{said}'\n  - quiet: 'nothing was wrong with {program} today'\n"
    ));
    text
}
