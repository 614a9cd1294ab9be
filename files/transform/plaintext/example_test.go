package plaintext_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/plaintext"
)

// Text of any charset becomes UTF-8, and its lines are kept, ordered and rewritten in one
// pass.
func Example() {
	chain, err := plaintext.Specs().Parse(`utf8=latin1,lines=drop:^#,lines=unique,replace=/(\pL+)@(\w+)/$2: $1/`)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := strings.NewReader("ren\xe9@home\n# old\nann@work\nren\xe9@home\n")
	if _, err := chain.Run(context.Background(), transform.File{}, in, os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// work: ann
	// home: rené
}
