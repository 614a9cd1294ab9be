package charset

import "bytes"

// fromXML is the encoding that an XML document states, or "".
func fromXML(head []byte) string {
	if name := wideDeclaration(head); name != "" {
		return name
	}
	return fromDeclaration(head)
}

// wideDeclaration recognises an XML declaration in 16-bit units.
func wideDeclaration(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("<\x00?\x00x\x00")):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte("\x00<\x00?\x00x")):
		return "utf-16be"
	}
	return ""
}

// fromDeclaration reads <?xml version="1.0" encoding="..."?> (HTML standard, "get an
// XML encoding").
func fromDeclaration(head []byte) string {
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	declaration, _, closed := bytes.Cut(head[:min(len(head), prescanned)], []byte(">"))
	_, after, found := bytes.Cut(declaration, []byte("encoding"))
	after, assigned := bytes.CutPrefix(bytes.TrimLeft(after, controls), []byte("="))
	after = bytes.TrimLeft(after, controls)
	if !closed || !found || !assigned || len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	label, _, quoted := bytes.Cut(after[1:], after[:1])
	if !quoted || bytes.ContainsAny(label, controls) {
		return ""
	}
	return readable(canonical(string(label)))
}

// controls are the bytes up to the space, which the standard skips here.
const controls = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "
