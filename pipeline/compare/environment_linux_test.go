package compare

import "testing"

func TestMountOf(t *testing.T) {
	mounts := []byte(`22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
25 22 0:22 / /dev/shm rw,nosuid - tmpfs tmpfs rw
30 22 8:1 / /mnt/my\040disk rw shared:1 master:2 - xfs /dev/sda1 rw
31 22 0:40 / /mnt rw - overlay overlay rw
32 30 0:41 / /mnt/my\040disk rw - btrfs /dev/sdb rw
nonsense
`)
	for dir, want := range map[string][2]string{
		"/home/a":          {"ext4", "/dev/vda"},
		"/":                {"ext4", "/dev/vda"},
		"/dev/shm":         {"tmpfs", "tmpfs"},
		"/dev/shm/x":       {"tmpfs", "tmpfs"},
		"/dev/shmem":       {"ext4", "/dev/vda"},
		"/mnt/x":           {"overlay", "overlay"},
		"/mnt/my disk/x/y": {"btrfs", "/dev/sdb"}, // mounted over the other
	} {
		kind, device := mountOf(mounts, dir)
		if kind != want[0] || device != want[1] {
			t.Errorf("%s: %s on %s, want %v", dir, kind, device, want)
		}
	}
}

func TestObserve(t *testing.T) {
	e, o := observe(Environment{Version: "1"}, t.TempDir())
	e = o.finish(e)
	if e.Version != "1" || e.Kernel == "" || e.Memory <= 0 || e.FileSystem == "" || e.Steal < 0 || e.Steal > 1 || e.Busy < 0 || e.Busy > 1 {
		t.Errorf("%+v", e)
	}
}

func TestStatusNumber(t *testing.T) {
	status := []byte("Name:\tThreads:\nVmHWM:\t   13472 kB\nThreads:\t5\nBad:\tx\n")
	for name, want := range map[string]int64{"VmHWM:": 13472, "Threads:": 5, "Bad:": 0, "None:": 0} {
		if got := statusNumber(status, name); got != want {
			t.Errorf("%s %d, want %d", name, got, want)
		}
	}
}
