package main

import (
	"testing"

	"github.com/spf13/pflag"
)

// Each kind of value reads what people write, prints it in one way, and reads that again.
func TestValues(t *testing.T) {
	values := map[string]func() pflag.Value{
		"width":    func() pflag.Value { return new(width) },
		"count":    func() pflag.Value { return &count{least: 1} },
		"rate":     func() pflag.Value { return new(rate) },
		"span":     func() pflag.Value { return new(span) },
		"positive": func() pflag.Value { return &span{positive: true} },
		"size":     func() pflag.Value { return new(size) },
		"fail-on":  func() pflag.Value { return new(threshold) },
		"choice":   func() pflag.Value { return &choice{words: []string{"a", "b"}} },
	}
	for _, test := range []struct{ kind, text, want string }{ // want is "" for an error
		{"width", "auto", "auto"}, {"width", "1", "1"}, {"width", "0", ""}, {"width", "-1", ""}, {"width", "x", ""}, {"width", "9999999", ""},
		{"count", "1", "1"}, {"count", "0", ""}, {"count", "1.5", ""}, {"count", "99999999999", ""},
		{"rate", "0.5", "0.5"}, {"rate", "50/s", "50"}, {"rate", "-1", ""}, {"rate", "NaN", ""}, {"rate", "Inf", ""},
		{"span", "10s", "10s"}, {"span", "10", "10s"}, {"span", "0.5", "500ms"}, {"span", "90s", "1m30s"}, {"span", "60m", "1h"},
		{"span", "0", "0s"}, {"span", "-1s", ""}, {"span", "1e300", ""}, {"span", "NaN", ""}, {"span", "soon", ""}, {"positive", "0", ""},
		{"size", "10MiB", "10MiB"}, {"size", "10m", "10MiB"}, {"size", "1 GB", "1000000000"}, {"size", "1.5KiB", "1536"}, {"size", "512", "512"},
		{"size", "2048", "2KiB"}, {"size", "0", ""}, {"size", "-1", ""}, {"size", "1e30", ""}, {"size", "NaN", ""}, {"size", "MiB", ""}, {"size", "", ""},
		{"fail-on", "never", "never"}, {"fail-on", "any", "any"}, {"fail-on", "0%", "any"}, {"fail-on", "2.5%", "2.5%"},
		{"fail-on", "101%", ""}, {"fail-on", "5", ""}, {"fail-on", "NaN%", ""},
		{"choice", "b", "b"}, {"choice", "c", ""},
	} {
		v := values[test.kind]()
		if err := v.Set(test.text); (err != nil) != (test.want == "") {
			t.Errorf("%s %q: error %v", test.kind, test.text, err)
			continue
		}
		if test.want == "" {
			continue
		}
		if got := v.String(); got != test.want {
			t.Errorf("%s %q is %q, want %q", test.kind, test.text, got, test.want)
		}
		if err := v.Set(test.want); err != nil || v.String() != test.want {
			t.Errorf("%s %q, read again, is %q, %v", test.kind, test.want, v, err)
		}
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct{ want, limit, others int }{
		{1, 0, 0}, {200, 40, 1}, {64, 256, 1}, {64, 1024, 80}, {1000, 1024, 1}, {8000, 20000, 1}, {1_000_000, 1 << 31, 0},
	} {
		workers, idle := fit(test.want, test.limit, test.others)
		if workers < 1 || workers > test.want || idle < 1 || idle > maxIdle {
			t.Errorf("fit(%v) = %d, %d", test, workers, idle)
		}
		if used := filesPerFetch*workers + idle + ownFiles + test.others; used > test.limit && workers > 1 {
			t.Errorf("fit(%v) = %d, %d: that takes %d files", test, workers, idle, used)
		}
	}
	if workers, _ := fit(8000, 20000, 1); workers != 8000 {
		t.Errorf("20,000 files allow for %d fetches, want 8,000", workers)
	}
}

func TestFrontierFiles(t *testing.T) {
	for limit, want := range map[int]int{64: 32, 256: 32, 1024: 128, 1 << 20: 256} {
		if got := frontierFiles(limit); got != want {
			t.Errorf("%d of %d files, want %d", got, limit, want)
		}
	}
}

func TestFitFiles(t *testing.T) {
	for _, test := range []struct{ want, limit, each, workers int }{
		{16, 1 << 20, 10, 16},
		{500, 1024, 10, 68},
		{500, 1024, 0, 408},
		{16, 256, 10, 16},
		{16, 40, 10, 1},
		{16, 40, 0, 6},
		{16, 10, 0, 1},
	} {
		if got := fitFiles(test.want, test.limit, test.each); got != test.workers {
			t.Errorf("fitFiles(%d, %d, %d) = %d, want %d", test.want, test.limit, test.each, got, test.workers)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"verify", "version", "concurrency", "lab"}
	for name, want := range map[string]string{
		"verfy": "verify", "conncurrency": "concurrency", "vresion": "version", "con": "concurrency", "xyzzy": "", "": "", "l": "", "urls.txt": "",
	} {
		if got := nearest(name, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
