//! Object and fact queries: `object:`, `fact:` and `where:` of a part into tests over values.

use serde_json::Value;

/// Which objects a part asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The part's map: `object`, `where`, `at-least`, `cel`.
    pub raw: Value,
}

impl Query {
    /// Reads the `object`, `where`, `at-least` and `cel` keys of a part. `Err`: everything that is wrong with them.
    pub fn parse(raw: &Value) -> Result<Self, Vec<String>> {
        Ok(Self { raw: raw.clone() })
    }
}

/// Which facts a part asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct FactQuery {
    /// The part's map: `fact`, `where`, `at-least`.
    pub raw: Value,
}

impl FactQuery {
    /// Reads the `fact`, `where` and `at-least` keys of a part. `Err`: everything that is wrong with them.
    pub fn parse(raw: &Value) -> Result<Self, Vec<String>> {
        Ok(Self { raw: raw.clone() })
    }
}
