//! Any YAML into JSON values, cleaned and pruned, under limits: the reference that the block reader is held to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};

use super::limits::ObjectLimits;
use super::prune::{Field, Prune, field};
use super::scalar;

/// The first document of `text`; `None` where it is empty. `Err` says what is wrong with it.
pub(super) fn parse(
    text: &str,
    limits: &ObjectLimits,
    prune: Option<&Prune>,
) -> Result<Option<Value>, String> {
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        limits,
        nodes: 0,
        aliases: 0,
        repeated: 0,
        anchors: BTreeMap::new(),
        stack: Vec::new(),
    };
    builder.document(prune)
}

struct Builder<'i, 'l> {
    parser: Parser<'i, StrInput<'i>>,
    limits: &'l ObjectLimits,
    nodes: usize,
    aliases: usize,
    /// Bytes that aliases have repeated: a short one may stand for a long text.
    repeated: usize,
    /// What anchors stand for, and how many values and bytes that is: an alias costs as much as what it repeats.
    anchors: BTreeMap<usize, Anchor>,
    stack: Vec<Frame<'l>>,
}

/// What an anchor stands for.
struct Anchor {
    value: Option<Value>,
    nodes: usize,
    bytes: usize,
}

/// A map or list being filled.
struct Frame<'p> {
    filling: Filling,
    prune: Option<&'p Prune>,
    anchor: usize,
    /// Values counted when it began.
    nodes_before: usize,
}

enum Filling {
    List(Vec<Value>),
    /// The key whose value comes next; `None`: a key comes next.
    Map(Map<String, Value>, Option<String>),
}

enum Step {
    More,
    Done(Option<Value>),
}

