//! The disk into which products are on it, and where they keep their things.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::bundle::confined;

/// A Kubernetes distribution whose server or agent keeps its data in one directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// `rke2`, `k3s`.
    pub name: &'static str,
    /// Its data directory, absolute on the node: `/var/lib/rancher/rke2` unless configured otherwise.
    pub data: PathBuf,
    /// Whether there is a server's directory.
    pub server: bool,
    /// Whether this server holds a member of etcd.
    pub etcd: bool,
}

/// What is installed on a node, by what is on its disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// RKE2, K3s.
    pub distributions: Vec<Distribution>,
    /// RKE1: `/etc/kubernetes/ssl` and `/var/lib/rancher/rke`, with docker.
    pub rke1: bool,
    /// `/etc/harvester-release.yaml`, `/oem`.
    pub harvester: bool,
}

impl Installed {
    /// Looks below `root`, `/` for the node itself.
    pub fn look(root: &Path) -> Self {
        let distributions = ["rke2", "k3s"]
            .into_iter()
            .filter_map(|name| distribution(root, name))
            .collect();
        Self {
            distributions,
            rke1: root.join("etc/kubernetes/ssl").is_dir()
                || root.join("var/lib/rancher/rke").is_dir(),
            harvester: root.join("etc/harvester-release.yaml").is_file()
                || root.join("oem/harvester.config").is_file(),
        }
    }

    /// Their names, for people.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if self.harvester {
            names.push("Harvester");
        }
        for distribution in &self.distributions {
            names.push(match (distribution.name, distribution.server) {
                ("rke2", true) => "RKE2 server",
                ("rke2", false) => "RKE2 agent",
                (_, true) => "K3s server",
                (_, false) => "K3s agent",
            });
        }
        if self.rke1 {
            names.push("RKE1");
        }
        names
    }
}

fn distribution(root: &Path, name: &'static str) -> Option<Distribution> {
    let configured = setting(root, name, "data-dir");
    let data = configured.map_or_else(
        || PathBuf::from(format!("/var/lib/rancher/{name}")),
        PathBuf::from,
    );
    let below = below(root, &data).filter(|below| below.is_dir())?;
    let server = below.join("server");
    Some(Distribution {
        name,
        server: server.is_dir(),
        etcd: server.join("db/etcd").is_dir(),
        data,
    })
}

/// Folders of a data directory that are read; the rest is images and databases.
const READ: [&str; 5] = [
    "agent",
    "server/db/etcd/config",
    "server/logs",
    "server/manifests",
    "server/tls",
];

/// What a configuration has put elsewhere: the name to read it by, and where it is below the root.
pub(crate) fn elsewhere(root: &Path) -> Vec<(String, PathBuf)> {
    let mut moved = Vec::new();
    for Distribution { name, data, .. } in Installed::look(root).distributions {
        let usual = format!("var/lib/rancher/{name}");
        let data = data.strip_prefix("/").unwrap_or(&data);
        // What is walked anyway is not walked twice.
        if data == Path::new(&usual) || data.starts_with("opt/rke2") {
            continue;
        }
        // A directory that is called like the product tells by itself what is in it; but what stands before it must
        // not be taken for the name of a node.
        let tops = ["var", "opt", "usr"];
        let tells = data.ends_with(name) && tops.iter().any(|top| data.starts_with(top));
        let shown = match data.to_str() {
            Some(path) if tells => path,
            _ => &usual,
        };
        moved.extend(READ.map(|folder| (format!("{shown}/{folder}"), data.join(folder))));
    }
    if let Some(docker) = docker_root(root) {
        let containers = docker.join("containers");
        moved.push(("var/lib/docker/containers".to_owned(), containers));
    }
    moved
}

/// Where docker keeps its things, if not in `/var/lib/docker`: `data-root` of its configuration, once `graph`.
fn docker_root(root: &Path) -> Option<PathBuf> {
    let text = head(root, Path::new("etc/docker/daemon.json"), 64 << 10)?;
    let config: serde_json::Value = serde_json::from_str(&text).ok()?;
    let path = config.get("data-root").or_else(|| config.get("graph"))?;
    let path = Path::new(path.as_str()?);
    let path = path.strip_prefix("/").ok()?;
    (path != Path::new("var/lib/docker")).then(|| path.to_owned())
}

/// Where an absolute path of the node is below the root it is mounted at; links stay below it, too. Nothing
/// where nothing is.
pub(crate) fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    confined::within(root, path)
}

