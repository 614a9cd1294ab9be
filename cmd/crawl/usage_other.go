//go:build !unix

package main

import "crawl/files/batch"

// usage is not known here.
func usage() (used batch.Usage, ok bool) { return used, false }