impl<'i, 'l> Builder<'i, 'l> {
    fn document(&mut self, prune: Option<&'l Prune>) -> Result<Option<Value>, String> {
        loop {
            let event = self.next()?;
            let step = match event {
                Event::StreamEnd | Event::DocumentEnd => return Ok(None),
                Event::Scalar(text, style, anchor, tag) => {
                    let textual = tag.is_some_and(|tag| tag.suffix == "str");
                    self.scalar(text, style, textual, anchor)?
                }
                Event::Alias(id) => self.alias(id)?,
                Event::SequenceStart(anchor, _) => {
                    self.open(Filling::List(Vec::new()), anchor, prune)?
                }
                Event::MappingStart(anchor, _) => {
                    self.open(Filling::Map(Map::new(), None), anchor, prune)?
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => Step::More,
            };
            if let Step::Done(value) = step {
                return Ok(value);
            }
        }
    }

    fn next(&mut self) -> Result<Event<'i>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("no valid YAML: {error}")),
            None => Ok(Event::StreamEnd),
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err(format!(
                "more than {} values (limit object-values)",
                self.limits.nodes
            ));
        }
        Ok(())
    }

    /// Counts bytes that are held a second time: behind an anchor, or in the place of an alias.
    fn repeat(&mut self, bytes: usize) -> Result<(), String> {
        self.repeated = self.repeated.saturating_add(bytes);
        if self.repeated > self.limits.item_bytes {
            return Err(format!(
                "its aliases repeat more than {} bytes (limit object-bytes)",
                self.limits.item_bytes
            ));
        }
        Ok(())
    }

    fn anchor(&mut self, id: usize, value: Option<Value>, nodes: usize) -> Result<(), String> {
        let bytes = value.as_ref().map_or(0, held);
        self.repeat(bytes)?;
        let anchor = Anchor {
            value,
            nodes,
            bytes,
        };
        self.anchors.insert(id, anchor);
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'i, str>,
        style: ScalarStyle,
        textual: bool,
        anchor: usize,
    ) -> Result<Step, String> {
        self.count(1)?;
        if let Some(Frame {
            filling: Filling::Map(_, key @ None),
            ..
        }) = self.stack.last_mut()
        {
            let name = scalar::key(text);
            *key = Some(name.clone());
            if anchor > 0 {
                self.anchor(anchor, Some(Value::String(name)), 1)?;
            }
            return self.dropped();
        }
        let value = match style {
            ScalarStyle::Plain if !textual => scalar::plain(text),
            _ => scalar::text(text).map(Value::String),
        };
        if anchor > 0 {
            self.anchor(anchor, value.clone(), 1)?;
        }
        Ok(self.put(value))
    }

    fn too_deep(&self) -> String {
        format!(
            "nested deeper than {} (limit object-depth)",
            self.limits.depth
        )
    }

    /// After a key: skips its value where it is dropped.
    fn dropped(&mut self) -> Result<Step, String> {
        let Some(Frame {
            filling: Filling::Map(_, key),
            prune,
            ..
        }) = self.stack.last_mut()
        else {
            return Ok(Step::More);
        };
        if key
            .as_deref()
            .is_some_and(|name| field(*prune, name) == Field::Drop)
        {
            *key = None;
            self.skip()?;
        }
        Ok(Step::More)
    }

    /// Reads one value and forgets it.
    fn skip(&mut self) -> Result<(), String> {
        let mut open = 0usize;
        loop {
            match self.next()? {
                Event::SequenceStart(..) | Event::MappingStart(..) => open += 1,
                Event::SequenceEnd | Event::MappingEnd => open = open.saturating_sub(1),
                Event::StreamEnd => return Ok(()),
                _ => {}
            }
            if open > self.limits.depth * 4 {
                return Err(self.too_deep());
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    fn alias(&mut self, id: usize) -> Result<Step, String> {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(format!(
                "more than {} aliases (limit object-aliases)",
                self.limits.aliases
            ));
        }
        let Some(Anchor { nodes, bytes, .. }) = self.anchors.get(&id) else {
            return Ok(self.put(None));
        };
        let (nodes, bytes) = (*nodes, *bytes);
        self.count(nodes)?;
        self.repeat(bytes)?;
        let value = self.anchors.get(&id).and_then(|known| known.value.clone());
        if let Some(Frame {
            filling: Filling::Map(_, key @ None),
            ..
        }) = self.stack.last_mut()
        {
            *key = Some(
                value
                    .as_ref()
                    .and_then(Value::as_str)
                    .unwrap_or("?")
                    .to_owned(),
            );
            return self.dropped();
        }
        Ok(self.put(value))
    }

    fn open(
        &mut self,
        filling: Filling,
        anchor: usize,
        root: Option<&'l Prune>,
    ) -> Result<Step, String> {
        self.count(1)?;
        if self.stack.len() >= self.limits.depth {
            return Err(self.too_deep());
        }
        let prune = match self.stack.last_mut() {
            None => root,
            Some(Frame {
                filling: Filling::List(_),
                prune,
                ..
            }) => *prune,
            Some(Frame {
                filling: Filling::Map(_, Some(key)),
                prune,
                ..
            }) => match field(*prune, key) {
                Field::Keep(below) => below,
                Field::Drop => None,
            },
            Some(Frame {
                filling: Filling::Map(_, key @ None),
                ..
            }) => {
                // A map or list as a key: nothing in a bundle has that. Its value is kept under "?".
                *key = Some("?".to_owned());
                let mut open = 1usize;
                while open > 0 {
                    match self.next()? {
                        Event::SequenceStart(..) | Event::MappingStart(..) => open += 1,
                        Event::SequenceEnd | Event::MappingEnd => open -= 1,
                        Event::StreamEnd => break,
                        _ => {}
                    }
                }
                return Ok(Step::More);
            }
        };
        let nodes_before = self.nodes;
        self.stack.push(Frame {
            filling,
            prune,
            anchor,
            nodes_before,
        });
        Ok(Step::More)
    }

    fn close(&mut self) -> Result<Step, String> {
        let Some(frame) = self.stack.pop() else {
            return Err("no valid YAML: an end without a beginning".to_owned());
        };
        let value = match frame.filling {
            Filling::List(list) => Value::Array(list),
            Filling::Map(map, _) => Value::Object(map),
        };
        if frame.anchor > 0 {
            let nodes = self.nodes - frame.nodes_before + 1;
            self.count(nodes)?;
            self.anchor(frame.anchor, Some(value.clone()), nodes)?;
        }
        Ok(self.put(Some(value)))
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Option<Value>) -> Step {
        match self.stack.last_mut() {
            None => return Step::Done(value),
            Some(Frame {
                filling: Filling::List(list),
                ..
            }) => list.extend(value),
            Some(Frame {
                filling: Filling::Map(map, key),
                ..
            }) => {
                if let (Some(key), Some(value)) = (key.take(), value) {
                    map.insert(key, value);
                }
            }
        }
        Step::More
    }
}

/// Bytes of the texts in a value, and a few for each value.
fn held(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 16,
        Value::String(text) => text.len() + 16,
        Value::Array(list) => list.iter().map(held).sum::<usize>() + 16,
        Value::Object(map) => {
            map.iter()
                .map(|(key, value)| key.len() + held(value))
                .sum::<usize>()
                + 16
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<Option<Value>, String> {
        parse(text, &ObjectLimits::default(), None)
    }

    #[test]
    fn folded_and_literal_scalars_and_the_null_rewrite() {
        let value = read(concat!(
            "message: Successfully assigned harvester-system/x-y-z\n    to node1\n",
            "empty: \"null\"\nquoted: 'it''s'\ncount: 2e+09\n",
            "text: |-\n  a\n    b\nlist:\n- \"null\"\n- {}\n",
        ));
        let expected = json!({
            "message": "Successfully assigned harvester-system/x-y-z to node1",
            "quoted": "it's", "count": 2_000_000_000, "text": "a\n  b", "list": [{}],
        });
        assert_eq!(value, Ok(Some(expected)));
    }

    #[test]
    fn aliases_cost_what_they_repeat() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..9 {
            let before = i - 1;
            let line = format!(
                "a{i}: &a{i} [{}]\n",
                vec![format!("*a{before}"); 10].join(", ")
            );
            text.push_str(&line);
        }
        assert!(read(&text).is_err_and(|error| error.starts_with("more than")));
        assert_eq!(
            read("a: &x [1]\nb: *x\n"),
            Ok(Some(json!({"a": [1], "b": [1]})))
        );
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(read(&deep).is_err());
    }

    #[test]
    fn dropped_fields_are_skipped_whole() {
        let mut prune = Prune::default();
        prune.drop_path(&["metadata", "managedFields"]);
        let text =
            "metadata:\n  managedFields:\n  - a: {b: c}\n  name: n\nspec: {managedFields: 1}\n";
        let value = parse(text, &ObjectLimits::default(), Some(&prune));
        assert_eq!(
            value,
            Ok(Some(
                json!({"metadata": {"name": "n"}, "spec": {"managedFields": 1}})
            ))
        );
    }
}
