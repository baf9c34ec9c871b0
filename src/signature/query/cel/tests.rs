//! What expressions say, and that none goes on for long.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::signature::query::{Expression, STEPS};

fn object() -> serde_json::Value {
    json!({
        "s": "text", "n": 3, "f": 1.5, "t": true, "z": null,
        "list": [1, 2, 3],
        "taints": [{"key": "a", "effect": "NoExecute"}, {"key": "b"}],
        "map": {"x": {"state": "on"}, "y": {"state": "off"}},
        "at": "2025-02-22T00:00:00Z",
    })
}

fn holds(source: &str) -> bool {
    let expression = Expression::new(source);
    assert_eq!(expression.check(), None, "{source}");
    expression.holds(&object())
}

#[test]
fn what_holds() {
    for source in [
        "o.n == 3 && o.n > 2 && o.n >= 3u && o.n < 3.5 && -o.n == 0 - 3",
        "o.n + 4 * 2 - 10 / 2 == 6 && 7 % 4 == o.n",
        "o.f * 2.0 == 3.0 && double(o.n) / 2.0 == o.f && int('12') == 12 && string(o.n) == '3'",
        "o.s + '!' == 'text!' && size(o.s) == 4 && o.s.size() == 4",
        "o.s.startsWith('te') && o.s.endsWith('xt') && o.s.contains('ex') && o.s.matches('^t.x+t$')",
        "o.taints.exists(t, t.effect == 'NoExecute')",
        "!o.taints.all(t, has(t.effect)) && o.taints.exists_one(t, has(t.effect))",
        "o.list.map(x, x * 2) == [2, 4, 6] && o.list.filter(x, x > 1).size() == 2",
        "o.list.map(x, x > 1, x + 1) == [3, 4]",
        "o.map.exists(k, o.map[k].state == 'off') && o.map.filter(k, o.map[k].state in ['on']).size() == 1",
        "'x' in o.map && !('z' in o.map) && 2 in o.list && o.list[0] == 1 && o.map['x'].state == 'on'",
        "{'a': 1, 'b': [o.t]} == {'b': [true], 'a': 1} && {'a': 1}.a == 1",
        "o.missing.field == 1 || o.t",
        "(o.t ? o.n : 0) == 3 && o.z == null && o.s != 3",
        "timestamp(o.at) < timestamp('2025-02-23T00:00:00Z')",
        "timestamp(o.at) + duration('24h') == timestamp('2025-02-23T00:00:00Z')",
        "timestamp('2025-02-22T01:30:00Z') - timestamp(o.at) == duration('1h30m')",
        "[1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]]",
    ] {
        assert!(holds(source), "{source}");
    }
}

#[test]
fn what_does_not_hold() {
    for source in [
        "o.missing",
        "o.missing == 1",
        "o.missing.field == 1 && o.t",
        "o.n",
        "o.list[7] == 1",
        "o.n / 0 == 1",
        "o.s < 1",
        "9223372036854775807 * 9223372036854775807 > 0",
        "o.taints.all(t, t.effect == 'NoExecute')",
        "o.n.exists(x, true)",
        "o.s.exists(x, true)",
        "1 in o.s",
        "duration('soon') == duration('1s')",
    ] {
        assert!(!holds(source), "{source}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (source, why) in [
        ("o.x(", "cel: "),
        ("p.x == 1", "no variable \"p\""),
        ("o.s.reverse() == 'x'", "no function \"reverse\""),
        ("o.s.matches(o.s)", "a text in quotes"),
        ("o.s.matches('(')", "not a regular expression"),
        ("o.s.matches('\\\\w{1000}{50}')", "larger than"),
    ] {
        let problem = Expression::new(source).check().unwrap_or_default();
        assert!(problem.contains(why), "{source}: {problem}");
    }
    let long = format!("o.s == '{}'", "x".repeat(2000));
    let problem = Expression::new(&long).check().unwrap_or_default();
    assert!(problem.contains("longer than 2000 bytes"));
    for deep in [
        format!("{}1{}", "(".repeat(900), ")".repeat(900)),
        format!("{}o.t", "!".repeat(1900)),
        format!("{}1{}", "[".repeat(900), "]".repeat(900)),
        format!("o{} == 1", ".a".repeat(900)),
        format!("{}o.t", "o.t?o.t:".repeat(200)),
        format!("o.t{}", "&&o.t".repeat(300)),
        format!("o.n{} == 1", "-1".repeat(800)),
        format!("o{}", "[o".repeat(600)),
    ] {
        // Whether it is refused or read: no stack overflows.
        let expression = Expression::new(&deep);
        let _ = expression.check();
        let _ = expression.holds(&object());
    }
}

/// Expressions that would take days, or more memory than there is.
#[test]
fn none_goes_on_for_long() {
    let object = json!({
        "l": (0..5000).collect::<Vec<u32>>(),
        "s": "x".repeat(100_000),
        "m": (0..5000).map(|n| (n.to_string(), json!(n))).collect::<serde_json::Map<_, _>>(),
    });
    let twice = |what: &str, times: usize| vec![what; times].join("+");
    for source in [
        "o.l.all(a, o.l.all(b, o.l.all(c, a + b + c >= 0)))".to_owned(),
        "o.m.all(a, o.m.all(b, a != b || true))".to_owned(),
        "o.l.map(a, o.l.map(b, o.l)).size() == 0".to_owned(),
        "o.l.all(a, o.l == o.l)".to_owned(),
        "o.l.all(a, !(o.s + 'a').matches('x*y|(x+x+)+z'))".to_owned(),
        format!(
            "[{}].map(x, {}).map(y, {}).size() == 1 && o.t",
            twice("o.s", 150),
            twice("x", 150),
            twice("y", 150)
        ),
        format!(
            "[{}].map(x, {}).size() == 0",
            twice("o.l", 150),
            twice("x", 150)
        ),
    ] {
        let expression = Expression::new(&source);
        assert_eq!(expression.check(), None, "{source}");
        let begun = Instant::now();
        assert!(!expression.holds(&object), "{source}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{source}: {took:?}");
    }
    let mut expression = Expression::new("o.l.all(a, a >= 0)");
    assert!(expression.holds(&object));
    expression.limit(STEPS / 1000);
    assert!(!expression.holds(&object));
    assert!(expression.gave_up());
}
