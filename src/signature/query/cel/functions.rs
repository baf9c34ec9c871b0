//! Operators and functions on values.

use std::borrow::Cow;
use std::rc::Rc;

use ::cel::common::ast::operators as op;
use ::cel::common::ast::{EntryExpr, Expr, LiteralValue};
use jiff::{SignedDuration, Timestamp};

use super::value::Value;
use super::{Machine, Result, Stop};

/// What an expression may call.
const KNOWN: &[&str] = &[
    op::CONDITIONAL,
    op::LOGICAL_AND,
    op::LOGICAL_OR,
    op::LOGICAL_NOT,
    op::NOT_STRICTLY_FALSE,
    op::SUBSTRACT,
    op::ADD,
    op::MULTIPLY,
    op::DIVIDE,
    op::MODULO,
    op::EQUALS,
    op::NOT_EQUALS,
    op::GREATER_EQUALS,
    op::LESS_EQUALS,
    op::GREATER,
    op::LESS,
    op::NEGATE,
    op::INDEX,
    op::IN,
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "double",
    "timestamp",
    "duration",
];

/// The texts that `matches` is called with. `Err`: it is called with something that is no text of the expression.
pub(in crate::signature::query) fn literal_patterns(
    expression: &Expr,
    found: &mut Vec<String>,
) -> std::result::Result<(), String> {
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match expression {
            Expr::Call(call) => {
                open.extend(call.target.iter().map(|target| &target.expr));
                open.extend(call.args.iter().map(|arg| &arg.expr));
                let name = call.func_name.as_str();
                if !KNOWN.contains(&name) {
                    return Err(format!("there is no function {name:?}"));
                }
                if name == "matches" {
                    match call.args.last().map(|arg| &arg.expr) {
                        Some(Expr::Literal(LiteralValue::String(text))) => {
                            found.push(text.inner().to_owned());
                        }
                        _ => return Err("matches() takes a text in quotes".to_owned()),
                    }
                }
            }
            Expr::Comprehension(all) => open.extend([
                &all.iter_range.expr,
                &all.accu_init.expr,
                &all.loop_cond.expr,
                &all.loop_step.expr,
                &all.result.expr,
            ]),
            Expr::List(list) => open.extend(list.elements.iter().map(|item| &item.expr)),
            Expr::Select(select) => open.push(&select.operand.expr),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        open.extend([&entry.key.expr, &entry.value.expr]);
                    }
                }
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
        }
    }
    Ok(())
}

