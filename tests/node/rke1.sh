# A control plane of RKE1, whose docker answers for its containers, on a machine without a journal.
source "$(dirname "$0")/machine.sh"
mount -t tmpfs tmpfs "$root/var/log"
mkdir -p "$root/fake" "$root/etc/kubernetes/ssl" "$root/var/lib/etcd" "$root/var/lib/rancher/rke/log"
echo n1 > "$root/etc/hostname"
echo 'apiVersion: v1' > "$root/etc/kubernetes/ssl/kubecfg-kube-controller-manager.yaml"
cat > "$root/fake/docker" <<'SH'
#!/bin/sh
case "$*" in
"ps -a")
  echo 'CONTAINER ID   IMAGE                                 COMMAND         CREATED       STATUS         PORTS   NAMES'
  echo '111111111111   rancher/mirrored-coreos-etcd:v3.5.9   "etcd --name"   2 hours ago   Up 2 hours             etcd' ;;
"exec etcd etcdctl endpoint health")
  echo 'https://192.0.2.21:2379 is unhealthy: failed to commit proposal: context deadline exceeded' >&2
  exit 1 ;;
"exec etcd etcdctl alarm list") echo 'memberID:10276657743932975437 alarm:NOSPACE' ;;
"exec kubelet kubectl --kubeconfig=/etc/kubernetes/ssl/kubecfg-kube-controller-manager.yaml get --raw /api/v1/nodes "*)
  echo '{"apiVersion":"v1","kind":"NodeList","metadata":{},"items":[{"metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"False"}]}}]}' ;;
*) echo 'Error from server (NotFound): the server could not find the requested resource' >&2; exit 1 ;;
esac
SH
cat > "$root/fake/dmesg" <<'SH'
#!/bin/sh
echo "[$(date -u '+%a %b %e %H:%M:%S %Y')] Out of memory: Killed process 4242 (etcd) total-vm:11184636kB, anon-rss:2034412kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4532kB oom_score_adj:-997"
SH
chmod +x "$root/fake/docker" "$root/fake/dmesg"
examine "$@"
leave
