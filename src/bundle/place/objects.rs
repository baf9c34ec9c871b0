//! Kinds of Kubernetes objects that no signature asks for and that are large: skipped without reading.

/// Whether a list of `plural` objects of `group` (empty: core or unknown) in `namespace` is left unread.
pub(super) fn unwanted(group: &str, plural: &str, namespace: &str) -> bool {
    match plural {
        // The charts' bytes; a Bundle's state stands in bundles.yaml.
        "contents" => group.is_empty() || group == "fleet.cattle.io",
        "customresourcedefinitions" | "custom-resource-definitions" | "crds" => true,
        // Dashboards and scrape definitions.
        "configmaps" => matches!(namespace, "cattle-dashboards" | "cattle-monitoring-system"),
        "prometheusrules" => true,
        // Copies of other objects' templates.
        "controllerrevisions" | "podtemplates" => true,
        // Who may do what: a refusal is told by the one who was refused.
        "clusterroles" | "roles" | "roletemplates" | "podsecuritypolicies" => true,
        "userattributes" | "groups" | "groupmembers" | "navlinks" | "preferences" => true,
        "flowschemas" | "prioritylevelconfigurations" => true,
        "image-pull-secrets" | "auth-cani-list" => true,
        _ => false,
    }
}
