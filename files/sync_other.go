//go:build !linux

package files

func newUnsynced() *unsynced { return new(unsynced) }

// sync goes by names: what is written to a file that was renamed while open is
// not found by the new one.
func (d *Direct) sync() error { return d.written.sync(d.root) }
