//! Kubernetes objects as support-bundle-kit writes them: one list per kind and namespace, keys sorted, empty strings as `"null"`.

mod machine;
mod storage;
mod workload;

use std::io::{self, Write};

use machine::{CAPI, MACHINE, NODE};
use storage::{CLAIM, REPLICA, SNAPSHOT, VOLUME};
use workload::{CONFIGMAP, EVENT, POD, REPLICASET};

use super::Wish;
use super::random::Random;
use super::text::{Names, Template};

/// A kind that a bundle lists.
#[derive(Debug)]
pub(super) struct Kind {
    /// Path below `yamls/`, `{}` for the namespace.
    pub(super) path: &'static str,
    /// Share of the YAML of a bundle.
    pub(super) weight: u32,
    item: &'static str,
}

const MANAGED: &str = "    managedFields:
    - apiVersion: v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:annotations:
            .: {}
            f:field.cattle.io/publicEndpoints: {}
          f:labels:
            .: {}
            f:app: {}
            f:pod-template-hash: {}
        f:spec:
          f:containers:
            k:{\"name\":\"main\"}:
              .: {}
              f:image: {}
              f:imagePullPolicy: {}
              f:name: {}
              f:resources: {}
      manager: kube-controller-manager
      operation: Update
      time: \"{time}\"
";

/// What a bundle lists.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        path: "namespaced/{}/v1/pods.yaml",
        weight: 30,
        item: POD,
    },
    Kind {
        path: "namespaced/{}/v1/events.yaml",
        weight: 15,
        item: EVENT,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/replicas.yaml",
        weight: 8,
        item: REPLICA,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/volumes.yaml",
        weight: 6,
        item: VOLUME,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/snapshots.yaml",
        weight: 10,
        item: SNAPSHOT,
    },
    Kind {
        path: "namespaced/{}/apps/v1/replicasets.yaml",
        weight: 12,
        item: REPLICASET,
    },
    Kind {
        path: "namespaced/{}/v1/configmaps.yaml",
        weight: 8,
        item: CONFIGMAP,
    },
    Kind {
        path: "namespaced/shop/kubevirt.io/v1/virtualmachines.yaml",
        weight: 5,
        item: MACHINE,
    },
    Kind {
        path: "namespaced/{}/v1/persistentvolumeclaims.yaml",
        weight: 4,
        item: CLAIM,
    },
    Kind {
        path: "namespaced/fleet-local/cluster.x-k8s.io/v1beta1/machines.yaml",
        weight: 2,
        item: CAPI,
    },
];

const HEAD: &[u8] = b"apiVersion: v1\nitems:\n";
const TAIL: &[u8] = b"kind: List\nmetadata:\n  resourceVersion: \"null\"\n";

/// The item with who wrote which field in its metadata; an Event names the version of another object before its own.
fn with_fields(item: &str) -> String {
    let at = item.find("  metadata:").unwrap_or_default();
    let (head, rest) = item.split_at(at);
    let version = "    resourceVersion:";
    head.to_owned() + &rest.replacen(version, &format!("{MANAGED}{version}"), 1)
}

/// Writes a list of a kind of about `size` bytes.
pub(super) fn list(
    wish: &Wish,
    names: &Names,
    kind: &Kind,
    path: &str,
    size: u64,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let mut random = Random::of(wish.seed, path);
    let item = Template::new(&with_fields(kind.item));
    let mut block = HEAD.to_vec();
    let mut written = 0u64;
    loop {
        item.write(names, &mut random, &mut block);
        let so_far = written + block.len() as u64;
        if block.len() >= 256 << 10 {
            out.write_all(&block)?;
            written = so_far;
            block.clear();
        }
        if so_far >= size {
            break;
        }
    }
    block.extend_from_slice(TAIL);
    out.write_all(&block)?;
    Ok(written + block.len() as u64)
}

/// Writes the nodes.
pub(super) fn nodes(wish: &Wish, names: &Names, out: &mut dyn Write) -> io::Result<u64> {
    let mut random = Random::of(wish.seed, "nodes");
    let mut text = HEAD.to_vec();
    for node in 1..=wish.nodes.max(1) {
        let last = node == wish.nodes.max(1);
        let (message, status) = if last {
            ("Kubelet stopped posting node status.", "Unknown")
        } else {
            ("kubelet is posting ready status", "True")
        };
        let item = NODE.replace('@', &format!("node{node}"));
        let item = item.replace("%%", status).replace('%', message);
        Template::new(&item).write(names, &mut random, &mut text);
    }
    text.extend_from_slice(TAIL);
    out.write_all(&text)?;
    Ok(text.len() as u64)
}
