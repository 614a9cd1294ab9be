package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"crawl/files"
	"crawl/files/journal"
)

// copied is one file of a backup.
type copied struct {
	Schema int    `json:"schema,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

var backup = &journal.Format[copied]{
	Kind:     "backup",
	Schema:   1,
	Replaces: true,
	Append: func(b []byte, l *copied, schema int) []byte {
		line := *l
		if line.Schema = schema; schema != 0 {
			line.Kind = "backup"
		}
		text, _ := json.Marshal(line) // which can't fail for texts and numbers
		return append(append(b, text...), '\n')
	},
	Shorten: func(l *copied) *copied { return &copied{Name: l.Name[:4096]} },
	Parse:   func(text string, l *copied) error { *l = copied{}; return json.Unmarshal([]byte(text), l) },
	Key:     func(l *copied) string { return l.Name },
	Claim: func(l *copied) journal.Claim {
		return journal.Claim{Path: l.Name, Bytes: l.Bytes, Sum: l.SHA256, Hash: journal.SHA256}
	},
}

func Example() {
	dir, err := os.MkdirTemp("", "backup")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	ctx := context.Background()
	j, err := journal.Open(ctx, eng, backup, journal.Options{})
	if err != nil {
		panic(err)
	}
	if err := eng.PutFile(ctx, "a.txt", []byte("hello")); err != nil {
		panic(err)
	}
	line := copied{Name: "a.txt", Bytes: 5, SHA256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}
	if err := j.Append(ctx, &line); err != nil {
		panic(err)
	}
	if err := j.Close(ctx); err != nil {
		panic(err)
	}

	sum, err := journal.Verify(ctx, eng, backup, 0, func(p journal.Problem) { fmt.Println(p) })
	fmt.Println(sum.Records, sum.Bodies, sum.Problems, err)
	// Output: 1 1 0 <nil>
}
