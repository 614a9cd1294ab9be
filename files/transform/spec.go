package transform

// Spec is a kind of step that a [Set] knows.
type Spec struct {
	Name string                            // as in a chain
	Arg  string                            // the form of its option, such as "1-9", in brackets where it may be left out; "" for none
	Help string                            // in a few words
	New  func(option string) (Step, error) // its error is about the option
}

// Plain makes a New of [Spec] for a step that takes no option.
func Plain(step func() Step) func(string) (Step, error) {
	return func(string) (Step, error) { return step(), nil }
}

// Usage is how the step is written: "gzip[=1-9]".
func (s Spec) Usage() string {
	switch {
	case s.Arg == "":
		return s.Name
	case s.Arg[0] == '[':
		return s.Name + "[=" + s.Arg[1:]
	}
	return s.Name + "=" + s.Arg
}

// Set is the steps that may stand in a chain, in the order of a help text.
// [crawl/files/transform/steps] has that of the command; append your own.
type Set []Spec
