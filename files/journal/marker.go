package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"crawl/files"
)

// marker says how much of the journal is durable, and so are the bodies that it
// names up to there.
type marker struct {
	Bytes int64 `json:"bytes"`
	Clean bool  `json:"clean"` // the run ended, nothing came after
	Since int64 `json:"since"` // Unix time of its beginning: older bodies without a line are not its
}

const (
	markerName = State + "/durable"
	markerTemp = State + "/durable.tmp"
)

// since is the beginning of a run in the time of its files, which may lag: by two
// seconds on FAT.
func since(now time.Time) int64 { return now.Unix() - 2 }

// readMarker returns the marker; found is false when there is none that can be read.
func readMarker(ctx context.Context, eng files.Engine) (m marker, found bool, err error) {
	data, err := eng.ReadFile(ctx, markerName)
	if errors.Is(err, fs.ErrNotExist) {
		return marker{}, false, nil
	}
	if err != nil {
		return marker{}, false, err
	}
	if json.Unmarshal(data, &m) != nil || m.Bytes < 0 {
		return marker{}, false, nil // torn: without it more is verified
	}
	return m, true, nil
}

// writeFirst writes the marker and makes it durable.
func writeFirst(ctx context.Context, eng files.Engine, m marker) error {
	return eng.WriteFile(ctx, markerName, m.encode())
}

// write moves the marker without making that durable: after a power failure an
// older one only means more to verify.
func write(ctx context.Context, eng files.Engine, m marker) error {
	if err := eng.PutFile(ctx, markerTemp, m.encode()); err != nil {
		return err
	}
	return eng.Rename(ctx, markerTemp, markerName)
}

func (m marker) encode() []byte {
	return fmt.Appendf(nil, "{\"bytes\":%d,\"clean\":%t,\"since\":%d}\n", m.Bytes, m.Clean, m.Since)
}
