package batch

import (
	"encoding/json"
	"errors"

	"crawl/files/journal/jsonline"
)

var errNoRecord = errors.New("no input, no steps or no outcome")

// parseRecord is parseLine of what must be a record.
func parseRecord(text string, l *Line) error {
	if err := parseLine(text, l); err != nil {
		return err
	}
	if l.Input == "" || l.Steps == "" || l.Outcome == "" {
		return errNoRecord
	}
	return nil
}

// parseLine reads one line, without its newline, into l, whose texts then may share
// the memory of text.
func parseLine(text string, l *Line) error {
	if parsePlain(text, l) {
		return nil
	}
	var wire struct {
		Line
		InputRaw []byte `json:"input_raw"`
		PathRaw  []byte `json:"path_raw"`
	}
	if err := json.Unmarshal([]byte(text), &wire); err != nil {
		*l = Line{}
		return err
	}
	*l = wire.Line
	if len(wire.InputRaw) > 0 {
		l.Input = string(wire.InputRaw)
	}
	if len(wire.PathRaw) > 0 {
		l.Path = string(wire.PathRaw)
	}
	return nil
}

// parsePlain reads a line that has its fields in order and no escapes or spaces.
// Where it returns true, encoding/json would have read the same.
func parsePlain(text string, l *Line) bool {
	*l = Line{}
	p := jsonline.ReadPlain(text)
	p.Literal("{")
	if p.Has(`"schema":`) {
		var schema int // which the journal looks at
		p.Int(`"schema":`, &schema)
		p.Literal(`,"kind":"` + Kind + `",`)
	}
	p.Must(p.Text(`"input":"`, &l.Input))
	p.Text(`,"url":"`, &l.URL)
	p.Must(p.Text(`,"steps":"`, &l.Steps))
	p.Must(p.Text(`,"outcome":"`, (*string)(&l.Outcome)))
	p.Text(`,"reason":"`, &l.Reason)
	p.Text(`,"error_class":"`, &l.ErrorClass)
	p.Int64(`,"input_bytes":`, &l.InputBytes)
	p.Text(`,"input_xxh3":"`, &l.InputXXH3)
	p.Text(`,"path":"`, &l.Path)
	p.Int64(`,"bytes":`, &l.Bytes)
	p.Text(`,"xxh3":"`, &l.XXH3)
	p.Texts(`,"sums":{`, &l.Sums)
	p.Text(`,"stderr":"`, &l.Stderr)
	p.Time(`,"started":"`, &l.Started)
	p.Float(`,"total_ms":`, &l.Total)
	p.Text(`,"run":"`, &l.Run)
	p.Literal("}")
	return p.Done()
}
