//go:build unix && !linux

package files

import "errors"

// hiding is nothing here: every file has a name.
type hiding struct{}

func (d *Direct) canHide(*folder) bool { return false }

func (h *handle) hidden() (int, error) { return -1, errors.ErrUnsupported }

func noHidden(error) bool { return true }

func (d *Direct) show(int, *folder, string) error { return errors.ErrUnsupported }
