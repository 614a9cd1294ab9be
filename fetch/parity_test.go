package fetch_test

import (
	"testing"

	"crawl/files/filestest/parity"
)

// TestParity checks the table of what aiohttp's client can do.
func TestParity(t *testing.T) { parity.Check(t, "..") }