impl<'e> Machine<'e> {
    /// Applies an operator or function; a target comes first.
    pub(super) fn apply(&mut self, name: &str, values: Vec<Value<'e>>) -> Result<Value<'e>> {
        match values.as_slice() {
            [one] => self.unary(name, one),
            [a, b] => self.binary(name, a, b),
            _ => Err(Stop::Wrong),
        }
    }

    fn unary(&mut self, name: &str, one: &Value<'e>) -> Result<Value<'e>> {
        match (name, one) {
            (op::LOGICAL_NOT, Value::Bool(truth)) => Ok(Value::Bool(!truth)),
            (op::NEGATE, Value::Int(number)) => integer(number.checked_neg()),
            (op::NEGATE, Value::Double(number)) => Ok(Value::Double(-number)),
            ("size", value) => {
                if let Value::Text(text) = value {
                    self.pay(text.len() / 16)?;
                }
                let size = value.size().ok_or(Stop::Wrong)?;
                Ok(Value::Int(size as i128))
            }
            ("string", value) => self.string(value),
            ("int", value) => to_int(value),
            ("double", value) => to_double(value),
            ("timestamp", Value::Text(text)) => {
                text.parse().map(Value::Time).map_err(|_| Stop::Wrong)
            }
            ("duration", Value::Text(text)) => {
                let span = go_duration(text).ok_or(Stop::Wrong)?;
                Ok(Value::Span(span))
            }
            ("timestamp", Value::Time(_)) | ("duration", Value::Span(_)) => Ok(one.clone()),
            _ => Err(Stop::Wrong),
        }
    }

    fn string(&mut self, value: &Value<'e>) -> Result<Value<'e>> {
        let text = match value {
            Value::Text(_) => return Ok(value.clone()),
            Value::Bool(truth) => truth.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Double(number) => number.to_string(),
            Value::Time(time) => time.to_string(),
            _ => return Err(Stop::Wrong),
        };
        Ok(Value::Text(text.into()))
    }

    fn binary(&mut self, name: &str, a: &Value<'e>, b: &Value<'e>) -> Result<Value<'e>> {
        let truth = match name {
            op::EQUALS => self.same(a, b)?,
            op::NOT_EQUALS => !self.same(a, b)?,
            op::LESS => self.order(a, b)?.is_lt(),
            op::LESS_EQUALS => self.order(a, b)?.is_le(),
            op::GREATER => self.order(a, b)?.is_gt(),
            op::GREATER_EQUALS => self.order(a, b)?.is_ge(),
            op::IN => self.is_in(a, b)?,
            op::INDEX => return self.at(a, b),
            op::ADD => return self.add(a, b),
            op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO => {
                return arithmetic(name, a, b);
            }
            "contains" | "startsWith" | "endsWith" | "matches" => self.text_test(name, a, b)?,
            _ => return Err(Stop::Wrong),
        };
        Ok(Value::Bool(truth))
    }

    fn is_in(&mut self, one: &Value<'e>, all: &Value<'e>) -> Result<bool> {
        if all.is_map() {
            return match self.at(all, one) {
                Ok(_) => Ok(true),
                Err(Stop::Wrong) => Ok(false),
                Err(Stop::Spent) => Err(Stop::Spent),
            };
        }
        if matches!(all, Value::Text(_)) {
            return Err(Stop::Wrong);
        }
        let mut at = 0;
        while let Some(item) = all.item(at)? {
            at += 1;
            if self.same(one, &item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn text_test(&mut self, name: &str, text: &Value<'e>, other: &Value<'e>) -> Result<bool> {
        let (Value::Text(text), Value::Text(other)) = (text, other) else {
            return Err(Stop::Wrong);
        };
        // Searching is linear in the text; a regular expression is as many times slower as it is long.
        self.pay(match name {
            "matches" => (text.len() / 16 + 1).saturating_mul(other.len() / 8 + 1),
            _ => text.len() / 16,
        })?;
        Ok(match name {
            "contains" => memchr::memmem::find(text.as_bytes(), other.as_bytes()).is_some(),
            "startsWith" => text.starts_with(&**other),
            "endsWith" => text.ends_with(&**other),
            _ => {
                let pattern = self.patterns.get(&**other).ok_or(Stop::Wrong)?;
                pattern.is_match(text)
            }
        })
    }

    fn add(&mut self, a: &Value<'e>, b: &Value<'e>) -> Result<Value<'e>> {
        match (a, b) {
            (Value::Text(a), Value::Text(b)) => {
                self.pay((a.len() + b.len()) / 16)?;
                Ok(Value::Text(Cow::Owned(format!("{a}{b}"))))
            }
            (Value::Time(time), Value::Span(span)) | (Value::Span(span), Value::Time(time)) => {
                later(*time, *span)
            }
            (Value::Span(a), Value::Span(b)) => {
                a.checked_add(*b).map(Value::Span).ok_or(Stop::Wrong)
            }
            _ => {
                let lists = a.size().zip(b.size());
                let Some((first, second)) = lists.filter(|_| !a.is_map() && !b.is_map()) else {
                    return arithmetic(op::ADD, a, b);
                };
                if matches!((a, b), (Value::Text(_), _) | (_, Value::Text(_))) {
                    return Err(Stop::Wrong);
                }
                self.pay(first.saturating_add(second))?;
                let mut items = Vec::with_capacity(first + second);
                for list in [a, b] {
                    let mut at = 0;
                    while let Some(item) = list.item(at)? {
                        at += 1;
                        items.push(item);
                    }
                }
                Ok(Value::List(Rc::new(items)))
            }
        }
    }
}

fn later(time: Timestamp, span: SignedDuration) -> Result<Value<'static>> {
    let later = time.checked_add(span);
    later.map(Value::Time).map_err(|_| Stop::Wrong)
}

fn arithmetic<'v>(name: &str, a: &Value<'_>, b: &Value<'_>) -> Result<Value<'v>> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => integer(match name {
            op::ADD => a.checked_add(*b),
            op::SUBSTRACT => a.checked_sub(*b),
            op::MULTIPLY => a.checked_mul(*b),
            op::DIVIDE => a.checked_div(*b),
            _ => a.checked_rem(*b),
        }),
        (Value::Double(a), Value::Double(b)) => match name {
            op::ADD => Ok(Value::Double(a + b)),
            op::SUBSTRACT => Ok(Value::Double(a - b)),
            op::MULTIPLY => Ok(Value::Double(a * b)),
            op::DIVIDE => Ok(Value::Double(a / b)),
            _ => Err(Stop::Wrong),
        },
        (Value::Time(a), Value::Time(b)) if name == op::SUBSTRACT => {
            Ok(Value::Span(a.duration_since(*b)))
        }
        (Value::Time(time), Value::Span(span)) if name == op::SUBSTRACT => {
            let back = span.checked_neg().ok_or(Stop::Wrong)?;
            later(*time, back)
        }
        _ => Err(Stop::Wrong),
    }
}

/// A number that signed or unsigned ones of 64 bits can be.
fn integer<'v>(number: Option<i128>) -> Result<Value<'v>> {
    let range = i128::from(i64::MIN)..=i128::from(u64::MAX);
    let number = number.filter(|number| range.contains(number));
    number.map(Value::Int).ok_or(Stop::Wrong)
}

fn to_int<'v>(value: &Value<'_>) -> Result<Value<'v>> {
    match value {
        Value::Int(number) => Ok(Value::Int(*number)),
        #[expect(clippy::cast_possible_truncation, reason = "toward zero, as CEL does")]
        Value::Double(number) => integer(number.is_finite().then_some(*number as i128)),
        Value::Text(text) => integer(text.parse().ok()),
        Value::Time(time) => Ok(Value::Int(time.as_second().into())),
        _ => Err(Stop::Wrong),
    }
}

fn to_double<'v>(value: &Value<'_>) -> Result<Value<'v>> {
    match value {
        Value::Double(number) => Ok(Value::Double(*number)),
        #[expect(clippy::cast_precision_loss, reason = "as CEL does")]
        Value::Int(number) => Ok(Value::Double(*number as f64)),
        Value::Text(text) => text.parse().map(Value::Double).map_err(|_| Stop::Wrong),
        _ => Err(Stop::Wrong),
    }
}

/// `1h30m`, `90s`, `1.5h`, `-2ms`: Go's durations.
fn go_duration(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at_checked(end)?;
        let number: f64 = number.parse().ok()?;
        let end = behind.find(|c: char| c.is_ascii_digit());
        let (unit, behind) = behind.split_at_checked(end.unwrap_or(behind.len()))?;
        seconds += number
            * match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = behind;
    }
    SignedDuration::try_from_secs_f64(sign * seconds).ok()
}
