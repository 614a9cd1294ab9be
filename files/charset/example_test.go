package charset_test

import (
	"fmt"
	"io"
	"strings"

	"crawl/files/charset"
)

func Example() {
	body := strings.NewReader("<meta charset=iso-8859-1><p>caf\xe9, 3 \x80")
	text, name, err := charset.NewReader(body, "text/html")
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := io.ReadAll(text)
	fmt.Println(name, err)
	fmt.Printf("%s\n", data)
	// Output:
	// windows-1252 <nil>
	// <meta charset=iso-8859-1><p>café, 3 €
}

func ExampleText() {
	text, name := charset.Text([]byte("\xff\xfeh\x00i\x00"), "text/plain; charset=utf-8")
	fmt.Println(text, name)
	// Output: hi utf-16le
}

// One who knows what a site is written in helps where the site says nothing.
func ExampleDecode() {
	body := []byte("\xbelu\xbb") // too little to guess by
	text, _ := charset.Text(body, "text/plain")
	if _, certain := charset.Detect(body, "text/plain"); !certain {
		var err error
		if text, err = charset.Decode(body, "iso-8859-2"); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(text)
	// Output: žluť
}
