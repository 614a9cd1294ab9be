package mediatype

import "strings"

// Param is one parameter of a field, the name in lower case.
type Param struct{ Name, Value string }

// Params are the parameters of a field in the order in which they stand there,
// repeated ones included.
type Params []Param

// Get returns the first value of name, which is written in lower case, or "".
func (p Params) Get(name string) string {
	value, _ := p.Lookup(name)
	return value
}

// Lookup is Get that tells an empty value from none.
func (p Params) Lookup(name string) (value string, ok bool) {
	for i := range p {
		if p[i].Name == name {
			return p[i].Value, true
		}
	}
	return "", false
}

// space is optional white space, and the line ends that a folded line may leave.
const space = " \t\r\n"

// ReadParams reads parameters, each with a semicolon before it, up to the end of s, or
// up to a comma where the field is a list. The rest begins with that comma.
func ReadParams(s string, list bool) (found Params, rest string) {
	stops := ";"
	if list {
		stops = ";,"
	}
	for {
		s = strings.TrimLeft(s, space+";")
		if s == "" || list && s[0] == ',' {
			return found, s
		}
		var p Param
		var ok bool
		if p, ok, s = param(s, stops); ok {
			found = append(found, p)
		}
	}
}

// param reads one parameter up to one of the bytes of stops. It is not ok without
// a name.
func param(s, stops string) (p Param, ok bool, rest string) {
	end := strings.IndexAny(s, "="+stops)
	if end < 0 {
		end = len(s)
	}
	p.Name = strings.ToLower(strings.TrimRight(s[:end], space))
	s = s[end:]
	if strings.HasPrefix(s, "=") {
		p.Value, s = value(strings.TrimLeft(s[1:], space), stops)
	}
	return p, p.Name != "", s
}

// value reads a quoted string, or bytes up to one of stops, inner spaces included.
func value(s, stops string) (v, rest string) {
	quoted := strings.HasPrefix(s, `"`)
	if quoted {
		v, s = unquote(s[1:])
	}
	end := strings.IndexAny(s, stops)
	if end < 0 {
		end = len(s)
	}
	if !quoted {
		v = strings.TrimRight(s[:end], space)
	}
	return v, s[end:] // what stands between a closing quote and the stop is dropped
}

// unquote reads a quoted string behind its opening quote. One that is never closed
// ends where s does, as in browsers.
func unquote(s string) (v, rest string) {
	end := strings.IndexAny(s, `"\`)
	if end < 0 {
		return s, ""
	}
	if s[end] == '"' {
		return s[:end], s[end+1:]
	}
	if windowsPath(s) {
		v, rest, _ = strings.Cut(s, `"`)
		return v, rest
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// windowsPath reports whether s begins as C:\ does. Old programs send the whole path
// of a file without escaping its backslashes, and nobody else begins so.
func windowsPath(s string) bool {
	return len(s) > 2 && s[1] == ':' && s[2] == '\\'
}
