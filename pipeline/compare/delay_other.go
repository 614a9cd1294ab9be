//go:build !linux

package compare

import "time"

// runDelay is not known here.
func runDelay() time.Duration { return 0 }
