package journal

import (
	"encoding/json"
	"errors"
	"io"
)

// testLine is a line with nothing more in it than a journal needs.
type testLine struct {
	Schema     int    `json:"schema,omitempty"`
	Kind       string `json:"kind,omitempty"`
	URL        string `json:"url"`
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason,omitempty"`
	ErrorClass string `json:"error_class,omitempty"`
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256,omitempty"`
	XXH3       string `json:"xxh3,omitempty"`
	Path       string `json:"path,omitempty"`
	Line       int64  `json:"line,omitempty"`
	Part       string `json:"part,omitempty"` // what stands in the file "shared"
	Offset     int64  `json:"offset,omitempty"`
}

const (
	fetched   = "fetched"
	failed    = "failed"
	duplicate = "duplicate"
	gone      = "gone"
)

// testFormat is a journal as a crawl's: with a folder of bodies, and one record a URL.
var testFormat = &Format[testLine]{
	Kind:    Crawl,
	Schema:  1,
	Bodies:  "bodies",
	Append:  appendTestLine,
	Shorten: shortenTestLine,
	Parse:   parseTestLine,
	Key: func(l *testLine) string {
		if l.Outcome == duplicate || l.ErrorClass == "bad_url" {
			return ""
		}
		return l.URL
	},
	Claim: func(l *testLine) Claim {
		if l.XXH3 != "" {
			return Claim{Path: l.Path, Bytes: l.Bytes, Sum: l.XXH3, Hash: XXH3}
		}
		return Claim{Path: l.Path, Bytes: l.Bytes, Sum: l.SHA256, Hash: SHA256}
	},
	Sections: func(into []Section, l *testLine) []Section {
		if l.Part == "" {
			return into
		}
		want := l.Part
		return append(into, Section{Path: "shared", Offset: l.Offset, Bytes: int64(len(want)), Check: func(r *io.SectionReader) error {
			got, err := io.ReadAll(r)
			if err == nil && string(got) != want {
				err = errors.New("another part")
			}
			return err
		}})
	},
}

func appendTestLine(b []byte, l *testLine, schema int) []byte {
	line := *l
	line.Schema = schema
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	return append(append(b, text...), '\n')
}

func shortenTestLine(l *testLine) *testLine {
	short := *l
	short.Reason = ""
	return &short
}

func parseTestLine(text string, l *testLine) error {
	*l = testLine{}
	if err := json.Unmarshal([]byte(text), l); err != nil {
		return err
	}
	if l.URL == "" || l.Outcome == "" {
		return errors.New("no url or no outcome")
	}
	return nil
}
