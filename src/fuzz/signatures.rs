//! Signature files that nobody checked, and their expressions.

use std::sync::Arc;

use crate::bundle::EntryKind;
use crate::detect::Detector;
use crate::evidence::Evidence;
use crate::finding;
use crate::packed::Packed;
use crate::rank;
use crate::signature::Database;
use crate::signature::query::Expression;

/// Lines that a signature may happen to match.
const LOG: &str = "\
E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed\" err=\"invalid kernel flag: kernel/panic, expected value: 10\"
time=\"2025-02-22T00:00:00Z\" level=fatal msg=\"starting kubernetes: a b c\" error=\"x y: z\"
2025-02-22T00:00:00Z stderr F {\"level\":\"warn\",\"msg\":\"lost leader 8e9e05c52164694d at term 3\"}
panic: runtime error: index out of range [0] with length 0
goroutine 1 [running]:
main.explode(0xc000, {0x1, 0x2})
";

/// Any bytes as a signature file: read, compiled, searched for and evaluated.
pub(super) fn signature(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (database, problems) = Database::of_text("fuzz/one", &text);
    for problem in &problems {
        assert!(!problem.to_string().is_empty());
    }
    let database = Arc::new(database);
    let detector = Detector::new(&database);
    let mut scanner = detector.scanner();
    scanner.begin(&super::entry("logs/x.log", EntryKind::Log));
    scanner.feed(LOG.as_bytes());
    scanner.feed(&bytes[..bytes.len().min(2000)]);
    let _ = scanner.finish();
    let _ = detector.match_text(LOG);
    let evidence = Evidence::default();
    let inputs = rank::summarize(&evidence);
    let _ = finding::evaluate(&database, &evidence, &rank::context(&inputs));
}

/// What expressions are tried on.
const OBJECT: &str = r#"{"metadata":{"name":"n1","labels":{"a/b":"c"}},"spec":{"taints":[{"key":"k","effect":"NoExecute"},{"key":"l"}],"n":3,"f":1.5,"t":true,"z":null},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeStatuses":{"n1":{"state":"Pre-drained"},"n2":{"state":"x"}}}}"#;

/// Any text as an expression: it ends, and says the same of the object as a tree and packed.
pub(super) fn cel(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (source, object) = text.split_once('\0').unwrap_or((&text, OBJECT));
    let object: serde_json::Value = match serde_json::from_str(object) {
        Ok(object) => object,
        Err(_) => serde_json::from_str(OBJECT).unwrap_or_default(),
    };
    let mut expression = Expression::new(source);
    expression.limit(20_000);
    let problem = expression.check();
    let holds = expression.holds(&object);
    assert_eq!(holds, expression.holds(&Packed::from(&object)));
    assert!(problem.is_none() || !holds || problem.is_some_and(|why| why.contains("variable")));
    if source.matches('(').count() < 12 {
        as_the_reference(source, &object, &expression);
    }
}

/// What the interpreter of the `cel` crate decides, ours decides alike. Where that one gives up, ours may know.
fn as_the_reference(source: &str, object: &serde_json::Value, expression: &Expression) {
    let run = || {
        let program = ::cel::Program::compile(source).ok()?;
        let mut context = ::cel::Context::default();
        context.add_variable_from_value("o", ::cel::to_value(object).ok()?);
        program.execute(&context).ok()
    };
    let reference = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    let known = expression.check().is_none() && !expression.gave_up();
    if let (true, Ok(Some(::cel::Value::Bool(holds)))) = (known, reference) {
        assert_eq!(expression.holds(object), holds, "{source}");
    }
}
