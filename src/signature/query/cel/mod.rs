//! A parsed CEL expression over one object into true or false, within a number of steps.
//!
//! The parser is the `cel` crate's; evaluating is done here, because that crate's interpreter cannot be told to stop: an
//! expression of a hundred letters may take days or fill the memory. Every expression visited, every byte compared and
//! every value put together is a step; when they are used up, so is the expression. Objects are read where they stand.

mod functions;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::rc::Rc;

use ::cel::common::ast::operators as op;
use ::cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue};

pub(super) use functions::literal_patterns;
use value::Value;

use crate::packed::View;

/// Steps of evaluating one expression on one object, if nothing else is asked for: some hundredths of a second.
pub const STEPS: u64 = 1_000_000;
/// Expressions in each other; the parser allows 96 of its own kind, each of several of these.
const DEEPEST: usize = 400;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A missing field, values that do not go together: CEL's errors, which `&&` and `||` may absorb.
    Wrong,
    /// The steps are used up, or it is nested too deep: nothing absorbs that.
    Spent,
}

type Result<T> = std::result::Result<T, Stop>;

/// The regular expressions that stand in an expression, compiled.
pub(super) type Patterns = BTreeMap<String, regex::Regex>;

/// Whether the expression is true of the object `o`.
pub(super) fn holds(
    expression: &Expr,
    patterns: &Patterns,
    object: View<'_>,
    steps: u64,
) -> std::result::Result<bool, Stop> {
    let mut machine = Machine {
        patterns,
        left: steps,
        depth: 0,
        scopes: vec![("o", Value::of(object))],
    };
    match machine.value(expression)? {
        Value::Bool(holds) => Ok(holds),
        _ => Err(Stop::Wrong),
    }
}

struct Machine<'e> {
    patterns: &'e Patterns,
    /// Steps left.
    left: u64,
    depth: usize,
    /// Variables, the innermost last.
    scopes: Vec<(&'e str, Value<'e>)>,
}

