package coding_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/files/coding"
)

func ExampleOpen() {
	body := strings.NewReader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xcaH\xcd\xc9\xc9\xe7\x02\x00\x00\x00\xff\xff\x03\x00 0:6\x06\x00\x00\x00")
	plain, err := coding.Open(body, 1<<20, coding.Append(nil, "gzip")...)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer plain.Close()
	if _, err := io.Copy(os.Stdout, plain); err != nil {
		fmt.Println(err)
	}
	// Output: hello
}