/// A key of `/etc/rancher/<product>/config.yaml` or of the files beside it; the last one wins, as for the product.
pub(crate) fn setting(root: &Path, product: &str, key: &str) -> Option<String> {
    let folder = Path::new("/etc/rancher").join(product);
    let mut files = vec![folder.join("config.yaml")];
    let beside = folder.join("config.yaml.d");
    let mut more: Vec<PathBuf> = below(root, &beside)
        .and_then(|folder| fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(beside.join(entry.ok()?.file_name())))
        .collect();
    more.sort();
    files.append(&mut more);
    let mut found = None;
    for file in files {
        let text = head(root, &file, 64 << 10).unwrap_or_default();
        let mut values = text.lines().filter_map(|line| {
            let line = line.trim_start_matches(['{', ' ']);
            let rest = line.trim_start_matches('"').strip_prefix(key)?;
            let value = rest
                .trim_start_matches('"')
                .trim_start()
                .strip_prefix(':')?;
            let value = value
                .trim()
                .trim_end_matches([',', '}'])
                .trim_matches(['"', '\'', ' ']);
            (!value.is_empty()).then(|| value.to_owned())
        });
        found = values.next_back().or(found);
    }
    found
}

/// The name of the Node that the tree below `root` is: as configured, else the host's.
pub fn node_name(root: &Path) -> Option<String> {
    let configured = ["rke2", "k3s"]
        .into_iter()
        .find_map(|product| setting(root, product, "node-name"));
    configured
        .or_else(|| {
            let name = head(root, Path::new("/etc/hostname"), 256)?;
            let name = name.trim();
            (!name.is_empty() && !name.contains('\n')).then(|| name.to_owned())
        })
        .or_else(|| {
            (root == Path::new("/")).then(|| {
                rustix::system::uname()
                    .nodename()
                    .to_string_lossy()
                    .into_owned()
            })
        })
}

fn head(root: &Path, path: &Path, most: u64) -> Option<String> {
    let mut text = String::new();
    let file = confined::open(&below(root, path)?).ok()?;
    file.take(most).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn products_by_what_is_on_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        assert!(Installed::look(root).names().is_empty());
        write(root, "var/lib/rancher/rke2/agent/x", "");
        assert_eq!(Installed::look(root).names(), ["RKE2 agent"]);
        write(root, "var/lib/rancher/rke2/server/db/etcd/name", "n1-ab");
        write(root, "etc/harvester-release.yaml", "harvester: v1.4.0\n");
        let found = Installed::look(root);
        assert_eq!(found.names(), ["Harvester", "RKE2 server"]);
        assert!(found.distributions[0].etcd);
    }

    #[test]
    fn what_is_elsewhere_has_a_name_that_tells() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        assert!(elsewhere(root).is_empty());
        write(root, "var/lib/rancher/rke2/agent/x", "");
        write(
            root,
            "etc/rancher/k3s/config.yaml",
            "data-dir: /opt/data/k3s\n",
        );
        write(root, "opt/data/k3s/agent/x", "");
        write(
            root,
            "etc/docker/daemon.json",
            "{\"data-root\": \"/mnt/docker\"}",
        );
        let found = elsewhere(root);
        assert_eq!(found.len(), READ.len() + 1);
        let agent = ("opt/data/k3s/agent".to_owned(), "opt/data/k3s/agent".into());
        assert_eq!(found[0], agent);
        assert_eq!(found[READ.len()].1, Path::new("mnt/docker/containers"));
    }

    #[test]
    fn a_data_directory_elsewhere_and_a_name_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(root, "etc/hostname", "host\n");
        assert_eq!(node_name(root).as_deref(), Some("host"));
        write(root, "etc/rancher/k3s/config.yaml", "data-dir: /data/k3s\n");
        write(
            root,
            "etc/rancher/k3s/config.yaml.d/50-rancher.yaml",
            "{\n  \"node-name\": \"n7\",\n  \"x\": 1\n}\n",
        );
        write(root, "data/k3s/server/x", "");
        let found = Installed::look(root);
        assert_eq!(found.distributions[0].data, Path::new("/data/k3s"));
        let agent = (
            "var/lib/rancher/k3s/agent".to_owned(),
            "data/k3s/agent".into(),
        );
        assert_eq!(elsewhere(root)[0], agent);
        assert_eq!(node_name(root).as_deref(), Some("n7"));
    }
}
