package files_test

import (
	"os"
	"strings"
	"testing"

	"crawl/files/filestest/parity"
)

// TestParity checks the table of what aiofiles and asyncio can do, and that the
// package comment repeats what is left out of aiofiles, and why.
func TestParity(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(strings.ReplaceAll(string(doc), "//", " ")), " ")
	for capability, row := range parity.Check(t, "..") {
		if row.Answer == "no" && !strings.HasPrefix(capability, "asyncio") && !strings.Contains(said, row.Where) {
			t.Errorf("the package comment does not say of %s: %s", capability, row.Where)
		}
	}
}
