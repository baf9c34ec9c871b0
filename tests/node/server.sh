# An RKE2 server whose API, etcd and runtime answer.
source "$(dirname "$0")/machine.sh"
data=$root/var/lib/rancher/rke2
mkdir -p "$data/server/db/etcd" "$data/server/db/snapshots" "$data/agent/etc" "$data/bin" "$root/etc/rancher/rke2"
echo n1 > "$root/etc/hostname"
echo snapshot > "$data/server/db/snapshots/etcd-snapshot-n1-1"
echo 'apiVersion: v1' > "$root/etc/rancher/rke2/rke2.yaml"
echo 'runtime-endpoint: unix:///run/k3s/containerd/containerd.sock' > "$data/agent/etc/crictl.yaml"
cat > "$data/server/db/etcd/config" <<'YAML'
name: n1-aaaa
initial-cluster: n1-aaaa=https://192.0.2.11:2380,n2-bbbb=https://192.0.2.12:2380
YAML
cat > "$data/bin/crictl" <<'SH'
#!/bin/sh
echo 'CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD'
echo '1111111111111       2222222222222       2 hours ago         Running             etcd                3                   333333333           etcd-n1'
SH
cat > "$data/bin/kubectl" <<'SH'
#!/bin/sh
case "$*" in
*api/v1/nodes*) cat /nodes.json ;;
*longhorn.io/v1beta2/volumes*) echo '{"apiVersion":"longhorn.io/v1beta2","kind":"VolumeList","items":[{"metadata":{"name":"pvc-1","namespace":"longhorn-system"},"status":{"robustness":"degraded","state":"attached"}}]}' ;;
*poddisruptionbudgets*) echo '{"apiVersion":"policy/v1","kind":"PodDisruptionBudgetList","items":[{"metadata":{"name":"web","namespace":"shop"},"status":{"expectedPods":2,"desiredHealthy":2,"currentHealthy":2,"disruptionsAllowed":0}}]}' ;;
*secrets*) echo secret/n1.node-password.rke2; echo secret/n9.node-password.rke2 ;;
*events*) exec sleep 60 ;;
*) echo 'Error from server (NotFound): the server could not find the requested resource' >&2; exit 1 ;;
esac
SH
cat > "$root/nodes.json" <<'JSON'
{"apiVersion": "v1", "kind": "NodeList", "metadata": {}, "items": [
  {"metadata": {"name": "n1", "labels": {"node-role.kubernetes.io/etcd": "true"}, "annotations": {"rke2.io/node-args": "[\"server\",\"--cni\",\"canal\"]"}},
   "status": {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1.30.9+rke2r1", "osImage": "SLES"}}},
  {"metadata": {"name": "n2", "labels": {"node-role.kubernetes.io/etcd": "true"}},
   "status": {"conditions": [{"type": "Ready", "status": "False"}], "nodeInfo": {"kubeletVersion": "v1.30.8+rke2r1", "osImage": "SLES"}}}]}
JSON
chmod +x "$data/bin/crictl" "$data/bin/kubectl"
python3 - >/dev/null 2>&1 <<'PY' &
import socket, threading
def serve(port, answer):
    s = socket.socket()
    s.bind(("127.0.0.1", port))
    s.listen(5)
    while True:
        c, _ = s.accept()
        answer(c)
        c.close()
def etcd(c):
    asked = c.recv(1000).decode()
    body = '{"health":"true"}' if "/health" in asked else "etcd_server_has_leader 1\netcd_mvcc_db_total_size_in_bytes 1.9e+09\n"
    c.sendall(("HTTP/1.0 200 OK\r\n\r\n" + body).encode())
threading.Thread(target=serve, args=(2381, etcd), daemon=True).start()
serve(6443, lambda c: None)
PY
servers=$!
sleep 1
examine "$@"
kill "$servers"
leave
