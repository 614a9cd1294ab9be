// Package jsonline writes and reads JSON objects of known fields, one a line,
// several times as fast as encoding/json does and without garbage: a record is
// written for every URL and every file, and ten million may be read before a run
// resumes.
//
// Write an object with the Append functions. They write what encoding/json would,
// with three differences: invalid times and numbers are left out instead of failing
// the line, HTML is not escaped, and all that does not print is, so that a line is
// safe to show in a terminal. What is not UTF-8 becomes U+FFFD.
//
// Read it with a [Plain], which takes only lines that have their fields in order
// and no escapes, as nearly all have, and leave the others to encoding/json.
package jsonline