impl<'e> Machine<'e> {
    fn pay(&mut self, steps: usize) -> Result<()> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Stop::Spent)
            }
        }
    }

    fn value(&mut self, expression: &'e Expr) -> Result<Value<'e>> {
        self.pay(1)?;
        if self.depth >= DEEPEST {
            return Err(Stop::Spent);
        }
        self.depth += 1;
        let value = self.visited(expression);
        self.depth -= 1;
        value
    }

    fn visited(&mut self, expression: &'e Expr) -> Result<Value<'e>> {
        match expression {
            Expr::Literal(literal) => Ok(of_literal(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let map = self.value(&select.operand.expr)?;
                self.pay(select.field.len() / 8)?;
                if select.test {
                    let known = map.is_map().then(|| map.field(&select.field).is_some());
                    return known.map(Value::Bool).ok_or(Stop::Wrong);
                }
                map.field(&select.field).ok_or(Stop::Wrong)
            }
            Expr::List(list) => {
                let mut items = Vec::new();
                for item in &list.elements {
                    items.push(self.value(&item.expr)?);
                }
                Ok(Value::List(Rc::new(items)))
            }
            Expr::Map(map) => {
                let mut entries = Vec::new();
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else {
                        return Err(Stop::Wrong);
                    };
                    let key = self.value(&entry.key.expr)?;
                    entries.push((key, self.value(&entry.value.expr)?));
                }
                Ok(Value::Map(Rc::new(entries)))
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(all) => self.comprehension(all),
            Expr::Struct(_) | Expr::Unspecified => Err(Stop::Wrong),
        }
    }

    fn variable(&mut self, name: &str) -> Result<Value<'e>> {
        let known = self.scopes.iter().rev().find(|(known, _)| *known == name);
        known.map(|(_, value)| value.clone()).ok_or(Stop::Wrong)
    }

    fn truth(&mut self, expression: &'e Expr) -> Result<bool> {
        match self.value(expression)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Stop::Wrong),
        }
    }

    fn call(&mut self, call: &'e CallExpr) -> Result<Value<'e>> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::CONDITIONAL, [condition, yes, no]) => match self.truth(&condition.expr)? {
                true => self.value(&yes.expr),
                false => self.value(&no.expr),
            },
            (op::LOGICAL_OR, [a, b]) => self.either(&a.expr, &b.expr, true),
            (op::LOGICAL_AND, [a, b]) => self.either(&a.expr, &b.expr, false),
            (op::NOT_STRICTLY_FALSE, [a]) => match self.truth(&a.expr) {
                Err(Stop::Spent) => Err(Stop::Spent),
                Ok(false) => Ok(Value::Bool(false)),
                _ => Ok(Value::Bool(true)),
            },
            (name, args) => {
                let mut values = Vec::with_capacity(args.len() + 1);
                if let Some(target) = &call.target {
                    values.push(self.value(&target.expr)?);
                }
                for arg in args {
                    values.push(self.value(&arg.expr)?);
                }
                self.apply(name, values)
            }
        }
    }

    /// `&&` and `||`: `decisive` on either side is the answer, whatever is wrong with the other.
    fn either(&mut self, a: &'e Expr, b: &'e Expr, decisive: bool) -> Result<Value<'e>> {
        let first = self.truth(a);
        if first == Ok(decisive) {
            return Ok(Value::Bool(decisive));
        }
        if first == Err(Stop::Spent) {
            return Err(Stop::Spent);
        }
        let second = self.truth(b)?;
        if second == decisive {
            return Ok(Value::Bool(decisive));
        }
        first.map(|_| Value::Bool(!decisive))
    }

    /// `all`, `exists`, `exists_one`, `map` and `filter`, as the parser spells them out.
    fn comprehension(&mut self, all: &'e ComprehensionExpr) -> Result<Value<'e>> {
        let range = self.value(&all.iter_range.expr)?;
        self.pay(if range.is_map() {
            range.size().unwrap_or(0)
        } else {
            0
        })?;
        let range = range.listed()?;
        let first = self.value(&all.accu_init.expr)?;
        let height = self.scopes.len();
        self.scopes.push((&all.accu_var, first));
        let mut wrong = None;
        let result = self.rounds(all, &range, height, &mut wrong);
        let result = match (result, wrong) {
            (Ok(()), None) => self.value(&all.result.expr),
            // An item that is wrong was made good by a later one only if that decided.
            (Ok(()), Some(stop)) => match self.value(&all.result.expr) {
                Ok(Value::Bool(truth)) if decides(all, truth) => Ok(Value::Bool(truth)),
                _ => Err(stop),
            },
            (Err(stop), _) => Err(stop),
        };
        self.scopes.truncate(height);
        result
    }

    fn rounds(
        &mut self,
        all: &'e ComprehensionExpr,
        range: &Value<'e>,
        height: usize,
        wrong: &mut Option<Stop>,
    ) -> Result<()> {
        let mut at = 0;
        while let Some(item) = range.item(at)? {
            at += 1;
            self.pay(1)?;
            if !self.truth(&all.loop_cond.expr)? {
                return Ok(());
            }
            self.scopes.push((&all.iter_var, item));
            let next = self.step(all, height);
            self.scopes.truncate(height + 1);
            match next {
                Ok(next) => {
                    if let Some((_, accumulated)) = self.scopes.get_mut(height) {
                        *accumulated = next;
                    }
                }
                Err(Stop::Wrong) if absorbs(all) => *wrong = Some(Stop::Wrong),
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    /// One round. Appending to the list that is being made does not copy it.
    fn step(&mut self, all: &'e ComprehensionExpr, height: usize) -> Result<Value<'e>> {
        let mut step = &all.loop_step.expr;
        if let Expr::Call(call) = step
            && let (op::CONDITIONAL, [condition, yes, no]) =
                (call.func_name.as_str(), call.args.as_slice())
        {
            step = match self.truth(&condition.expr)? {
                true => &yes.expr,
                false => &no.expr,
            };
        }
        if let Expr::Call(call) = step
            && let (op::ADD, [list, one]) = (call.func_name.as_str(), call.args.as_slice())
            && let (Expr::Ident(name), Expr::List(new)) = (&list.expr, &one.expr)
            && *name == all.accu_var
            && let [new] = new.elements.as_slice()
        {
            let new = self.value(&new.expr)?;
            let held = self.scopes.get_mut(height).map(|(_, value)| value);
            let held = held.map(|value| std::mem::replace(value, Value::Null));
            let Some(Value::List(mut items)) = held else {
                return Err(Stop::Wrong);
            };
            Rc::make_mut(&mut items).push(new);
            return Ok(Value::List(items));
        }
        self.value(step)
    }
}

/// Whether errors of single items may be absorbed: the rounds are joined by `&&` or `||`.
fn absorbs(all: &ComprehensionExpr) -> bool {
    joined_by(all).is_some()
}

/// Whether this result was decided by an item.
fn decides(all: &ComprehensionExpr, truth: bool) -> bool {
    joined_by(all) == Some(truth)
}

/// The truth that decides: `true` for `exists`, `false` for `all`.
fn joined_by(all: &ComprehensionExpr) -> Option<bool> {
    let Expr::Call(call) = &all.loop_step.expr else {
        return None;
    };
    match call.func_name.as_str() {
        op::LOGICAL_OR => Some(true),
        op::LOGICAL_AND => Some(false),
        _ => None,
    }
}

fn of_literal(literal: &LiteralValue) -> Value<'_> {
    match literal {
        LiteralValue::Boolean(truth) => Value::Bool(*truth.inner()),
        LiteralValue::Int(number) => Value::Int((*number.inner()).into()),
        LiteralValue::UInt(number) => Value::Int((*number.inner()).into()),
        LiteralValue::Double(number) => Value::Double(*number.inner()),
        LiteralValue::String(text) => Value::Text(text.inner().into()),
        LiteralValue::Bytes(_) | LiteralValue::Null => Value::Null,
    }
}
