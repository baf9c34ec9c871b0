# A copy of this machine's file system that is thrown away, with the loopback up, for the scripts beside this one:
# SCRIPT SCRATCH PROGRAM ARGS... runs PROGRAM there. Called inside mount and network namespaces of its own.
set -e
place=$1 program=$2
shift 2
mkdir -p "$place/layer" "$place/root"
mount -t tmpfs tmpfs "$place/layer"
mkdir "$place/layer/up" "$place/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/layer/up,workdir=$place/layer/work" "$place/root"
root=$place/root
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
python3 - 2>/dev/null <<'PY'
import fcntl, socket, struct
# lo up: SIOCGIFFLAGS, SIOCSIFFLAGS
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name, flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0)))
fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))
PY

examine() {
  cp "$program" "$root/bundlevet-under-test"
  chroot "$root" /usr/bin/env PATH="/fake:$PATH" /bundlevet-under-test "$@" || true
}

leave() { umount -R -l "$root" "$place/layer" 2>/dev/null || true; }
