//! Real-shaped lines through the whole decoder.

use super::*;

fn text(raw: &str) -> String {
    decode(raw.as_bytes(), &Origin::default()).text
}

#[test]
fn one_text_for_all_formats() {
    let want = "Failed to start ContainerManager err=invalid kernel flag: kernel/panic, expected value: 10, actual value: 0";
    for raw in [
        r#"E0222 00:55:29.557737 10917 kubelet.go:1479] "Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#,
        r#"time="2025-02-22T00:55:29Z" level=error msg="Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#,
        r#"{"level":"error","ts":"2025-02-22T00:55:29Z","msg":"Failed to start ContainerManager","err":"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0"}"#,
    ] {
        assert_eq!(text(raw), want);
    }
}
