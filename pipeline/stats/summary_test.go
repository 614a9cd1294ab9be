package stats

import (
	"fmt"
	"strings"
	"testing"
)

func TestWriteSummary(t *testing.T) {
	many := make([]Group, 22)
	for i := range many {
		many[i] = Group{Class: "dns", Host: fmt.Sprintf("h%02d.example", i), Count: int64(2000 - i), Example: fmt.Sprintf("http://h%02d.example/", i)}
	}
	for _, c := range []struct {
		name string
		snap Snapshot
		want string
	}{
		{"nothing", Snapshot{}, "0 URLs in 0s (0/s): nothing to do · 0 B\n"},
		{
			"all well",
			Snapshot{Total: 10_000, Elapsed: 1.2, Rate: 8333.3, Outcomes: map[string]int64{"fetched": 9990, "duplicate": 10}, Bytes: 160 << 20},
			"10,000 URLs in 1.2s (8,333/s): 9,990 fetched, 10 duplicate · 160 MiB\n",
		},
		{
			"resumed",
			Snapshot{Total: 3, Earlier: 1, Elapsed: 3723, Rate: 0.5, Outcomes: map[string]int64{"not_modified": 3}},
			"3 URLs (1 by earlier runs) in 1h2m3s (0.5/s): 3 not modified · 0 B\n",
		},
		{
			"hostile",
			Snapshot{Total: 6, Elapsed: 12.34, Rate: 9.96, Outcomes: map[string]int64{"failed": 6}, Groups: []Group{
				{"http_4xx", "a.example", 5, "http://a.example/\x1b]0;pwned\x07"},
				{"dns", "long-name.example", 1, strings.Repeat("x", 300)},
			}},
			"6 URLs in 12s (10/s): 6 failed · 0 B\nfailed:\n" +
				"  5  http_4xx  a.example          e.g. http://a.example/\\x1b]0;pwned\\x07\n" +
				"  1  dns       long-name.example  e.g. " + strings.Repeat("x", 119) + "…\n",
		},
	} {
		var b strings.Builder
		if err := WriteSummary(&b, c.snap, "URLs"); err != nil || b.String() != c.want {
			t.Errorf("%s: %v, got\n%swant\n%s", c.name, err, b.String(), c.want)
		}
	}

	var b strings.Builder
	if err := WriteSummary(&b, Snapshot{Groups: many}, "files"); err != nil {
		t.Error(err)
	}
	if got := b.String(); strings.Count(got, "\n") != 13 || !strings.HasSuffix(got, "\n  and 12 more groups\n") {
		t.Errorf("got\n%s", got)
	}
	b.Reset()
	if err := WriteSummary(&b, Snapshot{Groups: many[:11]}, "files"); err != nil || !strings.HasSuffix(b.String(), "\n  and 1 more group\n") {
		t.Errorf("got\n%s", b.String())
	}
}
