package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadOrStop has a body that never comes not keep the command from its end.
func TestReadOrStop(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	stop := make(chan struct{})
	close(stop)
	a := &asking{data: []datum{{"@-", false}}}
	if _, err := a.read(process{stdin: r}, stop); !errors.Is(err, errStopped) {
		t.Errorf("%v, want errStopped", err)
	}
}

func TestDataIsBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for size, fits := range map[int64]bool{maxData: true, maxData + 1: false} {
		if err := os.Truncate(name, size); err != nil { // holes, for the most part
			t.Fatal(err)
		}
		a := &asking{data: []datum{{"@" + name, true}}}
		data, err := a.read(process{}, nil)
		if (err == nil) != fits || fits && int64(len(data)) != size {
			t.Errorf("%d bytes: %v", size, err)
		}
		if !fits && (exitCode(err) != exitUsage || !strings.Contains(err.Error(), "more than 64MiB")) {
			t.Errorf("%v", err)
		}
	}
}
