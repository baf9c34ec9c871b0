//! What is known of the case as a whole while signatures are judged: versions and the time of collection.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Versions and times that hold for the case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// When the (latest) input was collected; ages are counted from here, never from now.
    pub collected_at: Option<Timestamp>,
    /// Product name to version, for the cluster.
    pub products: BTreeMap<String, String>,
    /// Node to product versions of its own, where they differ from the cluster's: the middle of an upgrade.
    pub node_products: BTreeMap<String, BTreeMap<String, String>>,
}

impl Context {
    /// The versions that hold on a node (or, without one, in the cluster).
    pub fn products_on(&self, node: Option<&str>) -> BTreeMap<String, String> {
        let mut products = self.products.clone();
        if let Some(own) = node.and_then(|name| self.node_products.get(name)) {
            products.extend(own.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        products
    }
}
