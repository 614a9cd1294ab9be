package manifest

import (
	"slices"
	"strings"
	"testing"

	"crawl/files/warc"
)

// TestVerifySections: archives and pages are held against their records.
func TestVerifySections(t *testing.T) {
	eng := newEngine(t)
	w, err := warc.OpenArchive(t.Context(), eng, "warc", warc.ArchiveOptions{Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	draft := func(kind warc.Type, block string) warc.Draft {
		return warc.Draft{Head: warc.Head{Type: kind, TargetURI: "https://h/", ContentType: warc.HTTPResponse}, Block: strings.NewReader(block)}
	}
	at, err := w.Append(t.Context(), draft(warc.Response, "HTTP/1.1 200 OK\r\n\r\nhello"), draft(warc.Request, "GET / HTTP/1.1\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const page = `{"url":"https://h/"}` + "\n"
	if err := eng.PutFile(t.Context(), "jsonl/pages-00001.jsonl", []byte(page)); err != nil {
		t.Fatal(err)
	}
	digest, err := XXH3(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	const payload = "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N"
	good := Section{at[0].File, at[0].Offset, at[0].Length + at[1].Length, payload}
	json := Section{"jsonl/pages-00001.jsonl", 0, int64(len(page)), digest}
	change := func(s Section, do func(*Section)) Section { do(&s); return s }
	tests := []struct {
		name        string
		warc, jsonl Section
		want        string
	}{
		{"as recorded", good, json, ""},
		{"another payload", change(good, func(s *Section) { s.Digest = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ" }), json, "the record of another payload than was stored"},
		{"begins elsewhere", change(good, func(s *Section) { s.Offset += at[0].Length; s.Length = at[1].Length }), json, `a record of type "request" in place of the answer`},
		{"not whole", change(good, func(s *Section) { s.Length -= 5 }), json, "ends within it"},
		{"another line", good, change(json, func(s *Section) { s.Length-- }), "other content than was stored"},
		{"beyond the file", good, change(json, func(s *Section) { s.Offset++ }), "ends at byte"},
		{"no file", good, change(json, func(s *Section) { s.Path = "jsonl/none" }), "no such file"},
		{"elsewhere", good, change(json, func(s *Section) { s.Path = "../x" }), "leads out of the folder"},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			record(t, eng, &Line{URL: "https://h/" + string(rune('a'+i)), Outcome: Failed, WARC: test.warc, JSONL: test.jsonl})
			var got []string
			sum, err := Verify(t.Context(), eng, 1, func(p Problem) { got = append(got, p.Detail) })
			if err != nil || (test.want == "") != (len(got) == 0) || test.want != "" && !slices.ContainsFunc(got, func(p string) bool { return strings.Contains(p, test.want) }) {
				t.Errorf("%+v, %q, %v; want %q", sum, got, err, test.want)
			}
			if err := eng.Remove(t.Context(), Name); err != nil {
				t.Fatal(err)
			}
		})
	}
}
