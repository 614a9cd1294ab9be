package files

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzTempName(f *testing.F) {
	for _, base := range []string{"a", ".", ".hidden", "a.tmp-1", strings.Repeat("n", 255), strings.Repeat("日", 85), strings.Repeat("\x80", 255), strings.Repeat("\xff", 201)} {
		f.Add(base)
	}
	f.Fuzz(func(t *testing.T, base string) {
		if base == "" || len(base) > 255 || !valid(base) && base != "." || strings.Contains(base, "/") {
			t.Skip()
		}
		temp := tempName(base)
		if len(temp) > 255 || !valid(temp) || !IsTemp(temp) || utf8.ValidString(base) && !utf8.ValidString(temp) {
			t.Errorf("%q gets the name %q", base, temp)
		}
	})
}
