package sum

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

func TestChecksums(t *testing.T) {
	sums, err := bench.Chain(t, "sha256,blake3,xxh3").Run(t.Context(), transform.File{}, strings.NewReader(""), io.Discard, transform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // of nothing, as each specification gives it
		"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
		"xxh3":   "99aa06d3014798d86001c324468d497f",
	}
	for _, sum := range sums {
		if got := hex.EncodeToString(sum.Value); got != want[sum.Algorithm] {
			t.Errorf("%s: %s, want %s", sum.Algorithm, got, want[sum.Algorithm])
		}
	}
	if len(sums) != len(want) {
		t.Errorf("%d sums, want %d", len(sums), len(want))
	}
}

func TestSumLines(t *testing.T) {
	for algorithm, want := range map[string]string{
		"sha256": `\00  a\\b\n\rc`,
		"blake3": `\00  a\\b\n` + "\rc",
		"xxh3":   `\00  a\\b\n\rc`,
	} {
		sum := bench.Chain(t, algorithm).Sums()[0]
		if got := string(sum.AppendLine(nil, []byte{0}, "a\\b\n\rc")); got != want+"\n" {
			t.Errorf("%s: %q, want %q", algorithm, got, want)
		}
		if got := string(sum.AppendLine([]byte("x"), []byte{0xab, 0xcd}, "a b")); got != "xabcd  a b\n" {
			t.Errorf("%s: %q", algorithm, got)
		}
	}
}

func BenchmarkChecksums(b *testing.B) {
	plain := steptest.Noise(4 << 20)
	for _, algorithm := range []string{"sha256", "blake3", "xxh3"} {
		b.Run(algorithm, func(b *testing.B) { bench.Benchmark(b, algorithm, plain, len(plain)) })
	}
}
