package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crawl/files/transform/steps"

	"github.com/spf13/pflag"
)

func TestWidths(t *testing.T) {
	for _, test := range []struct {
		given string
		most  int
		want  string
	}{
		{"", 0, "2,8"},
		{"", 4, "2,4"},
		{"", 1, "1"},
		{"16, 1,4,4", 0, "1,4,16"},
		{"1,8,64", 8, "1,8"},
	} {
		var w widths
		if test.given != "" {
			if err := w.Set(test.given); err != nil {
				t.Fatal(err)
			}
		}
		got := w.within(widths{2, 8}, test.most)
		if got.String() != test.want || got.widest() != got[len(got)-1] {
			t.Errorf("%q, at most %d: %v, want %s", test.given, test.most, got, test.want)
		}
	}
	for _, bad := range []string{"", "0", "1,", "x", "1025", "-1"} {
		if new(widths).Set(bad) == nil {
			t.Errorf("%q is taken for widths", bad)
		}
	}
}

// The steps end with the proof, whatever the user asks for.
func TestSteps(t *testing.T) {
	for step, want := range map[string]string{
		"read": "sha256", "write": "copy,sha256", "copy": "copy,sha256",
		"gzip": "gzip,sha256", "sha256": "sha256", "gunzip,zstd=3": "gunzip,zstd=3,sha256",
		"blake3,sha256": "blake3,sha256",
	} {
		f := defaultCompareFlags()
		f.step = step
		if got := f.steps(); got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
		if _, err := steps.Parse(f.steps()); err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
}

// A child process reads the arguments as its parent did.
func TestParseCompare(t *testing.T) {
	p := process{env: func(name string) (string, bool) {
		values := map[string]string{
			"CRAWL_PER_HOST": "5", "CRAWL_DELAY": "2s", "CRAWL_TIMEOUT": "1s", "CRAWL_INSECURE": "true", "CRAWL_OUTPUT": "x",
			"CRAWL_COMPARE_PER_HOST": "3", "XDG_CONFIG_HOME": t.TempDir(),
		}
		value, found := values[name]
		return value, found
	}}
	f, err := parseCompare(p, []string{"urls.txt", "-c", "2,4", "-H", "X: y", "--timeout=9s", "--modes", "pool"})
	if err != nil {
		t.Fatal(err)
	}
	if f.widths.String() != "2,4" || f.header.fields.Get("X") != "y" || f.timeout.Seconds() != 9 || f.modes.String() != "pool" ||
		f.perHost.n != 3 || f.delay.Seconds() != 2 || !f.connections.insecure || f.output != "" {
		t.Errorf("%+v", f)
	}
	if _, err := parseCompare(p, []string{"--per-host", "none"}); err == nil {
		t.Error("no error")
	}
}

func TestWays(t *testing.T) {
	names := func(f *compareFlags, w widths, all int) string {
		var list []string
		for _, row := range f.ways("job", nil, w, all) {
			list = append(list, row.Name)
		}
		return strings.Join(list, ", ")
	}
	f := defaultCompareFlags()
	want := "blocking, blocking again, threads 8, processes 8, pool 2, pool 8, async 8, threads 8 gil, pool 8 gil, async 8 gil"
	if got := names(f, widths{2, 8}, 8); got != want {
		t.Error(got)
	}
	f.gil = false
	if err := f.modes.Set("blocking,async"); err != nil {
		t.Fatal(err)
	}
	if got := names(f, widths{2, 8}, 8); got != "blocking, blocking again, async 2, async 8" {
		t.Error(got)
	}
}

// The kernel takes no short cut, and its result is the one that the short cut gives.
func TestKernel(t *testing.T) {
	x := uint64(7)
	for steps := range 100 {
		if kernel(7, steps) != x || jump(7, steps) != x {
			t.Fatalf("%d steps: %d and %d, want %d", steps, kernel(7, steps), jump(7, steps), x)
		}
		x = x*6364136223846793005 + 1442695040888963407
	}
	if err := compute(3, 100_000); err != nil {
		t.Error(err)
	}
}

// All ways but the first count right, whoever else counts.
func TestCountUp(t *testing.T) {
	for _, w := range counting {
		got, err := countUp(lostSpec{Way: w.name, Workers: 8, Each: 500})
		if err != nil {
			t.Fatal(err)
		}
		if w.name == counting[0].name {
			if got.Got >= got.Want {
				t.Errorf("%s: nothing was lost", w.name)
			}
			continue
		}
		if got.Got != 4000 || got.Want != 4000 || got.Each <= 0 {
			t.Errorf("%+v", got)
		}
	}
	if _, err := countUp(lostSpec{Way: "none"}); err == nil {
		t.Error("no error")
	}
}

// Each has the same chance to be drawn, the same seed draws the same, in their order.
func TestLot(t *testing.T) {
	counts := map[string]int{}
	for seed := range uint64(3000) {
		a, b := newLot(3, seed), newLot(3, seed)
		for n := range 10 {
			a.add(fmt.Sprint(n))
			b.add(fmt.Sprint(n))
		}
		drawn := a.drawn()
		if !slices.Equal(drawn, b.drawn()) || !slices.IsSorted(drawn) || len(drawn) != 3 || a.seen != 10 {
			t.Fatalf("%v and %v", drawn, b.drawn())
		}
		for _, url := range drawn {
			counts[url]++
		}
	}
	for url, n := range counts {
		if n < 750 || n > 1050 { // 900 are to be expected, with a deviation of 25
			t.Errorf("%s was drawn %d times of 3000", url, n)
		}
	}
}

func TestHostsOf(t *testing.T) {
	for _, test := range []struct {
		urls    string
		hosts   int
		foreign bool
	}{
		{"http://127.0.0.1:1/a http://127.0.0.1:1/b http://127.0.0.2:1/", 2, false},
		{"http://localhost/ http://[::1]/", 2, false},
		{"http://127.0.0.1/ https://example.com/", 2, true},
		{"http://192.168.1.1/", 1, true},
		{"http://localhost.example.com/", 1, true},
	} {
		hosts, foreign := hostsOf(strings.Fields(test.urls))
		if len(hosts) != test.hosts || foreign != test.foreign {
			t.Errorf("%s: %v, %v", test.urls, hosts, foreign)
		}
	}
}

func TestMostRate(t *testing.T) {
	for _, test := range []struct {
		rate, delay string
		hosts       int
		want        float64
	}{
		{"0", "0", 2, 0}, {"50", "0", 2, 50}, {"0", "500ms", 2, 4}, {"50", "500ms", 2, 4}, {"3", "500ms", 2, 3},
	} {
		f := defaultCompareFlags()
		if f.rate.Set(test.rate) != nil || f.delay.Set(test.delay) != nil {
			t.Fatal(test)
		}
		if got := f.mostRate(test.hosts); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

// A page that is passed on shows no secret.
func TestCommand(t *testing.T) {
	given := []string{"-H", "Authorization: Basic x", "-HX: secret", "--header=Y: secret", "--user", "me:secret", "--data=secret", "http://me:pass@a.test/", "it's", "urls.txt"}
	got := (&comparing{given: given}).command()
	if want := `crawl compare -H … -H… --header=… --user … --data=… http://me:xxxxx@a.test/ 'it'\''s' urls.txt`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The help of compare tells every flag of its own, and child processes none of a user's.
func TestCompareFlags(t *testing.T) {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	defaultCompareFlags().define(fs)
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" {
			t.Errorf("--%s has no help", f.Name)
		}
	})
}
