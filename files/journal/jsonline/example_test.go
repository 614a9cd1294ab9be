package jsonline_test

import (
	"fmt"
	"strconv"

	"crawl/files/journal/jsonline"
)

func Example() {
	line := jsonline.AppendString([]byte(`{"name":`), "a.txt")
	line = jsonline.AppendText(line, `,"reason":`, "")
	line = strconv.AppendInt(append(line, `,"bytes":`...), 42, 10)
	line = append(line, '}')
	fmt.Println(string(line))

	var name, reason string
	var size int64
	p := jsonline.ReadPlain(string(line))
	p.Literal("{")
	p.Must(p.Text(`"name":"`, &name))
	p.Text(`,"reason":"`, &reason)
	p.Int64(`,"bytes":`, &size)
	p.Literal("}")
	fmt.Println(name, size, p.Done())
	// Output:
	// {"name":"a.txt","bytes":42}
	// a.txt 42 true
}
