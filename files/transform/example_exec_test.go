//go:build unix

package transform_test

func Example_exec() {
	run(`exec:tr a-z A-Z,exec:sh -c 'cat && printf "by %s\n" "$1"' sh {}`, "notes/a.txt", "some words\n")
	run("exec:sh -c 'echo no such luck >&2; exit 3'", "a.txt", "")
	// Output:
	// SOME WORDS
	// by notes/a.txt
	// -> notes/a.txt
	// exec:sh -c 'echo no such luck >&2; exit 3': exit status 3: no such luck
}
